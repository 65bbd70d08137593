import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import type { LightningNode } from '../../../src/nodes/node.js';
import { Traffic, type TrafficOptions } from '../../../src/traffic/traffic.js';

/** Nodes that pay when the test says so, which real ones don't: all with one channel to the next. */
class FakeNodes {
  /** What the payments under way wait for, in the order in which they were begun. */
  readonly underWay: ((outcome?: Error) => void)[] = [];
  running = true;
  most = 0;
  readonly nodes = ['l1', 'l2'].map((name) => nodeOf(this, name));

  /** Lets the next payment come through, or fail. */
  settle(outcome?: Error): void {
    this.underWay.shift()!(outcome);
  }
}

function nodeOf(fakes: FakeNodes, name: string): LightningNode {
  const channel = { id: 'c', peer: name === 'l1' ? 'id-l2' : 'id-l1', capacityMsat: 1_000_000_000n, usable: true };
  const daemon = {
    attach: () => fakes.running,
    get pid() {
      return fakes.running ? 1 : undefined;
    },
  };
  const node: Partial<LightningNode> = {
    name,
    daemon: daemon as unknown as LightningNode['daemon'],
    id: () => Promise.resolve(`id-${name}`),
    channels: () => Promise.resolve([channel as never]),
    keysend: async (_payee, amountMsat) => {
      await new Promise<void>((resolve, reject) => {
        fakes.underWay.push((outcome) => (outcome ? reject(outcome) : resolve()));
        fakes.most = Math.max(fakes.most, fakes.underWay.length);
      });
      return { status: 'complete', preimage: '00', amountMsat, sentMsat: amountMsat + 2n, record: {} };
    },
    failureReason: () => 'channel_disabled',
  };
  return node as LightningNode;
}

const BUSY = { activities: [{ from: 'l1', to: 'l2', amountMsat: 5n, everyMs: 0 }], keysend: true };
const make = (options: TrafficOptions = {}) => {
  const fakes = new FakeNodes();
  return { fakes, traffic: new Traffic(fakes.nodes, { ...BUSY, ...options }) };
};
/** Until something that takes no time but a turn or some has come about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

test('no more are under way than may be', async () => {
  const { fakes, traffic } = make({ inFlight: 3, count: 10 });
  const payments = traffic[Symbol.asyncIterator]();
  for (let number = 1; number <= 10; number++) {
    const read = payments.next();
    await until(() => fakes.underWay.length === Math.min(3, 11 - number));
    fakes.settle();
    expect((await read).value).toMatchObject({ number, from: 'l1', to: 'l2', amountMsat: 5n, status: 'paid', feeMsat: 2n }); // prettier-ignore
  }
  expect(await payments.next()).toEqual({ done: true, value: undefined });
  expect(fakes.most).toBe(3);
  expect(traffic.end).toBe('done');
  expect(traffic.stats.summary()).toMatchObject({ sent: 10, paid: 10, failed: 0, underWay: 0, amountMsat: 50n, feeMsat: 20n }); // prettier-ignore
});

test('what nobody has read yet counts as under way, so that there is an end to what is kept', async () => {
  const { fakes, traffic } = make({ inFlight: 2 });
  const payments = traffic[Symbol.asyncIterator]();
  const first = payments.next();
  await until(() => fakes.underWay.length === 2);
  fakes.settle();
  await first;
  await until(() => fakes.underWay.length === 2);
  fakes.settle();
  fakes.settle();
  await delay(20);
  expect(fakes.underWay).toHaveLength(0);
  expect(traffic.stats.summary()).toMatchObject({ sent: 3, paid: 3 });
  await payments.next();
  await until(() => fakes.underWay.length === 1);
  await payments.return();
  expect(traffic.end).toBe('stopped');
});

test('a payment that fails is counted with its reason', async () => {
  const { fakes, traffic } = make({ count: 3 });
  const statuses: unknown[] = [];
  const outcomes = [
    new LnPlayError('RPC', 'l1: xkeysend: …'),
    new LnPlayError('DAEMON', 'l1 ended'),
    new LnPlayError('TIMEOUT', '…'),
  ];
  void until(() => fakes.underWay.length === 3).then(() => outcomes.forEach((outcome) => fakes.settle(outcome)));
  for await (const payment of traffic) statuses.push(payment.status === 'failed' ? payment.reason : payment.status);
  expect(statuses).toEqual(['channel_disabled', 'payer_down', 'no_answer']);
});

test('what is no expected failure is thrown, and ends it', async () => {
  const { fakes, traffic } = make();
  const read = traffic[Symbol.asyncIterator]().next();
  await until(() => fakes.underWay.length > 0);
  fakes.settle(new TypeError('a bug'));
  await expect(read).rejects.toThrow('a bug');
});

test('one that never comes to anything is given up', async () => {
  const { traffic } = make({ count: 1, paymentTimeoutMs: 20 });
  for await (const payment of traffic) expect(payment).toMatchObject({ status: 'failed', reason: 'no_answer' });
  expect(traffic.stats.summary()).toMatchObject({ sent: 1, failed: 1 });
});

test.each(['signal', 'break', 'gone'] as const)('by %s it ends at once, with payments under way', async (how) => {
  const stop = new AbortController();
  const { fakes, traffic } = make({ inFlight: 4, signal: stop.signal });
  let read = 0;
  void until(() => fakes.underWay.length === 4).then(() => fakes.settle());
  for await (const _payment of traffic) {
    read++;
    await until(() => fakes.underWay.length === 4);
    if (how === 'break') break;
    if (how === 'signal') stop.abort();
    else fakes.running = false;
  }
  expect(read).toBe(1);
  expect(traffic.end).toBe(how === 'gone' ? 'gone' : 'stopped');
  expect(traffic.stats.summary()).toMatchObject({ sent: 5, paid: 1, underWay: 4 });
});

test('when its time is over nothing more is sent, and what was sent is waited for', async () => {
  const { fakes, traffic } = make({ inFlight: 2, forMs: 30 });
  const read = traffic[Symbol.asyncIterator]();
  const first = read.next();
  await until(() => traffic.end === 'time');
  fakes.settle();
  expect((await first).value).toMatchObject({ number: 1 });
  fakes.settle();
  expect((await read.next()).value).toMatchObject({ number: 2 });
  expect(await read.next()).toEqual({ done: true, value: undefined });
  expect(fakes.most).toBe(2);
});

test('where no node runs it does not begin', async () => {
  const { fakes, traffic } = make();
  fakes.running = false;
  await expect(traffic[Symbol.asyncIterator]().next()).rejects.toThrow('No node of the playground runs');
});

test.each([{ count: 0 }, { inFlight: 0 }, { forMs: 0.5 }, { seed: -1 }, { seed: 1.5 }])('%o is refused', (options) => {
  expect(() => make(options)).toThrow(/cannot be/);
});
