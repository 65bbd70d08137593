import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../../../src/network/layout.js';
import { nodeNames } from '../../../src/network/names.js';
import { writeManifest } from '../../../src/network/manifest.js';
import { FakeBitcoind, type BitcoindAnswer, type BitcoindCall } from '../../fakes/bitcoind-http.js';

/** A playground of which bitcoind alone runs: its RPC is a test's, and a process is taken for it. */
export interface FakePlayground extends AsyncDisposable {
  readonly dir: string;
  readonly bitcoindPid: number;
}

export async function fakePlayground(answer: (call: BitcoindCall) => BitcoindAnswer): Promise<FakePlayground> {
  const dir = await mkdtemp(join(tmpdir(), 'ln-play fake '));
  const fake = await new FakeBitcoind(answer).listen();
  const layout = layoutOf(dir);
  const command = { command: process.execPath, args: [] };
  const nodes = nodeNames(2).map((name) => ({ name, executable: { ...command, implementation: 'cln' as const } }));
  await writeManifest(layout, { format: 2, dir, bitcoind: command, nodes, peers: [] });
  await mkdir(join(layout.bitcoinDatadir, 'regtest'), { recursive: true });
  await mkdir(layout.locks);
  await writeFile(join(layout.bitcoinDatadir, 'bitcoin.conf'), `rpcport=${fake.port}\n`);
  await writeFile(join(layout.bitcoinDatadir, 'regtest', '.cookie'), 'user:password');
  const marker = `-pid=${join(layout.bitcoinDatadir, 'regtest', 'bitcoind.pid')}`;
  const bitcoind = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', marker], { stdio: 'ignore' });
  await once(bitcoind, 'spawn');
  return {
    dir,
    bitcoindPid: bitcoind.pid!,
    [Symbol.asyncDispose]: async () => {
      const ended = once(bitcoind, 'exit');
      bitcoind.kill('SIGKILL');
      await ended;
      await fake.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** What a bitcoind of 111 blocks answers to who mines. */
export const MINING: { readonly [method: string]: unknown } = {
  getblockchaininfo: { blocks: 111 },
  getnewaddress: 'bcrt1q',
  generatetoaddress: ['00'],
  gettxoutsetinfo: {},
  listwallets: [],
  loadwallet: {},
};
