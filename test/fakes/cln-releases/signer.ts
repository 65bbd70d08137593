import { createMessage, generateKey, reformatKey, revokeKey, sign, type PrivateKey } from 'openpgp';

/** Somebody with a key of OpenPGP. */
export interface Signer {
  readonly fingerprint: string;
  readonly publicKey: string;
  /** As `publicKey`, but revoked. */
  readonly revokedKey: string;
  /** As `publicKey`, but with an end so many seconds after it was made. */
  readonly endingKey: (seconds: number) => Promise<string>;
  /** A detached signature, armored, as `gpg -sb --armor` makes it. */
  readonly sign: (text: string, date?: Date) => Promise<string>;
}

/** Makes a key for a test, as of `date`. */
export async function signerOf(name: string, date = new Date()): Promise<Signer> {
  const userIDs = [{ name, email: 'tester@ln-play.test' }];
  const { privateKey, publicKey, revocationCertificate } = await generateKey({ userIDs, date, format: 'object' });
  const endingKey = async (keyExpirationTime: number) =>
    (await reformatKey({ privateKey, userIDs, date, keyExpirationTime, format: 'armored' })).publicKey;
  const revoked = await revokeKey({ key: publicKey, revocationCertificate, format: 'armored' });
  return {
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    publicKey: publicKey.armor(),
    revokedKey: revoked.publicKey,
    endingKey,
    sign: (text, date) => signText(privateKey, text, date),
  };
}

async function signText(signingKeys: PrivateKey, text: string, date = new Date()): Promise<string> {
  const message = await createMessage({ binary: new TextEncoder().encode(text) });
  return (await sign({ message, signingKeys, detached: true, date })) as string;
}
