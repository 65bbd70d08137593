import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { FINGERPRINTS, readTrusted, releaseKeys } from '../../../../../src/daemons/executables/cln/keys.js';
import { checkSignatures } from '../../../../../src/daemons/executables/cln/signature.js';
import { onPath } from '../../../../../src/daemons/executables/files.js';
import { run } from '../../../../../src/process/run.js';
import { signerOf, type Signer } from '../../../../fakes/cln-releases/signer.js';

const TEXT = 'ab  file\n';
const DAY_MS = 24 * 60 * 60 * 1000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

let ann: Signer;
let mallory: Signer;
beforeAll(async () => {
  ann = await signerOf('Ann');
  mallory = await signerOf('Mallory');
});

const trust = (signer: Signer, armored = signer.publicKey) => ({ armored, fingerprints: [signer.fingerprint] });
const check = (signatures: string, keys = trust(ann), text = TEXT) =>
  checkSignatures(Buffer.from(text), signatures, keys);
const whyNot = async (...args: Parameters<typeof check>): Promise<string> => {
  const verdict = await check(...args);
  return 'whyNot' in verdict ? verdict.whyNot.join('\n') : `signed by ${verdict.signer}`;
};

test('a signature by a key that counts', async () => {
  const { fingerprint } = ann;
  expect(await check(await ann.sign(TEXT))).toEqual({ signer: `Ann <tester@ln-play.test> (${fingerprint})` });
});

test('one good signature is enough among others, in whatever order', async () => {
  const [good, unknown, stale] = [await ann.sign(TEXT), await mallory.sign(TEXT), await ann.sign('other')];
  for (const signatures of [
    [good, unknown, stale],
    [stale, unknown, good],
    [`a word\n${unknown}`, good],
  ])
    expect(await check(signatures.join('\n'))).toHaveProperty('signer');
});

test('a signature of another file', async () => {
  expect(await whyNot(await ann.sign(TEXT), trust(ann), `${TEXT} `)).toMatch(/^Ann .*: it is of another file$/);
});

test('a key that is unknown', async () => {
  expect(await whyNot(await mallory.sign(TEXT))).toMatch(/^key [0-9A-F]{16}: it is none of the keys that count$/);
});

test('a key that is in the file of keys, but not among those that count', async () => {
  const keys = { armored: mallory.publicKey, fingerprints: [ann.fingerprint] };
  expect(await whyNot(await mallory.sign(TEXT), keys)).toMatch(/none of the keys that count/);
});

test('a key that was revoked, also for what it signed before', async () => {
  expect(await whyNot(await ann.sign(TEXT), trust(ann, ann.revokedKey))).toMatch(/the key was revoked/);
});

test('a key that has expired counts for what it signed before, and for nothing later', async () => {
  const bob = await signerOf('Bob', daysAgo(10));
  const ended = trust(bob, await bob.endingKey((5 * DAY_MS) / 1000));
  expect(await check(await bob.sign(TEXT, daysAgo(7)), ended)).toHaveProperty('signer');
  expect(await whyNot(await bob.sign(TEXT, daysAgo(2)), ended)).toMatch(/the key had expired when this was signed/);
});

test('a signature from the future', async () => {
  expect(await whyNot(await ann.sign(TEXT, daysAgo(-3)))).toMatch(/made in the future.*clock/);
});

test.each([
  ['nothing', '', /there is no signature in it/],
  ['a web page', '<html>Welcome to our Wi-Fi</html>', /there is no signature in it/],
  [
    'a broken one',
    '-----BEGIN PGP SIGNATURE-----\n\nbm9uc2Vuc2U=\n=AAAA\n-----END PGP SIGNATURE-----\n',
    /cannot be read/,
  ],
])('%s in place of signatures', async (_name, signatures, why) => {
  expect(await whyNot(signatures)).toMatch(why);
});

const gpg = await onPath('gpg', process.env);

test.skipIf(!gpg)(`a signature that gpg made with a subkey${gpg ? '' : ' (skipped: there is no gpg)'}`, async () => {
  const home = await mkdtemp(join(tmpdir(), 'lp-gpg-'));
  const env = { ...process.env, GNUPGHOME: home };
  const ask = async (...args: string[]) =>
    (
      await run(
        gpg!,
        ['--batch', '--quiet', '--no-autostart', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
        { env },
      )
    ).stdout;
  try {
    await run('gpg-connect-agent', ['/bye'], { env });
    await ask('--quick-gen-key', 'Gerd <gerd@ln-play.test>', 'rsa3072', 'sign', 'never');
    const fingerprint = /^fpr:+([0-9A-F]{40}):$/m.exec(await ask('--with-colons', '--list-keys'))![1]!;
    await ask('--quick-add-key', fingerprint, 'ed25519', 'sign', '1y');
    await writeFile(join(home, 'sums'), TEXT);
    const keys = {
      armored: await ask('--armor', '--export-options', 'export-minimal', '--export'),
      fingerprints: [fingerprint],
    };
    const signature = await ask('-sb', '--armor', '--output', '-', join(home, 'sums'));
    expect(await check(signature, keys)).toEqual({ signer: `Gerd <gerd@ln-play.test> (${fingerprint})` });
    expect(await whyNot(signature, keys, 'other')).toMatch(/it is of another file/);
  } finally {
    await run('gpgconf', ['--kill', 'all'], { env });
    await rm(home, { recursive: true, force: true, maxRetries: 10 });
  }
});

test('the keys that come with ln-play are those whose fingerprints its source has', async () => {
  const keys = await readTrusted(await releaseKeys());
  expect(keys.map((key) => key.getFingerprint().toUpperCase()).sort()).toEqual(Object.keys(FINGERPRINTS).sort());
  for (const key of keys) {
    const name = FINGERPRINTS[key.getFingerprint().toUpperCase()]!.replace(/ [(<].*/, '');
    expect(key.getUserIDs().join()).toContain(name);
  }
});
