import type { ProcessEntry } from './table.js';

/** Why something has ended that was not asked to, for a person. */
export interface Reason {
  readonly message: string;
  readonly details: readonly string[];
  readonly hint?: string | undefined;
}

/** What something waits for before it can be of use, and what can be done about it. */
export interface Waiting {
  readonly what: string;
  readonly hint?: string | undefined;
}

/** How a process ended; all undefined when it was not our child, so that only its absence is known. */
export interface Exit {
  readonly code?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  /** Of what was kept by a keeper. */
  readonly reason?: Reason | undefined;
}

export const describeExit = ({ code, signal }: Exit): string =>
  signal ? `was killed by ${signal}` : code === undefined ? 'is gone' : `exited with code ${code}`;

/** What a `Daemon` holds on to: a process of this machine (DaemonProcess), or one elsewhere that a keeper stands for. */
export interface HeldProcess {
  readonly pid: number;
  /** How it ended, or undefined while it runs. */
  readonly exit: Exit | undefined;
  readonly running: boolean;
  /** Resolves when it has ended; keeps our own process alive no longer. */
  readonly ended: Promise<Exit>;
  /** Looks no longer for its end: whoever waits for that waits in vain. */
  unwatch(): void;
  /** What it waits for before it can be of use, where that is known. */
  readonly waitsFor: Waiting | undefined;
  /** @throws {LnPlayError} TIMEOUT when it still runs after `timeoutMs` */
  waitForExit(timeoutMs: number): Promise<Exit>;
  /** Sends it a signal; never to another one that merely has its old pid now. */
  signal(signal: NodeJS.Signals): void;
  /** It and all that it started on this machine. */
  family(table?: readonly ProcessEntry[]): ProcessEntry[];
  /** What it started and has outlived it. */
  orphans(table?: readonly ProcessEntry[]): ProcessEntry[];
}
