import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../core/errors.js';
import type { Told } from '../network/background/client.js';
import type { SectionName, Sections } from '../network/background/sections.js';
import type { Playground } from '../network/playground.js';
import { log } from './log.js';
import { MODULES } from './modules.js';
import type { Host, Running, SectionModule } from './section.js';

interface Member {
  running: Running<unknown> | undefined;
  problem: string | null;
}

/** The sections that go on, each by itself: one that fails says so, and ends none of the others. */
export class Crew {
  readonly #members = new Map<SectionName, Member>();
  readonly #playground: Playground;

  constructor(playground: Playground) {
    this.#playground = playground;
  }

  /** Starts, changes and stops what is to go on, all at once. @returns whether anything does then */
  async apply(wanted: Partial<Sections>): Promise<boolean> {
    const names = (Object.keys(MODULES) as SectionName[]).filter((name) => wanted[name] || this.#members.has(name));
    await Promise.all(names.map((name) => this.#set(name, wanted[name])));
    return this.#members.size > 0;
  }

  /** Stops all. */
  async stop(): Promise<void> {
    await this.apply({});
  }

  /** What a section answers. */
  async answer(name: string, question: string): Promise<unknown> {
    const running = this.#members.get(name as SectionName)?.running;
    if (!running?.answer) throw new Error(`${name} does not go on, or answers nothing`);
    return await running.answer(question);
  }

  told(): Told {
    return {
      sections: Object.fromEntries(
        Array.from(this.#members, ([name, { running, problem }]) => [
          name,
          { state: running?.state?.() ?? {}, problem },
        ]),
      ),
    };
  }

  async #set(name: SectionName, settings: unknown): Promise<void> {
    const member = this.#members.get(name) ?? { running: undefined, problem: null };
    try {
      if (settings === undefined) {
        this.#members.delete(name);
        await member.running?.stop();
        log('INFO', `${name}: ended`);
        return;
      }
      this.#members.set(name, member);
      if (member.running) await member.running.update(settings);
      else {
        const module = (await MODULES[name]!()) as SectionModule<unknown>;
        log('INFO', `${name}: ${JSON.stringify(settings)}`);
        member.running = await module.start(settings, this.#hostOf(name, member));
      }
    } catch (error) {
      this.#tell(name, member, error);
    }
  }

  #hostOf(name: SectionName, member: Member): Host {
    return {
      playground: this.#playground,
      log: (line) => log('INFO', `${name}: ${line}`),
      problem: (error) => this.#tell(name, member, error),
    };
  }

  #tell(name: SectionName, member: Member, error: unknown): void {
    const problem = error === undefined ? null : messageOf(error);
    if (isDeepStrictEqual(problem, member.problem)) return;
    member.problem = problem;
    log(problem === null ? 'INFO' : 'UNUSUAL', `${name}: ${problem ?? 'goes on'}`);
  }
}
