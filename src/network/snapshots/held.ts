import { Freezer } from '../../process/freezer.js';
import { findProcess, listProcesses } from '../../process/table.js';
import type { Network } from '../network.js';

/*
 * A network is held by stopping all of its processes in the middle of whatever they do. What is on disk then is what a
 * `kill -9` would have left, which every part of it survives: lightningd's database, the embedded node's store and
 * bitcoind's wallets are written by commits, and a node commits before it tells anybody. Nodes are stopped before bitcoind,
 * so that none is ahead of the chain, and bitcoind is asked in between to write what it keeps in memory: its mempool, and
 * its chain, which it would otherwise go back on.
 */

/**
 * Does something while nothing of a network goes on. Should we be killed meanwhile, it goes on by itself.
 *
 * @param body must not ask any of its daemons
 */
async function whileHeld<T>(network: Network, body: () => Promise<T>): Promise<T> {
  const nodes = pidsOf(network, 'nodes');
  const [bitcoind] = pidsOf(network, 'bitcoind');
  if (nodes.length === 0 && bitcoind === undefined) return await body();
  const freezer = await Freezer.create();
  try {
    await freezer.freeze(nodes, network.wait);
    if (bitcoind !== undefined) {
      if (!findProcess(bitcoind)?.isStopped) await flush(network);
      await freezer.freeze([bitcoind], network.wait);
    }
    return await body();
  } finally {
    await freezer.thaw();
  }
}

/** As `whileHeld`, to copy what is on disk: first, nodes bring there what they would have to hear from their peers again. */
export async function whileHeldToCopy<T>(network: Network, body: () => Promise<T>): Promise<T> {
  await Promise.all(network.nodes.map((node) => node.keepGossip()));
  return await whileHeld(network, body);
}

/** Ends all at once, with the chain on disk: nothing of what it does then is to be kept. @returns whether anything ran */
export async function endAtOnce(network: Network): Promise<boolean> {
  const running = network.daemons().filter(({ daemon }) => daemon.attach());
  const parts = [network.bitcoind.daemon, ...network.nodes.map(({ daemon }) => daemon)];
  const others = running.filter(({ daemon }) => !parts.includes(daemon));
  await Promise.all(others.map(({ daemon }) => daemon.stop()));
  await whileHeld(network, async () => void (await Promise.all(parts.map((daemon) => daemon.crash()))));
  return running.length > 0;
}

/** Ends all at once: nothing of it is to be kept, not even should we be killed just then. @returns whether anything ran */
export async function killAll(network: Network): Promise<boolean> {
  const table = listProcesses();
  const running = network.daemons().filter(({ daemon }) => daemon.attach(table));
  const parts = [network.bitcoind.daemon, ...network.nodes.map(({ daemon }) => daemon)];
  await Promise.all(running.map(({ daemon }) => (parts.includes(daemon) ? daemon.crash(table) : daemon.stop())));
  return running.length > 0;
}

function pidsOf({ bitcoind, nodes }: Network, which: 'nodes' | 'bitcoind'): number[] {
  const daemons = which === 'nodes' ? nodes.map(({ daemon }) => daemon) : [bitcoind.daemon];
  return daemons.flatMap((daemon) => (daemon.attach() ? daemon.pid! : []));
}

/** gettxoutsetinfo is the one RPC that writes bitcoind's caches to disk. */
async function flush({ bitcoind }: Network): Promise<void> {
  await bitcoind.call('savemempool');
  await bitcoind.call('gettxoutsetinfo', ['none']);
}
