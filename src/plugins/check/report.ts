import { LnPlayError } from '../../core/errors.js';
import type { SeenMessage } from '../messages.js';
import type { Manifest } from '../../cln/manifest.js';

export type Outcome = 'passed' | 'warning' | 'failed';

/** What a check looked at, in the order in which it does. */
export type Subject = 'file' | 'start' | 'getmanifest' | 'manifest' | 'options' | 'init' | 'output' | 'exit';

/** One thing that a check found; a warning is what lightningd puts up with and a person should know. */
export interface Finding {
  readonly outcome: Outcome;
  readonly subject: Subject;
  /** What was found, naming the thing and its value. */
  readonly text: string;
  readonly hint?: string;
  /** Lines worth showing below it. */
  readonly details?: readonly string[];
}

/** All that a check of one plugin found. */
export interface CheckReport {
  /** The plugin, absolute. */
  readonly file: string;
  /** Whether nothing failed: lightningd would run it. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Its answer to getmanifest, if there was one. */
  readonly manifest?: Manifest;
  /** How long it took from its start to its answer to getmanifest, and to answer init, in ms. */
  readonly getmanifestMs?: number;
  readonly initMs?: number;
  /** Every message both ways, those on the RPC socket too. */
  readonly messages: readonly SeenMessage[];
  /** The lines that it wrote to its standard error. */
  readonly stderr: readonly string[];
}

export const passed = (subject: Subject, text: string): Finding => ({ outcome: 'passed', subject, text });

export const warning = (subject: Subject, text: string, hint?: string): Finding => ({
  outcome: 'warning',
  subject,
  text,
  ...(hint !== undefined && { hint }),
});

export const failed = (subject: Subject, text: string, hint?: string, details?: readonly string[]): Finding => ({
  outcome: 'failed',
  subject,
  text,
  ...(hint !== undefined && { hint }),
  ...(details && details.length > 0 && { details }),
});

/** A report while it is made. */
export class Report {
  readonly file: string;
  readonly messages: SeenMessage[] = [];
  readonly stderr: string[] = [];
  readonly #findings: Finding[] = [];
  manifest: Manifest | undefined;
  getmanifestMs: number | undefined;
  initMs: number | undefined;

  constructor(file: string) {
    this.file = file;
  }

  get ok(): boolean {
    return this.#findings.every(({ outcome }) => outcome !== 'failed');
  }

  add(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  done(): CheckReport {
    const { file, ok, manifest, getmanifestMs, initMs, messages, stderr } = this;
    return {
      file,
      ok,
      findings: this.#findings,
      messages,
      stderr,
      ...(manifest && { manifest }),
      ...(getmanifestMs !== undefined && { getmanifestMs }),
      ...(initMs !== undefined && { initMs }),
    };
  }
}

/**
 * The error for a plugin that failed its check: its first failure, with what it wrote to its standard error.
 */
export function checkError(report: CheckReport): LnPlayError {
  const [first, ...others] = report.findings.filter(({ outcome }) => outcome === 'failed');
  return new LnPlayError('PLUGIN', `${report.file}: ${first?.text ?? 'failed its check'}`, {
    hint: first?.hint,
    details: [...others.map(({ text }) => text), ...(first?.details ?? [])],
  });
}
