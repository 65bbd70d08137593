import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../../../../src/embedded/bitcoin/hashes.js';
import type { HookAnswer } from '../../../../../src/embedded/context.js';
import type { ClaimableEvent } from '../../../../../src/embedded/ldk/event-types.js';
import { FAILURE } from '../../../../../src/embedded/ldk/failure-codes.js';
import { Invoices, privateRoutes, type InvoiceRequest } from '../../../../../src/embedded/node/payments/invoices.js';
import { Receiving } from '../../../../../src/embedded/node/payments/receiving.js';
import { Bench, liveChannel } from '../support.js';

const PREIMAGE = 'aa'.repeat(32);
const HASH = sha256(Buffer.from(PREIMAGE, 'hex')).toString('hex');
const INVOICE: InvoiceRequest = {
  label: 'one',
  amountMsat: 1000n,
  description: 'd',
  hashDescription: false,
  expirySeconds: 3600,
  preimage: PREIMAGE,
  cltv: undefined,
  routes: [],
  fallbacks: [],
};

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench[Symbol.dispose]());
const topics = (): string[] => bench.told.map(({ topic }) => topic);

const makeInvoices = (): Invoices =>
  new Invoices({
    store: bench.store,
    turn: bench.turns.turn,
    tell: bench.tell,
    ldk: { invoiceSecret: (_hash, amount) => (amount === 2n ** 63n ? undefined : 'cd'.repeat(32)) },
    nodeSecret: Buffer.alloc(32, 1),
  });

describe('invoices', () => {
  test('are paid once, and known after a restart', async () => {
    let invoices = makeInvoices();
    const made = await invoices.create(INVOICE);
    expect(made).toMatchObject({ paymentHash: HASH, status: 'unpaid', createdIndex: 1 });
    for (const msat of [1000, 2000]) await bench.turns.turn((tx) => invoices.onPaid(tx, HASH, msat));
    bench.reopen();
    invoices = makeInvoices();
    expect(invoices.byLabel('one')).toMatchObject({ status: 'paid', receivedMsat: 1000, payIndex: 1 });
    expect(invoices.byHash(HASH)?.label).toBe('one');
    expect(invoices.indexes).toEqual({ created: 1, updated: 1, deleted: 0, paid: 1 });
    expect(topics()).toEqual(['invoice_creation', 'invoice_payment']);
  });

  test('are found by the order in which they were paid, after a restart too, and where some are deleted', async () => {
    let invoices = makeInvoices();
    const hashes: string[] = [];
    for (const label of ['a', 'b', 'c', 'd'])
      hashes.push((await invoices.create({ ...INVOICE, label, preimage: undefined })).paymentHash);
    expect(invoices.paidAfter(0)).toBeUndefined();
    for (const i of [2, 0, 3]) await bench.turns.turn((tx) => invoices.onPaid(tx, hashes[i]!, 1000));
    const order = (): (string | undefined)[] => [0, 1, 2, 3, 1e300].map((index) => invoices.paidAfter(index)?.label);
    expect(order()).toEqual(['c', 'a', 'd', undefined, undefined]);
    await invoices.delete('a');
    bench.reopen();
    invoices = makeInvoices();
    expect(order()).toEqual(['c', 'd', 'd', undefined, undefined]);
  });

  test('expire by the clock, lose their description, and go', async () => {
    const invoices = makeInvoices();
    await invoices.create({ ...INVOICE, expirySeconds: -1 });
    expect(invoices.byLabel('one')?.status).toBe('expired');
    await invoices.clearDescription('one');
    expect(invoices.list()).toMatchObject([{ description: '' }]);
    await invoices.delete('one');
    expect([invoices.byLabel('one'), invoices.byHash(HASH)]).toEqual([undefined, undefined]);
  });

  test('of more than there can be are refused', async () => {
    await expect(makeInvoices().create({ ...INVOICE, amountMsat: 2n ** 63n })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
    expect(bench.store.keys('invoice')).toEqual([]);
  });

  test('tell the way to us through channels that the peer has told its terms of', () => {
    const theirs = liveChannel({}).ours;
    const channels = [
      liveChannel({ inboundPaymentScid: 7n, theirs }),
      liveChannel({ inboundPaymentScid: 8n }),
      liveChannel({ inboundPaymentScid: 9n, theirs, isUsable: false }),
      liveChannel({ theirs }),
    ];
    expect(privateRoutes(channels)).toMatchObject([[{ shortChannelId: 7n, feeBaseMsat: 1, cltvExpiryDelta: 42 }]]);
  });
});

describe('receiving', () => {
  const CLAIMABLE: ClaimableEvent = {
    paymentHash: HASH,
    amountMsat: 1000,
    deadline: 50,
    channelId: 'c1',
    keysendPreimage: undefined,
    paymentSecret: 'cd'.repeat(32),
    customTlvs: [],
  };
  const ldk = { claim: vi.fn(), refuse: vi.fn() };
  let answers: { readonly [hook: string]: object };
  let invoices: Invoices;
  let receiving: Receiving;
  let height: number;
  const make = (): void => {
    invoices = makeInvoices();
    receiving = new Receiving({
      store: bench.store,
      turn: bench.turns.turn,
      log: bench.log,
      hooks: { hasHook: (hook) => hook in answers, ask: async (hook) => ({ ...answers[hook] }) },
      ldk,
      invoices,
      live: () => [],
      height: () => height,
    });
  };
  beforeEach(() => {
    vi.clearAllMocks();
    answers = {};
    height = 10;
    make();
  });
  const come = (claimable: Partial<ClaimableEvent> = {}): Promise<void> =>
    bench.turns.turn((tx) => receiving.onClaimable(tx, { ...CLAIMABLE, ...claimable }));
  const claimed = (): Promise<void> => vi.waitFor(() => expect(ldk.claim).toHaveBeenCalledWith(PREIMAGE));
  const refused = (code: number): Promise<void> =>
    vi.waitFor(() => expect(ldk.refuse).toHaveBeenCalledWith(HASH, code));

  test('a payment of an invoice is taken', async () => {
    await invoices.create(INVOICE);
    await come();
    await claimed();
    await bench.turns.turn((tx) => receiving.onClaimed(tx, HASH, 1000));
    expect(invoices.byHash(HASH)?.status).toBe('paid');
    expect(bench.store.keys('claimable/')).toEqual([]);
  });

  test.each([999, 2001])('of %d msat where 1000 are wanted is refused', async (amountMsat) => {
    await invoices.create(INVOICE);
    await come({ amountMsat });
    await refused(FAILURE.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
  });

  test('without an invoice is refused, with the preimage along it is taken', async () => {
    await come();
    await refused(FAILURE.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
    await come({ keysendPreimage: PREIMAGE, customTlvs: [['7629169', Buffer.from('hi').toString('hex')]] });
    await claimed();
    expect(invoices.byHash(HASH)?.description).toBe('keysend: hi');
  });

  test.each([
    ['htlc_accepted', { result: 'fail' }, FAILURE.TEMPORARY_NODE_FAILURE],
    ['htlc_accepted', { result: 'fail', failure_message: '400f' }, 0x400f],
    ['htlc_accepted', { result: 'resolve', payment_key: 'bb'.repeat(32) }, FAILURE.TEMPORARY_NODE_FAILURE],
    ['invoice_payment', { result: 'reject' }, FAILURE.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS],
    ['invoice_payment', { failure_message: '2002' }, 0x2002],
  ])('the hook %s refuses with %j', async (hook, answer, code) => {
    await invoices.create(INVOICE);
    answers = { [hook]: answer };
    await come();
    await refused(code);
    expect(ldk.claim).not.toHaveBeenCalled();
  });

  test('a plugin may have the preimage', async () => {
    answers = { htlc_accepted: { result: 'resolve', payment_key: PREIMAGE } };
    await come();
    await claimed();
  });

  test('is decided again after a restart', async () => {
    await bench.turns.turn((tx) => tx.putJson(`claimable/${HASH}`, CLAIMABLE));
    bench.reopen();
    make();
    await invoices.create(INVOICE);
    receiving.resume();
    await claimed();
  });

  test('that LDK gave up while a plugin held it is not taken any more', async () => {
    let decide: (answer: HookAnswer) => void = () => {};
    await invoices.create(INVOICE);
    receiving = new Receiving({
      store: bench.store,
      turn: bench.turns.turn,
      log: bench.log,
      hooks: { hasHook: () => true, ask: () => new Promise((resolve) => (decide = resolve)) },
      ldk,
      invoices,
      live: () => [],
      height: () => height,
    });
    await come();
    await bench.turns.turn((tx) => receiving.onFailed(tx, HASH)); // a part too many
    expect(bench.store.keys('claimable/')).toHaveLength(1);
    height = 50;
    await bench.turns.turn((tx) => receiving.onFailed(tx, HASH));
    decide({ result: 'continue' });
    await vi.waitFor(() =>
      expect(bench.logged).toContain(`htlc_accepted hook: payment ${HASH} was failed back before it was decided`),
    );
    expect(ldk.claim).not.toHaveBeenCalled();
  });

  test('a payment to ourselves asks the plugins too', async () => {
    await invoices.create(INVOICE);
    expect(await receiving.decideOnOwn(HASH, 1000)).toBe(PREIMAGE);
    expect(await receiving.decideOnOwn(HASH, 999)).toBeUndefined();
    answers = { invoice_payment: { result: 'reject' } };
    expect(await receiving.decideOnOwn(HASH, 1000)).toBeUndefined();
  });
});
