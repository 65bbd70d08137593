import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Session } from '../../../src/web/security/session.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ln-play-session-'));
  file = join(folder, 'web.json');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

test('a token is good for one visit, and for a while', async () => {
  vi.useFakeTimers();
  const session = await Session.open(file);
  const [first, second] = [session.issue(), session.issue()];
  expect(session.redeem('nonsense')).toBe(false);
  expect(session.redeem(first)).toBe(true);
  expect(session.redeem(first)).toBe(false);
  vi.advanceTimersByTime(16 * 60_000);
  expect(session.redeem(second)).toBe(false);
});

test('the cookie and the port are kept, for their owner alone', async () => {
  const session = await Session.open(file);
  await session.keepPort(4_711);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await Session.open(file);
  expect(again).toMatchObject({ port: 4_711, cookie: session.cookie, cookieName: session.cookieName });
  expect([again.isCookie(session.cookie), again.isCookie(undefined), again.isCookie('')]).toEqual([true, false, false]);
});

test.each([
  ['others may read', (): Promise<void> => chmod(file, 0o644)],
  ['is damaged', (): Promise<void> => writeFile(file, '{')],
  ['is of something else', (): Promise<void> => writeFile(file, '{"secret":"short"}')],
])('a file that %s is not trusted: everybody has to come anew', async (_what, spoil) => {
  const { cookie } = await Session.open(file);
  await spoil();
  const again = await Session.open(file);
  expect(again.isCookie(cookie)).toBe(false);
  expect(await readFile(file, 'utf8')).toContain(again.cookie);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
