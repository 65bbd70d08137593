import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { BUILD, buildOf, layout, program, serveRelease, VERSION } from '../../../../fakes/cln-releases/release.js';
import {
  endsEarly,
  fakeProxy,
  loginPage,
  never,
  right,
  some,
  withoutRanges,
  withStatus,
} from '../../../../fakes/http/site.js';
import { useUbuntu } from './support.js';

const ubuntu = useUbuntu();

describe('the file', () => {
  test('a connection that breaks is gone on with where it broke', async () => {
    ubuntu.site.answers = [some(1_000), some(150_000), right];
    await ubuntu.install({
      onProgress: ({ phase, done }) => phase === 'download' && [1_000, 151_000].includes(done) && ubuntu.site.break(),
    });
    expect(ubuntu.site.ranges).toEqual(['', 'bytes=1000-', 'bytes=151000-']);
  });

  test('a server that knows no ranges', async () => {
    ubuntu.site.answers = [some(1_000), withoutRanges];
    await ubuntu.install({
      onProgress: ({ phase, done }) => phase === 'download' && done === 1_000 && ubuntu.site.break(),
    });
    expect(await ubuntu.cached()).toEqual([VERSION]);
  });

  test('a server that stalls: the error says so, and the next try goes on', async () => {
    ubuntu.site.answers = [some(1_000), right];
    const error = await ubuntu.failing({ patience: { stallMs: 50 } });
    expect(error.message).toMatch(/nothing more came from 127\.0\.0\.1:\d+ for 50 ms$/);
    expect(error.hint).toContain('goes on where it stopped');
    await ubuntu.install();
    expect(ubuntu.site.ranges).toEqual(['', 'bytes=1000-']);
  });

  test('a file that ends early is not taken, and nothing of it is kept', async () => {
    ubuntu.site.answers = [endsEarly(5_000)];
    expect((await ubuntu.failing()).message).toMatch(
      /its 5000 bytes have SHA-256 [0-9a-f]{64}, and the release's have/,
    );
    expect(await ubuntu.cached()).toEqual([]);
  });

  test('a file of another hash is neither unpacked nor kept', async () => {
    ubuntu.site.put(
      BUILD,
      await buildOf(join(ubuntu.root, 'archive'), { ...layout(), './usr/bin/lightningd': program('evil') }),
    );
    expect((await ubuntu.failing()).message).toMatch(/have SHA-256 [0-9a-f]{64}, and the release's have/);
    expect(await ubuntu.cached()).toEqual([]);
  });

  test('is redirected to another server, as GitHub does', async () => {
    const other = await serveRelease(
      { [BUILD]: ubuntu.site.files.get(`/releases/download/${VERSION}/${BUILD}`)! },
      { signer: ubuntu.signer },
    );
    try {
      ubuntu.site.answers = [withStatus(302, { location: `${other.base}/${VERSION}/${BUILD}?token=x` })];
      other.files.set(
        `/releases/download/${VERSION}/${BUILD}?token=x`,
        other.files.get(`/releases/download/${VERSION}/${BUILD}`)!,
      );
      await ubuntu.install();
      expect(await ubuntu.cached()).toEqual([VERSION]);
    } finally {
      await other.close();
    }
  });

  test.each([
    ['a captive portal', loginPage, /answers with a web page/, /log in/],
    ['trouble of its own', withStatus(503), /it answers 503/, /LN_PLAY_LIGHTNINGD_MIRROR/],
    ['nothing but redirections', withStatus(302, { location: '' }), /it answers 302/, /LN_PLAY_LIGHTNINGD_MIRROR/],
    ['no such file', withStatus(404), /no such file \(404\)/, /whether there is such a release/],
  ])('%s', async (_name, answer, message, hint) => {
    ubuntu.site.answers = [answer];
    const error = await ubuntu.failing();
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(await ubuntu.cached()).toEqual([]);
  });

  test('a server that never answers', async () => {
    ubuntu.site.answers = [never];
    expect((await ubuntu.failing({ patience: { answerMs: 50 } })).message).toMatch(/did not answer within 50 ms$/);
  });
});

describe('through a proxy', () => {
  test('that HTTP_PROXY names', async () => {
    const proxy = await fakeProxy();
    try {
      await ubuntu.install({ env: { HTTP_PROXY: proxy.url } });
      expect(proxy.asked).toEqual(Array(3).fill(new URL(ubuntu.site.base).host));
    } finally {
      await proxy.close();
    }
  });

  test('that HTTPS_PROXY names, for GitHub itself; what refuses is named', async () => {
    const proxy = await fakeProxy(403);
    try {
      const error = await ubuntu.failing({ env: { LN_PLAY_LIGHTNINGD_MIRROR: '', HTTPS_PROXY: proxy.url } });
      expect(proxy.asked).toEqual(['github.com:443']);
      expect(error.message).toMatch(
        /^lightningd v26\.06\.6 could not be fetched from https:\/\/github\.com\/ElementsProject\/lightning\/releases\/download\/v26\.06\.6\/SHA256SUMS-v26\.06\.6: .*403/,
      );
      expect(error.hint).toMatch(/^look at HTTPS_PROXY/);
    } finally {
      await proxy.close();
    }
  });
});

test('an abort keeps what came, frees the lock, and the next try goes on', async () => {
  ubuntu.site.answers = [some(1_000), right];
  const stop = new AbortController();
  const onProgress = ({ phase, done }: FetchProgress) => phase === 'download' && done === 1_000 && stop.abort();
  await expect(ubuntu.install({ signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await ubuntu.cached()).toEqual([`${BUILD}.part`]);
  await ubuntu.install();
  expect(ubuntu.site.ranges.at(-1)).toBe('bytes=1000-');
});
