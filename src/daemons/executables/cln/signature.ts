import type { PublicKey } from 'openpgp';
import { messageOf } from '../../../core/errors.js';
import { readTrusted, type TrustedKeys } from './keys.js';

/** What came of checking a file's signatures: who signed it, or for each signature why it doesn't count. */
export type Verdict = { readonly signer: string } | { readonly whyNot: readonly string[] };

/** Each of the signatures that people put after one another is armored by itself. */
const ARMORED = /-----BEGIN PGP SIGNATURE-----[\s\S]*?-----END PGP SIGNATURE-----/g;

/** What openpgp says of a signature, and what that means. */
const REASONS: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /digest did not match|signature verification failed/i, reason: 'it is of another file' },
  { pattern: /revoked/i, reason: 'the key was revoked' },
  { pattern: /expired/i, reason: 'the key had expired when this was signed' },
  { pattern: /in the future/i, reason: "it was made in the future: compare this machine's clock (`date`)" },
];

/**
 * Whether a file is signed by one whose signature counts (OpenPGP, RFC 9580). A key counts for what was signed before it
 * expired, and for nothing once it was revoked.
 *
 * @param signatures detached and armored, one after the other
 */
export async function checkSignatures(file: Buffer, signatures: string, trusted: TrustedKeys): Promise<Verdict> {
  const { createMessage, readSignature, verify } = await import('openpgp'); // only where a signature is checked
  const keys = await readTrusted(trusted);
  const message = await createMessage({ binary: new Uint8Array(file) });
  const whyNot: string[] = [];
  for (const [armoredSignature] of signatures.matchAll(ARMORED)) {
    try {
      const signature = await readSignature({ armoredSignature });
      const { signatures: results } = await verify({ message, signature, verificationKeys: keys });
      for (const { keyID, verified } of results) {
        const key = keys.find((candidate) => candidate.getKeys(keyID).length > 0);
        if (!key) whyNot.push(`key ${keyID.toHex().toUpperCase()}: it is none of the keys that count`);
        else {
          const reason = await verified.then(() => undefined, reasonOf);
          if (reason === undefined) return { signer: nameOf(key) };
          whyNot.push(`${nameOf(key)}: ${reason}`);
        }
      }
    } catch (error) {
      whyNot.push(`what cannot be read: ${messageOf(error)}`);
    }
  }
  return { whyNot: whyNot.length > 0 ? whyNot : ['there is no signature in it'] };
}

function reasonOf(error: unknown): string {
  const said = messageOf(error);
  return REASONS.find(({ pattern }) => pattern.test(said))?.reason ?? said;
}

const nameOf = (key: PublicKey): string => `${key.getUserIDs()[0] ?? 'a key'} (${key.getFingerprint().toUpperCase()})`;
