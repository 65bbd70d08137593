import type { ChannelState, Happening, NodeState, PaymentNews, State } from '../src/api-types.js';

/** Numbers that look random and are the same every time. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const NAMES = {
  two: ['l1', 'l2'],
  five: ['alice', 'bob', 'carol', 'dave', 'erin'],
  empty: [],
} as const;

export type Play = keyof typeof NAMES | 'fifty' | 'down' | 'evil';
export const PLAYS: readonly string[] = ['two', 'five', 'fifty', 'empty', 'down', 'evil'];

const FIVE: readonly (readonly [number, number, number])[] = [
  [0, 1, 0.05],
  [1, 2, 0.02],
  [2, 3, 0.01],
  [3, 0, 0.03],
  [1, 3, 0.1],
  [4, 1, 0.02],
  [4, 1, 0.005],
];

/** A playground that nobody has: nodes, channels and a chain, with ways through it. */
export class FakePlayground {
  state: State;
  readonly #next = dice(7);
  #id = 0;

  constructor(play: Play) {
    const names =
      play === 'fifty'
        ? Array.from({ length: 50 }, (_, index) => `l${index + 1}`)
        : play === 'evil'
          ? ['<img src=x onerror=alert(1)>', 'l2']
          : [...NAMES[play === 'down' ? 'five' : play]];
    const edges =
      play === 'two' || play === 'evil'
        ? [[0, 1, 0.01] as const]
        : play === 'empty'
          ? []
          : play === 'fifty'
            ? this.#many()
            : FIVE;
    const nodes = names.map((name, index) => this.#node(name, index, play));
    this.state = {
      dir: `/home/ann/.ln-play/${play}`,
      read_only: false,
      version: '0.1.0',
      bitcoind: { state: 'running', blocks: 112, mempool: play === 'five' ? 2 : 0, version: 'Knots:20260101' },
      nodes,
      channels: edges.map(([from, to, btc], index) => this.#channel(names[from]!, names[to]!, btc, index, play)),
      background: [],
      snapshots:
        play === 'two'
          ? []
          : [
              { name: 'fresh', created_at: '2026-11-29T10:00:00Z', blocks: 101, note: null },
              { name: 'funded', created_at: '2026-11-29T10:04:00Z', blocks: 108, note: 'before the first payment' },
            ],
    };
  }

  #node(name: string, index: number, play: Play): NodeState {
    const isDown = play === 'down' && index === 2;
    return {
      name,
      implementation: index % 3 === 1 ? 'cln' : 'embedded',
      state: isDown ? 'dead' : play === 'down' && index === 3 ? 'frozen' : 'running',
      id: isDown ? null : `02${(index + 1).toString(16).padStart(64, 'c9')}`,
      alias: play === 'evil' ? name : name.toUpperCase(),
      color: ['e8523f', '3f8ee8', '6fbf4a', 'b58ae0', '44b5b0'][index % 5]!,
      version: isDown ? null : index % 3 === 1 ? 'v26.06.6' : '0.1.0',
      blockheight: isDown ? null : 112,
      onchain_msat: isDown ? null : Math.round(this.#next() * 1e11),
      in_channels_msat: isDown ? null : Math.round(this.#next() * 4e9),
    };
  }

  #channel(from: string, to: string, btc: number, index: number, play: Play): ChannelState {
    const total = Math.round(btc * 1e11);
    const share = play === 'two' ? 0.92 : 0.1 + this.#next() * 0.8;
    const mine = Math.floor((total * share) / 1000) * 1000;
    const phase = play === 'five' && index === 6 ? 'opening' : play === 'down' && index === 4 ? 'closing' : 'normal';
    return {
      key: `${103 + index}x1x0`,
      from,
      to,
      short_channel_id: phase === 'opening' ? null : `${103 + index}x1x0`,
      channel_id: (index + 1).toString(16).padStart(64, 'ab'),
      state:
        phase === 'opening'
          ? 'CHANNELD_AWAITING_LOCKIN'
          : phase === 'normal'
            ? 'CHANNELD_NORMAL'
            : 'CLOSINGD_SIGEXCHANGE',
      phase,
      private: index === 3,
      connected: !(play === 'down' && (from === 'carol' || to === 'carol')),
      total_msat: total,
      to_from_msat: mine,
      to_to_msat: total - mine,
      htlcs:
        play === 'five' && index === 1
          ? [{ payment_hash: 'ab'.repeat(32), amount_msat: 250_000_000, from, to, state: 'SENT_ADD_ACK_REVOCATION' }]
          : [],
    };
  }

  /** 50 nodes, 75 channels: a tree whose early ones have more, and rings across. */
  #many(): (readonly [number, number, number])[] {
    const edges: (readonly [number, number, number])[] = [];
    for (let node = 1; node < 50; node++)
      edges.push([node, Math.floor(node * this.#next() ** 2), 0.005 + this.#next() * 0.1]);
    while (edges.length < 75) {
      const [a, b] = [Math.floor(this.#next() * 50), Math.floor(this.#next() * 50)];
      if (a !== b) edges.push([a, b, 0.005 + this.#next() * 0.05]);
    }
    return edges;
  }

  happening(
    kind: Happening['kind'],
    node: string | null,
    text: string,
    data: unknown,
    payment?: PaymentNews,
  ): Happening {
    return { id: ++this.#id, at: Date.now(), node, kind, text, data, ...(payment && { payment }) };
  }

  /** A block more. */
  mine(): Happening {
    const height = (this.state.bitcoind.blocks ?? 0) + 1;
    const nodes = this.state.nodes.map((node) => ({ ...node, blockheight: node.state === 'running' ? height : null }));
    this.state = { ...this.state, nodes, bitcoind: { ...this.state.bitcoind, blocks: height, mempool: 0 } };
    return this.happening('block', null, `block ${height}`, { block_added: { hash: '00'.repeat(32), height } });
  }

  /** A payment of up to four hops: what is told of it, in order, and how long after the other. */
  *payment(): Generator<Happening> {
    const usable = this.state.channels.filter(({ phase, connected }) => phase === 'normal' && connected);
    const start = usable[Math.floor(this.#next() * usable.length)];
    if (start === undefined) return;
    let at = this.#next() < 0.5 ? start.from : start.to;
    const [route, channels] = [[at], [] as string[]];
    const wanted = 1 + Math.floor(this.#next() * 4);
    while (channels.length < wanted) {
      const ways = usable.filter(
        ({ key, from, to }) =>
          !channels.includes(key) && (from === at || to === at) && !(route.includes(from) && route.includes(to)),
      );
      const way = ways[Math.floor(this.#next() * ways.length)];
      if (way === undefined) break;
      at = way.from === at ? way.to : way.from;
      route.push(at);
      channels.push(way.key);
    }
    if (channels.length === 0) return;
    const hash = Array.from({ length: 64 }, () => Math.floor(this.#next() * 16).toString(16)).join('');
    const [from, to] = [route[0]!, route.at(-1)!];
    const amount_msat = Math.round(this.#next() * 40_000) * 1000;
    const common = { payment_hash: hash, amount_msat, from, to };
    yield this.happening('payment', from, `${from} pays ${to} ${amount_msat / 1000} sat`, common, {
      ...common,
      status: 'started',
    });
    yield this.happening(
      'payment',
      from,
      `${from} sends a part by ${route.join(' → ')}`,
      { ...common, route },
      { ...common, status: 'part', part: 1, route, channels },
    );
    const isFailed = this.#next() < 0.2 && channels.length > 1;
    if (isFailed) {
      const failed_at = route[1 + Math.floor(this.#next() * (channels.length - 1))]!;
      const failure = 'WIRE_TEMPORARY_CHANNEL_FAILURE';
      yield this.happening(
        'payment',
        from,
        `${from} → ${to} failed at ${failed_at}: temporary_channel_failure`,
        { ...common, failure },
        { ...common, status: 'failed', failed_at, failure },
      );
      return;
    }
    this.#move(route, channels, amount_msat);
    yield this.happening(
      'payment',
      from,
      `${from} paid ${to} ${amount_msat / 1000} sat in 87 ms`,
      { ...common, preimage: 'ef'.repeat(32) },
      { ...common, status: 'complete', took_ms: 87 },
    );
  }

  #move(route: readonly string[], keys: readonly string[], amount: number): void {
    const channels = this.state.channels.map((channel) => {
      const index = keys.indexOf(channel.key);
      if (index < 0) return channel;
      const change = channel.from === route[index] ? -amount : amount;
      const to_from_msat = Math.max(0, Math.min(channel.total_msat, channel.to_from_msat + change));
      return { ...channel, to_from_msat, to_to_msat: channel.total_msat - to_from_msat };
    });
    this.state = { ...this.state, channels };
  }
}
