import { temporaryFolder } from '../../core/temporary-folder.js';
import type { Command } from '../../process/daemon-process.js';
import { run, type RunOptions } from '../../process/run.js';
import { PROGRAMS, type Program } from './programs.js';

/**
 * The first line of what a program says of its version. bitcoind makes its datadir before it says so, `~/.bitcoin` where
 * none is named: it gets one of its own, which goes with it.
 *
 * @param options within: where that one is made for a moment; by default in TMPDIR
 * @throws {LnPlayError} as `run`
 */
export async function askVersion(
  program: Program,
  { command, args }: Command,
  options: RunOptions & { readonly within?: string },
): Promise<string> {
  const { within, ...how } = options;
  const datadir = await temporaryFolder('ln-play-version', within);
  try {
    const { stdout } = await run(command, [...args, ...PROGRAMS[program].versionArgs(datadir.path)], how);
    return stdout.split('\n')[0]!;
  } finally {
    await datadir.cleanup();
  }
}
