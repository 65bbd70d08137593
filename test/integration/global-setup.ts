import { fileURLToPath } from 'node:url';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { run } from '../../src/process/run.js';

const build = fileURLToPath(new URL('../../scripts/build.js', import.meta.url));

/** Once for all workers: dist as src is now, and a bitcoind, fetched where there is none. */
export default async function setup(): Promise<void> {
  await run(process.execPath, [build]);
  const { executable } = await findExecutable('bitcoind');
  process.env['LN_PLAY_AS'] = 'ln-play'; // whoever runs the tests has called us by another name
  process.env['BITCOIND_EXE'] = executable.command;
}
