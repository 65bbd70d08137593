import { LnPlayError } from '../../core/errors.js';
import { askVersion } from '../../daemons/executables/version.js';
import { IMPLEMENTATIONS } from '../../nodes/implementations.js';
import { platform, type ImageManifest } from '../../snapshots/image.js';
import type { Manifest } from '../manifest.js';

const ANSWER_MS = 10_000;

/**
 * Whether this machine's programs can go on with what an image's have left: a database that a later version has written
 * cannot be read by an earlier one.
 *
 * @param manifest with the programs that are to run
 * @param what the image, as a person says it
 * @param within a folder for what a program makes when it is asked
 * @throws {LnPlayError} STATE with the reason
 */
export async function assertGoesOn(
  image: ImageManifest,
  manifest: Manifest,
  what: string,
  within: string,
): Promise<void> {
  assertPlatform(image, what);
  const asked = new Map<string, Promise<string>>();
  const versionOf = async (program: 'bitcoind' | 'lightningd', command: Manifest['bitcoind']): Promise<string> => {
    const key = [command.command, ...command.args].join(' ');
    const version = asked.get(key) ?? askVersion(program, command, { timeoutMs: ANSWER_MS, within });
    asked.set(key, version);
    return await version;
  };
  const { version } = image.bitcoind;
  const checks = image.nodes.map(async (node) => {
    if (node.version === null) return;
    const { executable } = manifest.nodes.find(({ name }) => name === node.name)!;
    const here = await versionOf('lightningd', executable);
    const { title } = IMPLEMENTATIONS[executable.implementation];
    if (isLater(node.version, here))
      throw cannotGoBack(what, node.name, `${title} ${node.version}`, `here is ${here} (${executable.command})`);
  });
  const checkBitcoind = async (): Promise<void> => {
    if (version === null) return;
    const here = await versionOf('bitcoind', manifest.bitcoind);
    if (isLater(majorOf(version), majorOf(here)))
      throw cannotGoBack(what, 'bitcoind', version, `here is ${here} (${manifest.bitcoind.command})`);
  };
  // all of them: one that still asks would leave what it makes
  for (const check of await Promise.allSettled([...checks, checkBitcoind()]))
    if (check.status === 'rejected') throw check.reason;
}

/** @throws {LnPlayError} STATE for an image of another kind of machine */
export function assertPlatform(image: Pick<ImageManifest, 'platform'>, what: string): void {
  if (image.platform !== platform())
    throw new LnPlayError('STATE', `${what} was made on ${image.platform}, and this is ${platform()}`, {
      hint: `its databases are for ${image.platform}: use it on such a machine`,
    });
}

const cannotGoBack = (what: string, daemon: string, made: string, here: string): LnPlayError =>
  new LnPlayError('STATE', `${what} cannot be used here: ${daemon} had ${made}, and ${here}, which is earlier`, {
    hint: `a database does not go back: install ${made} or later`,
  });

const numbersOf = (version: string): number[] => Array.from(version.matchAll(/\d+/g), ([digits]) => Number(digits));
const majorOf = (version: string): string => String(numbersOf(version)[0]);

/** Whether one version is later than another, number by number: `v26.06.6`, `v26.06.6-ln-play-0.1.0`. */
export function isLater(version: string, than: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
