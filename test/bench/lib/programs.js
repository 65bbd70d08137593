import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findExecutable, findLightningd } from '../../../dist/daemons/executables/find.js';

const run = promisify(execFile);
const LN_PLAY = fileURLToPath(new URL('../../../bin/ln-play.js', import.meta.url));

/** The kinds of lightningd to measure: the embedded one, and Core Lightning where it is found. */
export async function lightningds() {
  const { executable } = await findLightningd();
  const cln = executable.implementation === 'cln' ? executable.command : undefined;
  return { cln, embedded: 'embedded' };
}

export const NO_CLN = 'there is no Core Lightning on this machine';

/** The programs that the plain script needs, as its environment; undefined where there is no Core Lightning. */
export async function programsByHand() {
  const { cln } = await lightningds();
  if (!cln) return undefined;
  const [bitcoind, lightningCli] = await Promise.all([findExecutable('bitcoind'), findExecutable('lightning-cli')]);
  const beside = await findExecutable('bitcoin-cli', { beside: bitcoind.executable });
  return {
    BITCOIND: bitcoind.executable.command,
    BITCOIN_CLI: beside.executable.command,
    LIGHTNINGD: cln,
    LIGHTNING_CLI: lightningCli.executable.command,
  };
}

/** Runs a command of ln-play to its end. @returns its standard output @throws its own error line */
export async function lnPlay(args, env = {}) {
  try {
    const { stdout } = await run(process.execPath, [LN_PLAY, ...args], { env: { ...process.env, ...env } });
    return stdout;
  } catch (error) {
    console.error(error.stderr);
    const line = /^(unexpected )?error: .*/m.exec(error.stderr)?.[0];
    throw new Error(`ln-play ${args.join(' ')}: ${line ?? error.message}`, { cause: error });
  }
}

export { LN_PLAY };
