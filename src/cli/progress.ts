import type { StepListener } from '../network/steps.js';
import { duration, type Output } from './output.js';

/** Progress is shown only while something takes longer than this, in ms. */
const PATIENCE_MS = 500;
/** Back to the beginning of the line, and all of it gone. */
export const ERASE_LINE = '\r\u001B[2K';
const FRAME_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows which steps are under way: in a terminal one line, redrawn; in a pipe a line for each slow step. */
export class Progress {
  readonly #out: Output;
  readonly #active = new Map<symbol, { readonly name: string; readonly from: number; told: boolean; detail: string }>();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #drawn = false;

  constructor(out: Output) {
    this.#out = out;
  }

  readonly listener: StepListener = (name) => this.begin(name);

  /** Shows a step until what this returns is called. */
  begin(name: string): () => void {
    const key = Symbol(name);
    this.#active.set(key, { name, from: performance.now(), told: false, detail: '' });
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS).unref();
    return () => {
      this.#active.delete(key);
      if (this.#active.size === 0) this.stop();
    };
  }

  /** More about what is under way: "12 of 34 packages". */
  detail(name: string, detail: string): void {
    for (const step of this.#active.values()) if (step.name === name) step.detail = detail;
  }

  /** Leaves no trace in the terminal. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  #draw(): void {
    if (this.#out.quiet) return;
    const now = performance.now();
    const slow = [...this.#active.values()].filter(({ from }) => now - from >= PATIENCE_MS);
    if (!this.#out.live) {
      for (const step of slow) {
        if (!step.told) this.#out.note(`${step.name} …`);
        step.told = true;
      }
      return;
    }
    this.#clear();
    if (slow.length === 0) return;
    const frame = FRAMES[this.#frame++ % FRAMES.length]!;
    const longest = duration(now - slow[0]!.from);
    const names = slow.map(({ name, detail }) => (detail ? `${name} (${detail})` : name)).join(', ');
    const { errorStyle } = this.#out;
    const room = Math.max(20, (process.stderr.columns ?? 80) - longest.length - 6);
    process.stderr.write(`${errorStyle.cyan(frame)} ${names.slice(0, room)} ${errorStyle.dim(longest)}`);
    this.#drawn = true;
  }

  #clear(): void {
    if (this.#drawn) process.stderr.write(ERASE_LINE);
    this.#drawn = false;
  }
}
