import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { makePrivateFolder, writeWhole } from '../../core/files.js';
import type { LinksSettings } from '../../network/background/sections.js';
import { installPlugin } from '../../daemons/install-plugin.js';
import { linksFolder, pairRules, proxyPath, rulesFile, rulesOf, type PairRule } from '../../network/weather/links.js';
import type { LightningNode } from '../../nodes/node.js';
import type { Host, Running, SectionModule } from '../section.js';
import { LinkProxy } from './proxy.js';

/** How often it is looked whether nodes are connected as they should be, in ms. */
const LOOK_MS = 250;

/** Keeps nodes apart, or has them connected through proxies: their own plugins let nobody in who comes another way. */
export const links: SectionModule<LinksSettings> = {
  start: async (settings, host) => {
    const keeper = new LinkKeeper(host);
    await keeper.update(settings);
    keeper.begin();
    return keeper;
  },
};

class LinkKeeper implements Running<LinksSettings> {
  readonly #host: Host;
  readonly #proxies = new Map<string, LinkProxy>();
  /** The processes of nodes that have our plugin, by name. */
  readonly #screened = new Map<string, number>();
  /** Node ids by name. */
  readonly #ids = new Map<string, string>();
  /** Their rules, as they are on disk. */
  readonly #written = new Map<string, unknown>();
  readonly #stopped = new AbortController();
  #rules: readonly PairRule[] = [];
  /** Pairs whose connection is of before their rule. */
  #fresh = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  begin(): void {
    this.#loop = this.#run();
  }

  async update(settings: LinksSettings): Promise<void> {
    const { playground } = this.#host;
    const before = new Map(this.#rules.map((rule) => [nameOf(rule), rule]));
    await this.#looking;
    this.#rules = pairRules(
      settings,
      playground.nodes.map(({ name }) => name),
    );
    for (const rule of this.#rules) {
      const old = before.get(nameOf(rule));
      if (!old || old.isCut !== rule.isCut || !old.link !== !rule.link) this.#fresh.add(nameOf(rule));
    }
    await this.#setProxies();
    await this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    await this.#looking;
    for (const proxy of this.#proxies.values()) await proxy.close();
    const { playground, log } = this.#host;
    await rm(linksFolder(playground.layout), { recursive: true, force: true });
    for (const node of this.#reachable())
      if (this.#screened.has(node.name))
        await node.unscreenPeers(rulesFile(playground.layout, node.name)).catch((error: unknown) => log(String(error)));
  }

  state() {
    return { traffic: Object.fromEntries(Array.from(this.#proxies, ([name, { stats }]) => [name, { ...stats }])) };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => {}); // then it has fired
      if (signal.aborted) return;
      this.#looking = this.#look().then(
        () => this.#host.problem(undefined),
        (error: unknown) => this.#host.problem(error),
      );
      await this.#looking;
    }
  }

  async #setProxies(): Promise<void> {
    const { playground } = this.#host;
    await makePrivateFolder(linksFolder(playground.layout));
    await installPlugin(linksFolder(playground.layout), 'peer-screen'); // once, before nodes start it all at once
    const wanted = new Map(this.#rules.flatMap((rule) => (rule.link ? [[nameOf(rule), rule.link] as const] : [])));
    for (const [name, proxy] of this.#proxies)
      if (!wanted.has(name)) {
        this.#proxies.delete(name);
        await proxy.close();
      }
    for (const [name, link] of wanted) {
      const there = this.#proxies.get(name);
      if (there) there.settings = link;
      else {
        const target = async (): Promise<string> => hostOf(await playground.node(link.to).address());
        const proxy = await LinkProxy.listen(proxyPath(playground.layout, [link.from, link.to]), link, target);
        this.#proxies.set(name, proxy);
      }
    }
  }

  #reachable(): LightningNode[] {
    return this.#host.playground.nodes.filter(({ daemon }) => daemon.attach() && !daemon.isFrozen);
  }

  /** Writes the rules, sees to it that each node keeps to them, and ends what was connected before. */
  async #look(): Promise<void> {
    const { layout } = this.#host.playground;
    const nodes = new Map(this.#reachable().map((node) => [node.name, node]));
    for (const node of this.#host.playground.nodes) {
      // who is away or frozen is kept apart as well
      const id = this.#ids.get(node.name) ?? (nodes.has(node.name) ? await node.id() : await node.formerId());
      if (id !== undefined) this.#ids.set(node.name, id);
    }
    // one that has rules no longer is told so as well
    const isConcerned = (name: string): boolean =>
      this.#written.has(name) || this.#rules.some(({ pair }) => pair.includes(name));
    const concerned = [...nodes.values()].filter(({ name }) => isConcerned(name));
    await Promise.all(concerned.map((node) => this.#screen(node)));
    for (const rule of this.#rules) {
      const [from, to] = rule.pair.map((name) => nodes.get(name));
      const [fromId, toId] = rule.pair.map((name) => this.#ids.get(name));
      const ends = [
        [from, toId],
        [to, fromId],
      ] as const;
      const isConnected = async (): Promise<boolean> => {
        for (const [node, id] of ends) if (node && id && (await node.peer(id))?.connected) return true;
        return false;
      };
      if (this.#fresh.has(nameOf(rule)) || (rule.isCut && (await isConnected())))
        for (const [node, id] of ends) if (node && id) await node.hangUp(id);
      this.#fresh.delete(nameOf(rule));
      if (rule.link && !rule.isCut && from && to && !(await isConnected()))
        await from.connect(`${toId}@${proxyPath(layout, rule.pair)}`).catch(() => {}); // it is tried again
    }
  }

  async #screen(node: LightningNode): Promise<void> {
    const { layout } = this.#host.playground;
    const file = rulesFile(layout, node.name);
    const rules = rulesOf(node.name, this.#rules, this.#ids, layout);
    if (!isDeepStrictEqual(rules, this.#written.get(node.name))) {
      await writeWhole(file, JSON.stringify(rules), 0o600);
      this.#written.set(node.name, rules);
    }
    const pid = node.daemon.pid;
    if (pid === undefined || this.#screened.get(node.name) === pid) return;
    await node.screenPeers(file);
    this.#screened.set(node.name, pid);
    // it may have been connected before it had the plugin
    for (const rule of this.#rules) if (rule.pair.includes(node.name)) this.#fresh.add(nameOf(rule));
  }
}

const nameOf = ({ pair: [from, to] }: PairRule): string => `${from}–${to}`;

/** Of `ID@HOST`. */
const hostOf = (address: string): string => address.slice(address.indexOf('@') + 1);
