import type { SectionState } from '../network/background/sections.js';
import type { Playground } from '../network/playground.js';

/** What a section's module gets besides its settings. */
export interface Host {
  /** The playground as it is since the last change: its nodes may be others than at the start. */
  readonly playground: Playground;
  /** A line of `background.log`. */
  readonly log: (line: string) => void;
  /** Says why the section does not do what it should, for `status` and the log; undefined once it does again. */
  readonly problem: (error: unknown) => void;
}

/** What a section's module starts; it goes on by itself until it is stopped. */
export interface Running<S> {
  /** Takes other settings, or the same for a playground that may have other nodes by now. */
  readonly update: (settings: S) => Promise<void>;
  /** Resolves once nothing of it goes on. */
  readonly stop: () => Promise<void>;
  /** Answers what is asked of it alone, over the resident's socket; throws for what it does not know. */
  readonly answer?: (question: string) => unknown;
  /** How far it is, for `status`. */
  readonly state?: () => SectionState;
}

/** A section's module: what it does, once it is started. What `start` or `update` throws is its problem alone. */
export interface SectionModule<S> {
  readonly start: (settings: S, host: Host) => Promise<Running<S>>;
}
