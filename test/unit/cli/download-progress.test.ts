import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandContext } from '../../../src/cli/context.js';
import { programOptions } from '../../../src/cli/job.js';
import type { Output } from '../../../src/cli/output.js';
import { Progress } from '../../../src/cli/progress.js';
import { fetchBitcoin } from '../../../src/daemons/executables/debian/fetch.js';
import { fakeDebian, type FakeDebian } from '../../fakes/apt/fake-debian.js';

let debian: FakeDebian;
beforeEach(async () => {
  debian = await fakeDebian();
});
afterEach(() => debian.remove());

test.each([
  ['ok', undefined],
  ['offline', 'DOWNLOAD'],
])('a download that goes %s is shown while it lasts, and no longer', async (behaviour, failure) => {
  const progress = new Progress({} as Output);
  const begins: string[] = [];
  const ends: string[] = [];
  const details = new Set<string>();
  vi.spyOn(progress, 'begin').mockImplementation((name) => {
    begins.push(name);
    return () => void ends.push(name);
  });
  vi.spyOn(progress, 'detail').mockImplementation((_name, detail) => void details.add(detail));

  const { onDownload } = programOptions({ options: {}, progress } as unknown as CommandContext);
  const { cache, host } = debian;
  const options = { cache, host, env: debian.env(behaviour), onProgress: onDownload };
  const code = await fetchBitcoin('http://mirror.test/debian', options).catch((error: unknown) => error);
  expect(code).toEqual(failure && expect.objectContaining({ code: failure }));

  expect(begins).toEqual(['fetching bitcoind from Debian']);
  expect(ends).toEqual(begins);
  expect(details).toContain('index 50 %');
});
