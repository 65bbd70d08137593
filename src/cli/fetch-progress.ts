import type { FetchProgress } from '../daemons/executables/find.js';
import type { Progress } from './progress.js';

const MEGABYTE = 1_000_000;

/** Shows a download while it lasts, as a step with that name: "fetching bitcoind". */
export function fetchProgress(progress: Progress, name: string): (event: FetchProgress) => void {
  let end: (() => void) | undefined;
  return (event) => {
    if (event.phase === 'end') {
      end?.();
      end = undefined;
      return;
    }
    end ??= progress.begin(name);
    progress.detail(name, fetchText(event));
  };
}

function fetchText({ phase, done, total, from, text }: FetchProgress): string {
  if (phase === 'wait') return text ?? phase;
  return `${from}: ${phase} ${howFar(phase, done, total)}`;
}

function howFar(phase: FetchProgress['phase'], done: number, total: number): string {
  if (phase === 'index' || phase === 'packages') return `${done} %`;
  if (phase !== 'download') return `${done} of ${total}`;
  const [have, all] = [done, total].map((bytes) => `${Math.round(bytes / MEGABYTE)}`);
  return total > 0 ? `${have} of ${all} MB` : `${have} MB`;
}
