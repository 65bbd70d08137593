import type { Context, Log } from '../../context.js';
import { bindingOf, formatAddress } from './addresses.js';
import type { Peer } from './peers.js';

export interface PresenceParts {
  readonly log: Log;
  readonly plugins: Pick<Context, 'notify' | 'ask' | 'hasHook'>;
  readonly disconnect: (id: string) => Promise<void>;
}

/** What plugins hear of peers that come, go and speak. */
export class Presence {
  readonly #parts: PresenceParts;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  async connected({ id, direction, features, address }: Peer): Promise<void> {
    const { plugins, disconnect } = this.#parts;
    const log = this.#parts.log.child('connectd', id);
    log.debug(`Connected ${direction}, features ${features}`);
    plugins.notify('connect', { id, direction, address: bindingOf(address) });
    if (!plugins.hasHook('peer_connected')) return;
    const addr = formatAddress(address);
    const answer = await plugins.ask('peer_connected', { peer: { id, direction, addr, features } });
    if (answer.result !== 'disconnect') return;
    log.info(`peer_connected hook: disconnecting: ${JSON.stringify(answer['error_message'])}`);
    await disconnect(id);
  }

  disconnected({ id }: Peer): void {
    this.#parts.log.child('connectd', id).debug('peer disconnected');
    this.#parts.plugins.notify('disconnect', { id });
  }

  /** A message of a type that LDK does not know; with its type in front. */
  received(id: string, message: Buffer): void {
    const payload = { peer_id: id, payload: message.toString('hex') };
    this.#parts.plugins.notify('custommsg', payload);
    void this.#parts.plugins.ask('custommsg', payload);
  }
}
