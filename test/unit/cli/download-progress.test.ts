import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandContext } from '../../../src/cli/context.js';
import { programOptions } from '../../../src/cli/job.js';
import type { Output } from '../../../src/cli/output.js';
import { Progress } from '../../../src/cli/progress.js';
import { findExecutable } from '../../../src/daemons/executables/find.js';
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
  const options = { host: debian.host, env: debian.env(behaviour), onProgress: onDownload };
  const error = await findExecutable('bitcoind', options).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toEqual(failure && expect.objectContaining({ code: failure }));

  expect(begins).toEqual(['fetching bitcoind']);
  expect(ends).toEqual(begins);
  expect(details).toContain("Debian's archive: index 50 %");
});

test('a download is shown in megabytes', () => {
  const progress = new Progress({} as Output);
  vi.spyOn(progress, 'begin').mockReturnValue(() => {});
  const detail = vi.spyOn(progress, 'detail').mockReturnValue();
  const { onDownload } = programOptions({ options: {}, progress } as unknown as CommandContext);
  const from = 'bitcoincore.org';
  onDownload({ phase: 'download', done: 12_345_678, total: 45_600_000, from });
  onDownload({ phase: 'download', done: 12_345_678, total: 0, from });
  expect(detail.mock.calls.map(([, text]) => text)).toEqual([
    'bitcoincore.org: download 12 of 46 MB',
    'bitcoincore.org: download 12 MB',
  ]);
});
