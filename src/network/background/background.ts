import { fileURLToPath } from 'node:url';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { isThere, makePrivateFolder, removeTree } from '../../core/files.js';
import type { WaitOptions } from '../../core/wait.js';
import { Daemon } from '../../daemons/daemon.js';
import { withLock } from '../../process/lock.js';
import type { ProcessEntry } from '../../process/table.js';
import type { Layout } from '../layout.js';
import { askResident, askSection, type Told } from './client.js';
import { effective, NOTHING, readWanted, writeWanted, type Wanted } from './file.js';
import { showToNodes } from './weather.js';
import {
  lasting,
  SECTIONS,
  sectionStatus,
  type SectionName,
  type Sections,
  type SectionState,
  type SectionStatus,
} from './sections.js';

/** The script lies at the same place seen from `src` and from `dist`. */
const SCRIPT = fileURLToPath(new URL('../../../bin/ln-play-background.js', import.meta.url));

/** How often one that ends just then may be started anew. */
const TRIES = 5;
/** How long it may take to tell of itself for `status`, in ms. */
const ANSWER_MS = 5_000;

/** What is to be asked for by hand, from what was. */
export type EditByHand = (byHand: Wanted['byHand']) => Wanted['byHand'] | Promise<Wanted['byHand']>;

const isDone = (sections: Partial<Sections>): boolean =>
  Object.keys(sections).some((name) => SECTIONS[name as SectionName].isDone);

/**
 * What goes on in a playground between two commands: `background.json` says what is wanted, and a process that stays (the
 * program of src/resident) does it, for as long as there is something to do.
 */
export class Background {
  readonly daemon: Daemon;
  readonly #layout: Layout;
  #wanted: Wanted = NOTHING;

  constructor(layout: Layout) {
    this.#layout = layout;
    const { dir, backgroundLog: logFile, backgroundSocket } = layout;
    const marker = `--background-of=${dir}`;
    this.daemon = new Daemon({
      name: 'background',
      command: { command: process.execPath, args: [SCRIPT, marker] },
      marker,
      cwd: dir,
      logFile,
      outputFile: logFile,
      isAlone: true,
      ready: async () => {
        try {
          await askResident(backgroundSocket, 'state', ANSWER_MS);
          return { done: undefined };
        } catch (error) {
          return { seen: messageOf(error) };
        }
      },
      requestStop: () => askResident(backgroundSocket, 'stop', ANSWER_MS),
    });
  }

  /** Reads what is wanted, and looks whether its process runs. @param table of processes, where one is at hand */
  async load(table?: readonly ProcessEntry[]): Promise<this> {
    this.#wanted = await readWanted(this.#layout);
    if (await isThere(this.#layout.backgroundFolder)) this.daemon.attach(table);
    return this;
  }

  /** Whether there is something for its process to do, or it runs all the same. */
  get isWanted(): boolean {
    return isDone(this.sections) || this.daemon.pid !== undefined;
  }

  /** What is to go on. */
  get sections(): Partial<Sections> {
    return effective(this.#wanted);
  }

  /**
   * Changes what is wanted by hand, and returns once that is so. The caller holds the playground's lock, and bitcoind runs.
   *
   * @param edit what is asked for by hand, from what was; null for what is not to go on though the network's file says so
   * @throws {LnPlayError} DAEMON, TIMEOUT, FILESYSTEM; STATE with what a section that `edit` changed fails with
   */
  async change(edit: EditByHand, wait?: WaitOptions): Promise<void> {
    const before = this.sections;
    await this.#edit(async ({ fromFile, byHand }) => ({ fromFile, byHand: await edit(byHand) }));
    const told = await this.#apply(wait);
    for (const [name, section] of Object.entries(told.sections))
      if (section.problem !== null && this.sections[name as SectionName] !== before[name as SectionName])
        throw new LnPlayError('STATE', section.problem, { hint: 'see `ln-play logs background`' });
  }

  /** Changes what is wanted by hand; its process sees that by itself, soon. */
  async note(edit: (byHand: Wanted['byHand']) => Wanted['byHand']): Promise<void> {
    await this.#edit(({ fromFile, byHand }) => ({ fromFile, byHand: edit(byHand) }));
  }

  /** Asks a section that goes on something that it alone knows. @throws {LnPlayError} CONNECTION, TIMEOUT */
  async ask(section: SectionName, question: string): Promise<unknown> {
    return await askSection(this.#layout.backgroundSocket, section, question);
  }

  /** Sets what the network's file says; otherwise as `change`. */
  async setFromFile(fromFile: Partial<Sections>, wait?: WaitOptions): Promise<void> {
    await this.#edit(({ byHand }) => ({ fromFile, byHand }));
    await this.#apply(wait);
  }

  /** Has all go on that is wanted: for `up`. @returns whether its process was started */
  async start(wait?: WaitOptions): Promise<boolean> {
    const ran = this.daemon.pid !== undefined;
    await showToNodes(this.#layout, this.sections);
    await this.#apply(wait);
    return !ran && this.daemon.pid !== undefined;
  }

  /** Forgets what was asked for by hand: at `down`, once the process has ended. */
  async forgetByHand(): Promise<void> {
    if (Object.keys(this.#wanted.byHand).length > 0)
      await this.#edit(({ fromFile, byHand }) => ({ fromFile, byHand: lasting(byHand) }));
  }

  /** Removes its files; the process has ended. */
  async remove(): Promise<void> {
    const { background, backgroundFolder, backgroundLog } = this.#layout;
    for (const path of [background, backgroundFolder, backgroundLog]) await removeTree(path);
  }

  /** What goes on, as `status` shows it. @param states of sections that its process does not do */
  async status(states: { readonly [N in SectionName]?: SectionState } = {}): Promise<SectionStatus[]> {
    await this.load();
    const { sections } = this;
    let told: Told = { sections: {} };
    let problem: string | null = null;
    if (isDone(sections))
      try {
        told = await askResident(this.#layout.backgroundSocket, 'state', ANSWER_MS);
      } catch (error) {
        problem = messageOf(error);
      }
    return (Object.keys(SECTIONS) as SectionName[]).flatMap((name) => {
      const settings = sections[name];
      if (settings === undefined) return [];
      const from = this.#wanted.byHand[name] === undefined ? 'file' : 'hand';
      const own = told.sections[name] ?? { state: states[name] ?? {}, problem: SECTIONS[name].isDone ? problem : null };
      return [sectionStatus(name, settings, from, own)];
    });
  }

  async #edit(edit: (wanted: Wanted) => Wanted | Promise<Wanted>): Promise<void> {
    const { locks } = this.#layout;
    await withLock(locks, 'background', { what: 'background.json', wait: 'wait', whereFull: 'go on' }, async () => {
      const { fromFile, byHand } = await edit(await readWanted(this.#layout));
      const isNew = ([name, settings]: [string, unknown]): boolean => settings !== null || name in fromFile;
      this.#wanted = { fromFile, byHand: Object.fromEntries(Object.entries(byHand).filter(isNew)) };
      await writeWanted(this.#layout, this.#wanted);
      await showToNodes(this.#layout, this.sections);
    });
  }

  /** Has its process do what is wanted, or ends it where that is nothing. */
  async #apply(wait: WaitOptions = {}): Promise<Told> {
    if (!isDone(this.sections)) {
      if ((await isThere(this.#layout.backgroundFolder)) && this.daemon.attach()) await this.daemon.stop();
      return { sections: {} };
    }
    await makePrivateFolder(this.#layout.backgroundFolder);
    for (let tries = 1; ; tries++) {
      try {
        if (!this.daemon.attach()) await this.daemon.start();
        await this.daemon.waitReady(wait);
        return await askResident(this.#layout.backgroundSocket, 'apply');
      } catch (error) {
        // it was about to end by itself, as there was nothing to do
        if (this.daemon.attach() || tries === TRIES) throw error;
      }
    }
  }
}
