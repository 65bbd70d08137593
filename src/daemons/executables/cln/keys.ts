import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PublicKey } from 'openpgp';

/**
 * Whose signature on a release's checksums counts: the project's own key, which its release workflow signs
 * with, and those of the maintainers, who add theirs.
 *
 * The keys are those of `contrib/keys` in Core Lightning's repository at v26.06.6, which its documentation names for this
 * (doc/getting-started/advanced-setup/repro.md): all of them, as `gpg --export-options export-minimal` writes them, in
 * `data/cln-release-keys.asc`. Each counts only where its fingerprint is here.
 */
export const FINGERPRINTS: { readonly [fingerprint: string]: string } = {
  '616C52F99D0612B2A151B1074129A994AA7E9852': 'Core Lightning (CLN) <cln@blockstream.com>',
  '04374E42789BBBA9462E4767F3BF63F2747436AB': 'Alex Myers',
  B731AAC521B013859313F674A26D6D9FE088ED58: 'Christian Decker',
  '7169D26272B50A3F531AA1C2A57AFC231B580804': 'Madeline Paech',
  '30DE693AE0DE9E37B3E7EB6BBFF0F67810C1EED1': 'Lisa Neigut',
  '653B19F33DF7EFF3E9D1C94CC3F21EE387FF4CD2': 'Peter Neuroth',
  '15EE8D6CAB0E7F0CF999BFCBD9200E6CD1ADB8F1': 'Rusty Russell',
  '1A371C2C30645FAA91AA6B7DB643E61284221961': 'Sangbida Chaudhuri',
  CE54C6D66B36D459CA4E8FEE951B8D133DD4AF6E: 'Shahana Farooqui',
  '0CCA8183C13A2389A9C5FD29BFB015360049CB56': 'Shahana Farooqui (Blockstream)',
};

/** The file lies at the same place seen from `src` and from `dist`. */
const FILE = fileURLToPath(new URL('../../../../data/cln-release-keys.asc', import.meta.url));

/** Armored keys, and the fingerprints of those among them that count. */
export interface TrustedKeys {
  readonly armored: string;
  readonly fingerprints: readonly string[];
}

/** The keys that Core Lightning's releases are signed with. */
export const releaseKeys = async (): Promise<TrustedKeys> => ({
  armored: await readFile(FILE, 'utf8'),
  fingerprints: Object.keys(FINGERPRINTS),
});

/** The keys that count, read. */
export async function readTrusted({ armored, fingerprints }: TrustedKeys): Promise<PublicKey[]> {
  const { readKeys } = await import('openpgp'); // only where a signature is checked
  const keys = await readKeys({ armoredKeys: armored });
  return keys.filter((key) => fingerprints.includes(key.getFingerprint().toUpperCase()));
}
