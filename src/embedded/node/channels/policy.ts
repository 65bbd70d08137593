import type { OptionValues } from '../../context.js';
import type { LdkChannels } from '../../ldk/channels.js';
import { forwardingFees } from '../../ldk/forwarding-fees.js';
import type { Turn } from '../../store/turns.js';
import { NodeError } from '../errors.js';
import { isLive, type ChannelView, type ChannelViews } from './view.js';

export interface PolicyParts {
  readonly turn: Turn;
  readonly options: Pick<OptionValues, 'number'>;
  readonly views: Pick<ChannelViews, 'find' | 'list'>;
  readonly ldk: Pick<LdkChannels, 'setFees'>;
}

/** What we ask for payments through our channels. */
export interface Fees {
  readonly baseMsat: number;
  readonly millionths: number;
}

/** Sets the fees of channels. */
export class Policy {
  readonly #parts: PolicyParts;

  constructor(parts: PolicyParts) {
    this.#parts = parts;
  }

  /**
   * Sets the fees of one channel, or of `all`; what is not given is as the options have it.
   *
   * @throws {NodeError} in lightning-setchannel(7)'s words
   */
  async setFees(
    which: string,
    fees: Partial<Fees>,
  ): Promise<{ readonly channels: ChannelView[]; readonly fees: Fees }> {
    const { turn, options, views, ldk } = this.#parts;
    const channels = which === 'all' ? views.list().filter(isLive) : [views.find(which)];
    const chosen = { ...forwardingFees(options), ...fees };
    await turn(() => {
      for (const channel of channels) {
        const refused = ldk.setFees(channel, chosen.baseMsat, chosen.millionths);
        if (refused !== undefined) throw new NodeError('LIGHTNINGD', refused);
      }
    });
    return { channels, fees: chosen };
  }
}
