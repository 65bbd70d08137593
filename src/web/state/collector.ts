import { stat } from 'node:fs/promises';
import { lnPlayVersion } from '../../core/version.js';
import type { DaemonState } from '../../daemons/daemon.js';
import { statesOf } from '../../daemons/daemon-states.js';
import type { SectionStatus } from '../../network/background/sections.js';
import type { Playground } from '../../network/playground.js';
import { listProcesses, type ProcessEntry } from '../../process/table.js';
import { ChainView, type SeenBlock } from './chain-view.js';
import { channelsShown } from './channels.js';
import { Names } from './names.js';
import { ALL_PARTS, NodeView, type Part } from './node-view.js';
import { Paced } from './paced.js';
import type { State } from './state.js';

/** How often it is looked whether daemons run, in ms. */
const PULSE_MS = 1_000;
/** How often how all stands is told at most, and how much less often for each node, in ms: there is more to tell then. */
const TELL_MS = 40;
const TELL_MORE_MS = 4;
const BACKGROUND_MS = 1_000;
/** How many nodes that tell nothing are asked in each pulse, and how many pulses one is left alone at the least. */
const SILENT_AT_ONCE = 4;
const SILENT_PULSES = 3;

export interface CollectorOptions {
  readonly playground: Playground;
  readonly isReadOnly: () => boolean;
  /** Told how all stands whenever that is another than before; also as JSON, on one line. */
  readonly onState: (state: State, json: string) => void;
  readonly onBlock: (block: SeenBlock) => void;
  /** Told of a node that runs, or no longer does. */
  readonly onDaemon: (name: string, state: DaemonState) => void;
}

/** How a whole playground stands, put together of what is known of its parts. */
export class Collector {
  readonly names: Names;
  readonly #options: CollectorOptions;
  readonly #chain: ChainView;
  readonly #nodes = new Map<string, NodeView>();
  readonly #tells: Paced;
  readonly #backgrounds: Paced;
  readonly #pulse: NodeJS.Timeout;
  #background: readonly SectionStatus[] = [];
  #snapshots: State['snapshots'] = [];
  #snapshotsAsOf = -1;
  #told = '';
  #pulses = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    const change = (): void => this.#tells.ask();
    const tellMs = (): number => TELL_MS + TELL_MORE_MS * this.#nodes.size;
    this.#tells = new Paced(tellMs, async () => await Promise.resolve(this.#tell()));
    this.#backgrounds = new Paced(BACKGROUND_MS, () => this.#readBackground());
    this.#chain = new ChainView(options.playground.bitcoind, { change, block: options.onBlock });
    this.names = new Names(() => this.views);
    this.follow();
    this.#pulse = setInterval(() => void this.look(), PULSE_MS).unref();
  }

  get views(): readonly NodeView[] {
    return [...this.#nodes.values()];
  }

  view(name: string): NodeView | undefined {
    return this.#nodes.get(name);
  }

  /** Takes in nodes that there are by now. */
  follow(): void {
    const { nodes } = this.#options.playground;
    for (const [name, view] of this.#nodes)
      if (!nodes.some((node) => node === view.node)) {
        view.end();
        this.#nodes.delete(name);
      }
    for (const node of nodes)
      if (!this.#nodes.has(node.name)) this.#nodes.set(node.name, new NodeView(node, () => this.#tells.ask()));
    this.#backgrounds.ask();
    this.#tells.ask();
    void this.look();
  }

  /** Something has happened that may have changed these parts of a node, or of all of them. */
  ask(parts: readonly Part[] = ALL_PARTS, name?: string): void {
    for (const view of this.views) if (name === undefined || view.name === name) view.ask(parts);
    this.#chain.ask();
    if (name === undefined) this.#backgrounds.ask();
  }

  /** Looks which daemons run, and what snapshots there are. */
  async look(): Promise<void> {
    const { bitcoind, background, layout } = this.#options.playground;
    let table: readonly ProcessEntry[] | undefined;
    const daemons = [bitcoind.daemon, ...this.views.map(({ node }) => node.daemon)];
    for (const daemon of daemons) if (daemon.pid === undefined) daemon.attach((table ??= listProcesses()));
    const states = statesOf(daemons);
    this.#chain.state = states[0]!;
    for (const [index, view] of this.views.entries()) {
      const state = states[index + 1]!;
      if (state !== view.state) this.#options.onDaemon(view.name, state);
      view.state = state;
    }
    this.#askSilent();
    if (Object.keys(background.sections).length > 1) this.#backgrounds.ask();
    const asOf = await stat(layout.snapshots).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (asOf !== this.#snapshotsAsOf) await this.#readSnapshots(asOf);
  }

  /** Asks nodes that tell nothing of what happens, in turns. */
  #askSilent(): void {
    const silent = this.views.filter(({ node }) => !node.tells);
    const turns = Math.max(SILENT_PULSES, Math.ceil(silent.length / SILENT_AT_ONCE));
    this.#pulses = (this.#pulses + 1) % turns;
    for (const [index, view] of silent.entries()) if (index % turns === this.#pulses) view.ask(ALL_PARTS);
  }

  shown(): State {
    const { playground, isReadOnly } = this.#options;
    return {
      dir: playground.dir,
      read_only: isReadOnly(),
      version: lnPlayVersion(),
      bitcoind: this.#chain.shown(),
      nodes: this.views.map((view) => view.shown()),
      channels: channelsShown(this.views, this.names),
      background: this.#background,
      snapshots: this.#snapshots,
    };
  }

  end(): void {
    clearInterval(this.#pulse);
    for (const each of [this.#tells, this.#backgrounds, this.#chain, ...this.views]) each.end();
  }

  #tell(): void {
    const state = this.shown();
    const told = JSON.stringify(state, withoutCountdowns);
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onState(state, JSON.stringify(state));
  }

  async #readBackground(): Promise<void> {
    this.#background = await this.#options.playground.background.status().catch(() => []); // it is being written
    this.#tells.ask();
  }

  async #readSnapshots(asOf: number): Promise<void> {
    this.#snapshotsAsOf = asOf;
    const snapshots = await this.#options.playground.snapshots.list().catch(() => []); // one is being removed
    this.#snapshots = snapshots
      .filter(({ problem }) => problem === undefined)
      .map(({ name, created, height = null, note = null }) => ({
        name,
        created_at: created.toISOString(),
        blocks: height,
        note,
      }));
    this.#tells.ask();
  }
}

/** What runs down by itself is no news. */
const COUNTDOWNS = new Set(['next_ms', 'in_ms', 'summary']);
const withoutCountdowns = (key: string, value: unknown): unknown => (COUNTDOWNS.has(key) ? undefined : value);
