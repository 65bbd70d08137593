import type { LdkChannels, NewTerms } from '../../ldk/channels.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { Turn } from '../../store/turns.js';
import { NodeError } from '../errors.js';
import { isLive, type ChannelView, type ChannelViews } from './view.js';

export interface PolicyParts {
  readonly turn: Turn;
  readonly views: Pick<ChannelViews, 'find' | 'list'>;
  readonly ldk: Pick<LdkChannels, 'setTerms'>;
}

/** Sets what we ask for payments through channels. */
export class Policy {
  readonly #parts: PolicyParts;

  constructor(parts: PolicyParts) {
    this.#parts = parts;
  }

  /**
   * Sets the terms of one channel, or of `all`; what is not given stays as it is.
   *
   * @returns the channels as they were before
   * @throws {NodeError} in lightning-setchannel(7)'s words, or in LDK's
   */
  async set(which: string, terms: NewTerms): Promise<(ChannelView & { readonly live: LiveChannel })[]> {
    const { turn, views, ldk } = this.#parts;
    const channels = which === 'all' ? views.list().filter(isLive) : [views.find(which)];
    await turn(() => {
      for (const channel of channels) {
        const refused = ldk.setTerms(channel, terms);
        if (refused !== undefined) throw new NodeError('LIGHTNINGD', refused);
      }
    });
    return channels;
  }
}
