import { join } from 'node:path';
import { askVersion } from '../version.js';
import { PROGRAMS } from './programs.js';
import type { OfferOptions } from './source.js';

/**
 * Runs each program once, so that none counts as fetched that can't run here.
 *
 * @throws {LnPlayError} as `run`
 */
export async function checkPrograms(
  bin: string,
  { env, signal, report }: OfferOptions & { readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  for (const [done, program] of PROGRAMS.entries()) {
    report('check', done, PROGRAMS.length);
    await askVersion(program, { command: join(bin, program), args: [] }, { env, signal });
  }
  report('check', PROGRAMS.length, PROGRAMS.length);
}
