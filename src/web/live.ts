import type { Playground } from '../network/playground.js';
import { EventLog } from './events/event-log.js';
import { Feed, type Notification } from './feed/feed.js';
import type { NewHappening } from './happenings/happening.js';
import { Payments } from './happenings/payments.js';
import { PARTS, partsMoved, translate } from './happenings/translate.js';
import { WaitingHtlcs } from './happenings/waiting-htlcs.js';
import { Collector } from './state/collector.js';
import type { DaemonState } from '../daemons/daemon.js';
import type { SeenBlock } from './state/chain-view.js';

/** When a payer is looked at again, whose HTLC may not have been there yet: as soon as one is asked that has paid meanwhile. */
const AGAIN_MS = 900;

/** What goes on in a playground: how all stands, and each thing that happens. */
export class Live {
  readonly events = new EventLog();
  readonly collector: Collector;
  readonly #feed: Feed;
  readonly #payments: Payments;
  readonly #htlcs: WaitingHtlcs;

  private constructor(collector: Collector, feed: Feed, payments: Payments, htlcs: WaitingHtlcs) {
    this.collector = collector;
    this.#feed = feed;
    this.#payments = payments;
    this.#htlcs = htlcs;
  }

  static async open(
    playground: Playground,
    { isReadOnly, log }: { readonly isReadOnly: () => boolean; readonly log: (line: string) => void },
  ): Promise<Live> {
    let live: Live | undefined;
    const onHappening = (happening: NewHappening): void => live?.happened(happening);
    const htlcs = new WaitingHtlcs({
      onHappening,
      ask: (nodes) => {
        for (const node of nodes) collector.ask(['channels'], node);
      },
    });
    const collector = new Collector({
      playground,
      isReadOnly,
      onState: (state, json) => {
        live?.events.setState(json);
        htlcs.see(state.channels);
      },
      onBlock: (block) => onHappening(blockHappening(block)),
      onDaemon: (name, state) => onHappening(daemonHappening(name, state)),
    });
    const payments = new Payments(collector.names, onHappening);
    const feed = await Feed.open({
      socket: playground.layout.webFeed,
      views: () => collector.views,
      onNotification: (told) => live?.take(told),
      onBegin: (node) => collector.ask(undefined, node),
      onEnd: () => void collector.look(),
      log,
    });
    live = new Live(collector, feed, payments, htlcs);
    live.events.setState(JSON.stringify(collector.shown()));
    return live;
  }

  happened(happening: NewHappening): void {
    const at = Date.now();
    this.events.add((id) => ({ id, at, ...happening }));
  }

  /** Takes in nodes that there are by now. */
  follow(): void {
    this.collector.follow();
  }

  async close(): Promise<void> {
    this.collector.end();
    this.#payments.end();
    this.#htlcs.end();
    await this.#feed.close();
  }

  take(told: Notification): void {
    const { node, topic, params } = told;
    const view = this.collector.view(node);
    if (!view) return;
    if (topic === 'block_added') view.sawBlock(Number(params['height']));
    const parts = topic === 'coin_movement' ? partsMoved(params) : PARTS[topic];
    if (parts) this.collector.ask(parts, node);
    if (topic === 'pay_part_start') setTimeout(() => this.collector.ask(parts, node), AGAIN_MS).unref();
    if (this.#payments.take(told)) return;
    const happening = translate(told, this.collector.names);
    if (happening) this.happened(happening);
  }
}

function blockHappening({ height, hash, count, isReorg }: SeenBlock): NewHappening {
  const text = isReorg
    ? `the last blocks are others: the chain is at block ${height}`
    : count === 1
      ? `block ${height}`
      : `blocks ${height - count + 1} to ${height}`;
  return { node: null, kind: 'block', text, data: { height, hash } };
}

function daemonHappening(name: string, state: DaemonState): NewHappening {
  const what = { running: 'runs', frozen: 'is frozen', stopped: 'has stopped', dead: 'is dead' }[state];
  return { node: name, kind: 'node', text: `${name} ${what}`, data: { name, state } };
}
