import { LnPlayError } from '../../core/errors.js';
import { removeTree } from '../../core/files.js';
import type { Daemon } from '../../daemons/daemon.js';
import { listProcesses } from '../../process/table.js';
import type { FeeEstimate } from '../../rpc/bitcoind-weather.js';
import type { EditByHand } from '../background/background.js';
import { withoutWeather, type LinksSettings, type SectionName } from '../background/sections.js';
import { trafficSettings, type BackgroundTraffic } from '../background/traffic.js';
import { asBlocks, asDelay, asEstimates, asEvery } from '../background/weather.js';
import { assertFeerate } from '../limits.js';
import type { MineOptions } from '../miner.js';
import { Network } from '../network.js';
import { waitForFeerates } from '../waits.js';
import type { Waiting } from './fill-mempool.js';
import { withoutThaw, withThaw } from './freezing.js';
import { withoutPartition, type Healed } from './heal.js';
import { ALL_CONNECTED, linksFolder, partitionOf, withLink, type LinkOptions } from './links.js';

/** A network, and what can come over it while it runs: crashes, cut links, dear blocks, and all that goes on by itself. */
export abstract class WeatherNetwork extends Network {
  /** Runs what no other command is to come between. */
  protected abstract exclusively<T>(body: () => Promise<T>): Promise<T>;
  /** Has all run again that has died. The caller holds the playground's lock. */
  protected abstract startAgain(): Promise<void>;

  /**
   * Mines a block by the clock from now on, in the background, until `stopMining`, `down`, or the playground's end; where
   * that goes on already, it gets this interval.
   *
   * @throws {LnPlayError} STATE where the playground does not run; INVALID for what is no address
   */
  async mineEvery(everyMs: number, options: MineOptions = {}): Promise<void> {
    const mining = { everyMs: asEvery(everyMs), ...options };
    await this.#changeBackground(async (byHand) => {
      if (options.address !== undefined) await this.miner.assertAddress(options.address);
      return { ...byHand, mining };
    });
  }

  /** Ends mining by the clock, also what the network's file has, until the next `up`. @returns whether it went on */
  async stopMining(): Promise<boolean> {
    return await this.#endSection('mining');
  }

  /**
   * Sets what bitcoind is taken to estimate, in sat per 1000 units of weight, for all or by how many blocks; undefined for
   * its own again. Returns once every running node sees it. It ends with `down`.
   *
   * @throws {LnPlayError} USAGE for what bitcoind would not say; STATE where the playground does not run
   */
  async setFeerates(feerates: number | readonly FeeEstimate[] | undefined): Promise<void> {
    this.assertHere();
    const set = feerates === undefined ? null : { estimates: asEstimates(feerates) };
    await this.#changeBackground((byHand) => ({ ...byHand, feerates: set }));
    if (set)
      await this.steps.run('feerates', async () => {
        await Promise.all(this.running.map((node) => waitForFeerates(node, set.estimates, this.wait)));
      });
  }

  /**
   * Has nodes get bitcoind's answers so much later; 0 for at once again. It ends with `down`.
   *
   * @throws {LnPlayError} USAGE for what is too long; STATE where the playground does not run
   */
  async slowBitcoind(delayMs: number): Promise<void> {
    this.assertHere();
    const slowBitcoind = delayMs === 0 ? null : { delayMs: asDelay(delayMs) };
    await this.#changeBackground((byHand) => ({ ...byHand, slowBitcoind }));
  }

  /**
   * Fills bitcoind's mempool with transactions worth so many blocks, in sat per 1000 units of weight, so that what pays
   * less waits for its block; 0 takes back what is left of them. A block is mined for either. It ends with `down`.
   *
   * @throws {LnPlayError} USAGE; INVALID when the faucet has less; STATE where the playground does not run
   */
  async fillMempool(blocks: number, feeratePerKw = 5_000): Promise<Waiting & { readonly blockheight: number }> {
    const wanted = { blocks: asBlocks(blocks), feeratePerKw };
    assertFeerate(feeratePerKw);
    return await this.exclusively(async () => {
      this.#assertBitcoind();
      const { emptyMempool, fillMempool } = await import('./fill-mempool.js');
      // no step that ends at once where the user stops it: first all is taken back
      const waiting = await this.steps.run('mempool', async () => {
        if (blocks > 0) return await fillMempool(this, wanted, this.wait);
        await emptyMempool(this, this.wait);
        return { transactions: 0, vbytes: 0 };
      });
      return { ...waiting, blockheight: await this.sync() };
    });
  }

  /**
   * Ends a node or bitcoind with all its parts at once, as a crash of its machine would; `up` or `restart` starts it again.
   *
   * @throws {LnPlayError} STATE where it does not run
   */
  async crash(name: string): Promise<void> {
    await this.exclusively(async () => await this.#running(name).crash());
  }

  /**
   * Holds a node or bitcoind with all its parts in the middle of whatever they do (SIGSTOP), until `thaw`, or for a while.
   * `up`, `restart`, `down` and the like let it go on.
   *
   * @throws {LnPlayError} STATE where it does not run
   */
  async freeze(name: string, forMs?: number): Promise<void> {
    await this.exclusively(async () => {
      const daemon = this.#running(name);
      await this.#forgetThaw(name);
      daemon.freeze();
      if (forMs !== undefined) await this.background.change(withThaw(name, Date.now() + forMs), this.wait);
    });
  }

  /** Lets what is frozen go on: one, or all. @returns the names of those that were */
  async thaw(name?: string): Promise<string[]> {
    return await this.exclusively(async () => {
      const daemons = (name === undefined ? this.daemons() : [this.daemon(name)]).map(({ daemon }) => daemon);
      const frozen = daemons.filter((daemon) => daemon.attach() && daemon.isFrozen);
      for (const daemon of frozen) {
        daemon.thaw();
        await this.#forgetThaw(daemon.name);
      }
      return frozen.map((daemon) => daemon.name);
    });
  }

  /**
   * Has groups of nodes reach each other no longer; nodes in none of them reach all. One group alone is kept from all others.
   * It replaces a partition that there is.
   *
   * @throws {LnPlayError} USAGE for a node that there is not, or that is in two groups
   */
  async partition(...groups: readonly (readonly string[])[]): Promise<void> {
    for (const name of groups.flat()) this.node(name);
    const partition = partitionOf(
      groups,
      this.nodes.map(({ name }) => name),
    );
    await this.#changeLinks((links) => ({ ...links, partition }));
  }

  /**
   * Has two nodes be connected through a proxy that is slow, cuts the connection by chance, or lets nothing through. Each call
   * sets all of it; what is not named is as ever.
   *
   * @throws {LnPlayError} USAGE for nodes that there are not, or a node with itself
   */
  async link(from: string, to: string, how: LinkOptions): Promise<void> {
    if (this.node(from) === this.node(to))
      throw new LnPlayError('USAGE', `${from} has no link to itself`, { hint: 'name two different nodes' });
    const { latencyMs = 0, jitterMs = 0, dropPercent = 0, isDown = false } = how;
    const link = { from, to, latencyMs, jitterMs, dropPercent, isDown };
    await this.#changeLinks((links) => withLink(links, [from, to], link));
  }

  /**
   * Connects the groups of a partition again; with `all`, takes back all that was asked for by hand: links, what is frozen,
   * mining by the clock, and so on, and starts again what has died while others run.
   *
   * @throws {LnPlayError} DAEMON for one that does not come back, with its last log lines
   */
  async heal({ all = false }: { readonly all?: boolean | undefined } = {}): Promise<Healed> {
    const thawed = all ? await this.thaw() : [];
    return await this.exclusively(async () => {
      const before = this.background.sections;
      const started = all ? this.#dead() : [];
      if (started.length > 0) {
        await this.background.note(withoutWeather);
        await this.startAgain();
      } else if (all) await this.background.change(withoutWeather, this.wait);
      else if (before.links) await this.background.change(withoutPartition, this.wait);
      if (!this.background.sections.links) await removeTree(linksFolder(this.layout)); // of one that was killed
      if (all && this.background.sections.mempool && this.bitcoind.daemon.attach()) {
        const { emptyMempool } = await import('./fill-mempool.js');
        await this.steps.run('mempool', () => emptyMempool(this, this.wait));
        await this.sync();
      }
      await this.steps.run('connect', () => this.reconnect());
      const ended = (Object.keys(before) as SectionName[]).filter((name) => !this.background.sections[name]);
      return { ended, thawed, started };
    });
  }

  /** The names of those that do not run while others do: they have died. */
  #dead(): string[] {
    const table = listProcesses();
    const daemons = [this.bitcoind, ...this.nodes].map(({ daemon }) => daemon);
    const dead = daemons.filter((daemon) => !daemon.attach(table));
    return dead.length === daemons.length ? [] : dead.map(({ name }) => name);
  }

  /** Has two nodes be connected as ever, or all whose links are not. */
  async healLink(from: string, to: string): Promise<void> {
    this.node(from);
    this.node(to);
    await this.#changeLinks((links) => withLink(links, [from, to], undefined));
    await this.steps.run('connect', () => this.reconnect());
  }

  async #changeLinks(edit: (links: LinksSettings) => LinksSettings): Promise<void> {
    await this.#changeBackground(({ links, ...byHand }) => {
      const now = edit(links ?? ALL_CONNECTED);
      return now.partition.length > 0 || now.links.length > 0 ? { ...byHand, links: now } : byHand;
    });
  }

  /**
   * Payments that go on in the background until `stopTraffic` or `down`; what went on before ends.
   *
   * @throws {LnPlayError} STATE where the playground does not run; USAGE
   */
  async trafficInBackground(options: BackgroundTraffic = {}): Promise<void> {
    const traffic = trafficSettings(options);
    await this.#changeBackground((byHand) => ({ ...byHand, traffic }));
  }

  /** Ends payments in the background, also those that the network's file has, until the next `up`. @returns whether they went on */
  async stopTraffic(): Promise<boolean> {
    return await this.#endSection('traffic');
  }

  async #forgetThaw(name: string): Promise<void> {
    if (this.background.sections.thaw?.at[name] !== undefined)
      await this.background.change(withoutThaw(name), this.wait);
  }

  #running(name: string): Daemon {
    const { daemon } = this.daemon(name);
    this.assertHere();
    if (daemon.attach()) return daemon;
    throw new LnPlayError('STATE', `${name} does not run`, { hint: 'start it: ln-play up' });
  }

  async #endSection(name: SectionName): Promise<boolean> {
    return await this.exclusively(async () => {
      const went = this.background.sections[name] !== undefined;
      if (went) await this.background.change((byHand) => ({ ...byHand, [name]: null }), this.wait);
      return went;
    });
  }

  async #changeBackground(edit: EditByHand): Promise<void> {
    await this.exclusively(async () => {
      this.#assertBitcoind();
      await this.background.change(edit, this.wait);
    });
  }

  #assertBitcoind(): void {
    if (!this.bitcoind.daemon.attach())
      throw new LnPlayError('STATE', `bitcoind of ${this.dir} does not run`, { hint: 'start it: ln-play up' });
  }
}
