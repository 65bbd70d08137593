import { CLN_VERSION } from '../../../cln/version.js';
import { LnPlayError } from '../../../core/errors.js';

/** The release of Core Lightning that is installed where nobody names another. */
export const DEFAULT_VERSION = CLN_VERSION;

const VERSION = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:-?rc(\d+))?$/;

/** Whether this is how a release of Core Lightning is called: v25.12, 26.06.6, v26.06rc1. */
export const isVersion = (text: string): boolean => VERSION.test(text);

/**
 * A release of Core Lightning by its tag's name: `v25.12`, also where the v was left out.
 *
 * @throws {LnPlayError} USAGE for what is no such name
 */
export function readVersion(text: string): string {
  if (isVersion(text)) return text.startsWith('v') ? text : `v${text}`;
  throw new LnPlayError('USAGE', `${JSON.stringify(text)} is not a version of Core Lightning`, {
    hint: `give it as its release is called: ${DEFAULT_VERSION}, v25.12 or v26.06rc1`,
  });
}

/** The older first; a release candidate is older than its release. For sort(). */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbers(one), numbers(other)];
  const at = a.findIndex((number, i) => number !== b[i]);
  return at === -1 ? 0 : a[at]! - b[at]!;
}

function numbers(version: string): number[] {
  const [, year, month, patch = 0, candidate = Infinity] = VERSION.exec(version) ?? [];
  return [year, month, patch, candidate].map(Number);
}
