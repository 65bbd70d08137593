import { readdir, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { swapBack, swapIn, swapPaths, type SwapPaths } from '../../../src/plugins/rpc-trace/swap.js';

let folder: string;
let cleanup: () => Promise<void>;
let paths: SwapPaths;
let servers: Server[];

const listen = async (path: string): Promise<Server> => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  servers.push(server);
  return server;
};
const inode = async (path: string): Promise<number> => (await stat(path)).ino;

beforeEach(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test', unsafeCleanup: true }));
  paths = swapPaths(join(folder, 'lightning-rpc'));
  servers = [];
  await listen(paths.rpc);
});
afterEach(async () => {
  for (const server of servers) server.close();
  await cleanup();
});

it("puts the tracer's socket in place, and lightningd's back", async () => {
  const before = await inode(paths.rpc);
  await listen(paths.tracer);
  await swapIn(paths);
  expect(await inode(paths.rpc)).toBe(await inode(paths.tracer));
  expect(await inode(paths.real)).toBe(before);
  await swapBack(paths);
  expect(await inode(paths.rpc)).toBe(before);
  expect(await readdir(folder)).toEqual(['lightning-rpc']);
});

it('does nothing where nothing is swapped, and twice is once', async () => {
  const before = await inode(paths.rpc);
  await swapBack(paths);
  await swapBack(paths);
  expect(await inode(paths.rpc)).toBe(before);
});

it('leaves the socket of a lightningd that was started meanwhile', async () => {
  await listen(paths.tracer);
  await swapIn(paths);
  const { unlink } = await import('node:fs/promises');
  await unlink(paths.rpc);
  await listen(paths.rpc);
  const fresh = await inode(paths.rpc);
  await swapBack(paths);
  expect(await inode(paths.rpc)).toBe(fresh);
  expect(await readdir(folder)).toEqual(['lightning-rpc']);
});

it('puts back nothing where lightningd has stopped and removed its socket', async () => {
  await listen(paths.tracer);
  await swapIn(paths);
  const { unlink } = await import('node:fs/promises');
  await unlink(paths.rpc);
  await swapBack(paths);
  expect(await readdir(folder)).toEqual([]);
});
