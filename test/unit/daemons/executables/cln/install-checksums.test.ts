import { describe, expect, test } from 'vitest';
import { VERSION } from '../../../../fakes/cln-releases/release.js';
import { signerOf } from '../../../../fakes/cln-releases/signer.js';
import { useUbuntu } from './support.js';

const ubuntu = useUbuntu();
const SUMS = `SHA256SUMS-${VERSION}`;

describe('the checksums', () => {
  const refused = async (options?: Parameters<typeof ubuntu.install>[0]) => {
    const error = await ubuntu.failing(options);
    expect(error.message).toMatch(
      /^No signature that counts is on the checksums of Core Lightning v26\.06\.6 from http/,
    );
    expect(ubuntu.site.ranges).toEqual([]); // nothing else was asked for
    expect(await ubuntu.cached()).toEqual([]);
    return error.details.join('\n');
  };

  test('were changed after they were signed', async () => {
    ubuntu.site.put(
      SUMS,
      ubuntu.site.text(SUMS).replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(await refused()).toMatch(/^A Tester .*: it is of another file$/);
  });

  test('are signed by somebody else', async () => {
    await ubuntu.site.sign(await signerOf('Mallory'));
    expect(await refused()).toMatch(/none of the keys that count/);
  });

  test('are signed by a key that was revoked', async () => {
    const keys = { ...ubuntu.site.keys, armored: ubuntu.signer.revokedKey };
    expect(await refused({ keys })).toMatch(/the key was revoked/);
  });

  test('are signed by a key that had expired', async () => {
    const old = await signerOf('Old', new Date('2020-01-01'));
    await ubuntu.site.sign(old);
    const keys = { armored: await old.endingKey(1_000), fingerprints: [old.fingerprint] };
    expect(await refused({ keys })).toMatch(/the key had expired when this was signed/);
  });

  test('have no signature but a web page', async () => {
    ubuntu.site.put(`${SUMS}.asc`, '<html>Welcome to our Wi-Fi</html>');
    expect(await refused()).toBe('there is no signature in it');
  });

  test('are signed, with the keys that count by themselves: the test’s does not', async () => {
    expect(await refused({ keys: undefined })).toMatch(/none of the keys that count/);
  });

  test('are those of another release, signed as they are', async () => {
    ubuntu.site.put(SUMS, ubuntu.site.text(SUMS).replaceAll(VERSION, 'v25.12'));
    await ubuntu.site.sign(ubuntu.signer);
    expect((await ubuntu.failing()).message).toMatch(
      /there is no build for this machine: none is made for Ubuntu 24\.04$/,
    );
  });

  test('there is no such release', async () => {
    const error = await ubuntu.failing({}, 'v99.01');
    expect(error.message).toMatch(
      /^lightningd v99\.01 could not be fetched from .*SHA256SUMS-v99\.01: there is no such file/,
    );
    expect(error.hint).toContain('https://github.com/ElementsProject/lightning/releases');
  });

  test('are endless', async () => {
    ubuntu.site.put(SUMS, Buffer.alloc(1_200_000, 'x'));
    expect((await ubuntu.failing()).message).toMatch(/it sends more than 1000000 bytes/);
  });
});
