import type { Playground } from '../network/playground.js';
import type { Live } from './live.js';
import type { Session } from './security/session.js';

/** What the answers are made of. */
export interface WebParts {
  readonly playground: Playground;
  readonly live: Live;
  readonly session: Session;
  readonly isReadOnly: () => boolean;
  readonly port: () => number;
  /** Fires when the server ends. */
  readonly ending: AbortSignal;
}
