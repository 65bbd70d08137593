import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from '../../../src/cli/commands/mine.js';
import type { CommandContext } from '../../../src/cli/context.js';
import type { Output } from '../../../src/cli/output.js';
import { Progress } from '../../../src/cli/progress.js';
import type { PlaygroundContext } from '../../../src/network/playground.js';
import { fakePlayground, MINING } from '../network/fake-playground.js';

const now = performance.now.bind(performance);
let clockMs = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now() + clockMs));
afterEach(() => void vi.restoreAllMocks());

/** Runs `ln-play mine COUNT` where bitcoind takes a minute for each hundred blocks, by the clock. */
async function mine(count: number, playground: PlaygroundContext = {}) {
  const asked: number[] = [];
  await using fake = await fakePlayground(({ method, params }) => {
    if (method === 'generatetoaddress') {
      asked.push(params[0] as number);
      clockMs += 60_000;
    }
    return { result: MINING[method] };
  });
  const out = { style: { green: (text: string) => text } } as unknown as Output;
  const progress = new Progress(out);
  const begun = vi.spyOn(progress, 'begin').mockImplementation(() => () => {});
  const shown: string[] = [];
  vi.spyOn(progress, 'detail').mockImplementation((name, detail) => void shown.push(`${name}: ${detail}`));
  const context = { args: [String(count)], rest: [], options: { dir: fake.dir }, out, progress, playground };
  const outcome = await run(context as unknown as CommandContext).catch((error: unknown) => error);
  return { outcome, asked, shown, begun: begun.mock.calls.flat() };
}

test('many blocks come a hundred at a time, with a count', async () => {
  const { outcome, asked, shown, begun } = await mine(250);
  expect(outcome).toMatchObject({ json: { blocks: 250, blockheight: 111 } });
  expect(asked).toEqual([100, 100, 50]);
  expect(begun).toEqual(['mine 250']);
  expect(shown).toEqual(['mine 250: 100 of 250', 'mine 250: 200 of 250', 'mine 250: 250 of 250']);
});

test('past --timeout it stops, and says how many there are and how to make the rest', async () => {
  const { outcome, asked } = await mine(250, { timeoutMs: 100_000 });
  expect(asked).toEqual([100, 100]);
  expect(outcome).toMatchObject({
    code: 'TIMEOUT',
    message: 'Mined 200 of 250 blocks within 100 s',
    hint: expect.stringContaining('mine the rest with `ln-play mine 50`') as string,
  });
});
