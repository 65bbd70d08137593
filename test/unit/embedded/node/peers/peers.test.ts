import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../../src/core/wait.js';
import type { Line, LineEnd } from '../../../../../src/embedded/ldk/wire.js';
import type { PeerAddress } from '../../../../../src/embedded/node/peers/addresses.js';
import { ConnectError, Peers, type Peer, type PeersParts } from '../../../../../src/embedded/node/peers/peers.js';
import { Turns } from '../../../../../src/embedded/store/turns.js';
import { Bench } from '../support.js';

/** A node whose LDK says `I am <id>, you are <id>` for a handshake, and takes no other name than its own. */
class FakeNode {
  readonly id: string;
  readonly peers: Peers;
  readonly turns: Turns;
  readonly events: string[] = [];
  readonly lines = new Map<LineEnd, Line>();
  /** Lines whose peer has proved who it is. */
  readonly #ends = new Map<string, LineEnd>();
  readonly drained: LineEnd[] = [];
  readonly messages: unknown[] = [];
  onCall = (): unknown => undefined;
  takesCalls = true;
  /** What is waited for before a peer may stay. */
  decision: Promise<void> | undefined;
  reads = 0;
  answers = true;
  lastEnd: LineEnd | undefined;
  nextRead: 'more' | 'pause' | 'end' = 'more';

  constructor(id: string, turns = bench.turns) {
    this.id = id;
    this.turns = turns;
    const say = (what: string) => (peer: Peer) => void this.events.push(`${what} ${peer.id} ${peer.direction}`);
    this.peers = new Peers({
      log: bench.log,
      turn: turns.turn,
      tx: () => turns.current,
      wire: this.#wire(),
      events: {
        connected: async (peer) => {
          say('connected')(peer);
          await this.decision;
        },
        isDecided: () => this.decision !== undefined,
        disconnected: say('disconnected'),
      },
    });
    nodes.push(this);
  }

  async listen(address: PeerAddress): Promise<PeerAddress> {
    await this.peers.listen(address);
    return address;
  }

  lineOf(id: string): Line {
    return this.lines.get(this.#ends.get(id)!)!;
  }

  #wire(): PeersParts['wire'] {
    const hello = (to: string): Buffer => Buffer.from(`${this.id} ${to}`);
    const callers = new Set<LineEnd>();
    return {
      lineEnd: (line) => {
        const end = {} as LineEnd;
        this.lines.set(end, line);
        this.lastEnd = end;
        return end;
      },
      outbound: (id, end) => {
        callers.add(end);
        return hello(id);
      },
      inbound: () => {
        this.onCall();
        return this.takesCalls;
      },
      read: (end, bytes) => {
        this.reads++;
        const known = [...this.#ends.values()].includes(end);
        if (known || !this.answers) return this.nextRead;
        const [from, to] = bytes.toString().split(' ');
        if (to !== this.id) return 'end';
        this.#ends.set(from!, end);
        this.peers.onConnected(from!, Uint8Array.of(0x80), !callers.has(end));
        if (!callers.has(end)) this.lines.get(end)!.send(hello(from!));
        return this.nextRead;
      },
      drained: (end) => this.drained.push(end) > 0,
      closed: (end) => {
        for (const [id, known] of this.#ends)
          if (known === end) {
            this.#ends.delete(id);
            this.peers.onDisconnected(id);
          }
        this.lines.delete(end);
      },
      disconnect: (id) => this.lineOf(id).end(),
      disconnectAll: () => [...this.#ends.keys()].forEach((id) => this.lineOf(id).end()),
      message: (...message) => this.messages.push(message),
    };
  }
}

let bench: Bench;
let folder: string;
let nodes: FakeNode[];
const callers: Socket[] = [];
beforeEach(() => {
  bench = new Bench();
  folder = mkdtempSync(join(tmpdir(), 'peers-'));
  nodes = [];
});
afterEach(async () => {
  for (const node of nodes) await node.peers.stop();
  for (const caller of callers.splice(0)) caller.destroy();
  await soon('all sockets to be closed', () => nodes.every(({ lines }) => lines.size === 0));
  bench[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const soon = (what: string, isSo: () => boolean): Promise<void> =>
  waitFor<void>(what, () => Promise.resolve(isSo() ? { done: undefined } : { seen: 'not yet' }), { timeoutMs: 10_000 });
const socketAt = (name: string): { socket: string } => ({ socket: join(folder, name) });
/** A raw connection, as anybody may make one. */
const call = async ({ socket }: { socket: string }): Promise<Socket> => {
  const caller = connectTo(socket);
  callers.push(caller);
  await once(caller, 'connect');
  return caller;
};
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

describe('two peers', () => {
  test('know each other once both have said who they are', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const address = await bob.listen({ host: '127.0.0.1', port: await freePort() });
    expect(await alice.peers.connect('bob', address)).toEqual({ id: 'bob', direction: 'out', address, features: '80' });
    expect(alice.peers.get('bob')).toBeDefined();
    const [caller] = bob.peers.list();
    expect(caller).toMatchObject({ id: 'alice', direction: 'in', address: { host: '127.0.0.1' } });
    expect([alice.events, bob.events]).toEqual([['connected bob out'], ['connected alice in']]);
  });

  test('that call each other twice have one connection', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const address = await bob.listen(socketAt('bob'));
    const [one, two] = await Promise.all([alice.peers.connect('bob', address), alice.peers.connect('bob', address)]);
    expect(one).toBe(two);
    expect(await alice.peers.connect('bob', address)).toBe(one);
    expect([alice.lines.size, bob.lines.size]).toEqual([1, 1]);
  });

  test('forget each other when one of them goes', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    await alice.peers.connect('bob', await bob.listen(socketAt('bob')));
    await bob.peers.disconnect('alice');
    await soon('both to be gone', () => !alice.peers.get('bob') && !bob.peers.get('alice'));
    expect([alice.events[1], bob.events[1]]).toEqual(['disconnected bob out', 'disconnected alice in']);
    expect([alice.peers.list(), bob.peers.list()]).toEqual([[], []]);
  });

  test('say and hear nothing before it is decided that they may stay', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const address = await bob.listen(socketAt('bob'));
    let decide = (): void => {};
    bob.decision = new Promise((resolve) => (decide = resolve));
    const connecting = alice.peers.connect('bob', address);
    await soon('bob to know alice', () => bob.peers.get('alice') !== undefined);
    await call(socketAt('bob')); // which bob has taken meanwhile
    expect(alice.reads).toBe(0);
    decide();
    expect((await connecting).id).toBe('bob');
    expect(alice.reads).toBe(1);
  });

  test('can connect again', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const address = await bob.listen(socketAt('bob'));
    await alice.peers.connect('bob', address);
    await alice.peers.disconnect('bob');
    await soon('bob to be gone', () => !alice.peers.get('bob'));
    expect((await alice.peers.connect('bob', address)).id).toBe('bob');
  });
});

describe('a connection', () => {
  test('to nobody fails with what the system says', async () => {
    const alice = new FakeNode('alice');
    const port = await freePort();
    await expect(alice.peers.connect('bob', { host: '127.0.0.1', port })).rejects.toThrow(
      new ConnectError(`127.0.0.1:${port}: Connection establishment: Connection refused. `),
    );
    const missing = alice.peers.connect('bob', socketAt('none'));
    await expect(missing).rejects.toThrow('none: Connection establishment: No such file or directory. ');
  });

  test('to somebody else is tried four times, since both sides may have called at once', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    let calls = 0;
    const address = await bob.listen(socketAt('bob'));
    bob.onCall = () => calls++;
    await expect(alice.peers.connect('carol', address)).rejects.toThrow(/Cryptographic handshake: .*\(wrong key\?\)/);
    expect(calls).toBe(4);
    expect([alice.events, bob.events]).toEqual([[], []]);
  });

  test('that LDK does not want is closed', async () => {
    const bob = new FakeNode('bob');
    bob.takesCalls = false;
    const caller = await call(await listening(bob));
    await once(caller, 'close');
    await soon('it to be closed', () => bob.lines.size === 0);
  });

  test('whose bytes LDK will not have is closed', async () => {
    const bob = new FakeNode('bob');
    bob.answers = false;
    bob.nextRead = 'end';
    const caller = await call(await listening(bob));
    caller.write('nonsense');
    await once(caller.resume(), 'close');
    await soon('it to be closed', () => bob.lines.size === 0);
  });

  test('is not read from while LDK has enough', async () => {
    const bob = new FakeNode('bob');
    bob.answers = false;
    bob.nextRead = 'pause';
    const caller = await call(await listening(bob));
    await soon('the line', () => bob.lastEnd !== undefined);
    const line = bob.lines.get(bob.lastEnd!)!;
    const written = (): Promise<unknown> => new Promise((resolve) => caller.write(Buffer.alloc(1 << 20), resolve));
    const stuck = Promise.all([written(), written(), written(), written()]);
    await soon('bytes to wait', () => caller.writableLength > 0);
    await call(await listening(bob, 'again')); // so long as it takes to read more
    expect(bob.reads).toBe(1);
    bob.nextRead = 'more';
    line.resume();
    await stuck;
    expect(caller.writableLength).toBe(0);
  });

  test('whose peer takes nothing makes LDK wait, and LDK hears when there is room again', async () => {
    const bob = new FakeNode('bob');
    const caller = (await call(await listening(bob))).pause();
    await soon('the line', () => bob.lastEnd !== undefined);
    const end = bob.lastEnd!;
    const chunk = Buffer.alloc(1 << 19);
    const send = (): Promise<boolean> => bob.turns.turn(() => bob.lines.get(end)!.send(chunk));
    let sent = 0;
    while (await send()) expect(++sent).toBeLessThan(1000);
    expect(bob.drained).toEqual([]);
    let received = 0;
    caller.on('data', (bytes: Buffer) => (received += bytes.length)).resume();
    await soon('room', () => bob.drained.length > 0);
    expect(bob.drained).toEqual([end]);
    await soon('all that was taken', () => received === sent * chunk.length);
  });

  test('hears nothing before it is on disk', async () => {
    const turns = new Turns(bench.store, (why) => {
      throw new Error(why);
    });
    const bob = new FakeNode('bob', turns); // its turns are not committed yet
    const caller = await call(await listening(bob));
    let heard = '';
    caller.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    caller.write('alice bob');
    await soon('bob to have read it', () => bob.peers.get('alice') !== undefined);
    await call(await listening(bob, 'again')); // so long as it takes to hear something
    expect(heard).toBe('');
    expect(bob.events).toEqual([]);
    turns.begin(
      () => {},
      () => {},
    );
    await soon('an answer', () => heard === 'bob alice');
    expect(bob.events).toEqual(['connected alice in']);
  });
});

const listening = async (node: FakeNode, name = 'peer'): Promise<{ socket: string }> => {
  const address = socketAt(name);
  await node.peers.listen(address);
  return address;
};

describe('a node that stops', () => {
  test('lets all go, and listens no more', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const address = await listening(bob);
    const stranger = await call(address);
    const gone = once(stranger.resume(), 'close');
    await alice.peers.connect('bob', address);
    await bob.peers.stop();
    await gone;
    await soon('alice to notice', () => alice.peers.get('bob') === undefined);
    await expect(alice.peers.connect('bob', address)).rejects.toThrow(ConnectError);
    expect(bob.peers.list()).toEqual([]);
  });

  test('gives up a connection that it is about to make', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    const connecting = expect(alice.peers.connect('bob', await listening(bob))).rejects.toThrow('this node stops');
    await alice.peers.stop();
    await connecting;
    expect([alice.lines.size, alice.events]).toEqual([0, []]);
  });

  test('does not try a handshake again', async () => {
    const [alice, bob] = [new FakeNode('alice'), new FakeNode('bob')];
    bob.takesCalls = false;
    const connecting = expect(alice.peers.connect('bob', await listening(bob))).rejects.toThrow('this node stops');
    await soon('a first attempt to fail', () => alice.lastEnd !== undefined && alice.lines.size === 0);
    const attempt = alice.lastEnd;
    await alice.peers.stop();
    await connecting;
    expect(alice.lastEnd).toBe(attempt);
  });
});

describe('a unix socket', () => {
  test('takes the place of one that a killed node has left, and is for its owner alone', async () => {
    const { socket } = socketAt('peer');
    writeFileSync(socket, '');
    await new FakeNode('bob').peers.listen({ socket });
    expect(statSync(socket).isSocket()).toBe(true);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });
});

test('an address that is taken is an error', async () => {
  const address = { host: '127.0.0.1', port: await freePort() };
  await new FakeNode('bob').peers.listen(address);
  await expect(new FakeNode('alice').peers.listen(address)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

describe('a ping', () => {
  let alice: FakeNode;
  const pong = (bytes: number): Promise<void> => alice.turns.turn(() => alice.peers.onPong('bob', bytes));
  const ping = (signal = new AbortController().signal): Promise<number | undefined> =>
    alice.peers.ping('bob', 2, 7, signal);
  const sent = (count: number): Promise<void> => soon('the ping', () => alice.messages.length === count);
  beforeEach(async () => {
    alice = new FakeNode('alice');
    await alice.peers.connect('bob', await listening(new FakeNode('bob')));
  });

  test('is answered by the next pong, not by an old one', async () => {
    await pong(5);
    const answer = ping();
    await sent(1);
    expect(alice.messages).toEqual([['bob', 18, Buffer.from('000700020000', 'hex')]]);
    for (const _ of [1, 2]) await alice.turns.turn(() => {}); // it waits now
    await pong(7);
    expect(await answer).toBe(7);
  });

  test('has no answer of a peer that goes, nor for one who does not wait', async () => {
    const answer = ping();
    await sent(1);
    await alice.peers.disconnect('bob');
    expect(await answer).toBeUndefined();
    expect(await ping(AbortSignal.abort())).toBeUndefined();
  });
});
