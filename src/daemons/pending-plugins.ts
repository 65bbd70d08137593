import { listProcesses } from '../process/table.js';
import { tailFile } from './log-tail.js';
import { describeProcess } from './subdaemons.js';

const STARTED = / plugin-manager: started\((\d+)\) (.+)$/;
/** lightningd goes on, with lines of its own and of its first subdaemon, once it has all manifests. */
const GONE_ON = / (lightningd|hsmd): /;
const TAIL_LINES = 500;

/**
 * The plugins of its user that a lightningd which does not answer yet has started and waits for: it goes on once each has
 * answered getmanifest (lightningd/plugin.c, plugins_init). Which of several has answered, its log does not say.
 *
 * @returns their paths; none if it waits for something else, or its log has too little in it
 */
export async function pendingPlugins(pid: number, logFile: string): Promise<string[]> {
  const started = new Map<number, string>();
  for (const line of await tailFile(logFile, TAIL_LINES)) {
    const [, child, path] = STARTED.exec(line) ?? [];
    if (path !== undefined) started.set(Number(child), path);
    else if (GONE_ON.test(line)) started.clear();
  }
  return listProcesses().flatMap((entry) => {
    const path = entry.parent === pid ? started.get(entry.pid) : undefined;
    return path === undefined || describeProcess(entry.args).purpose !== '' ? [] : [path];
  });
}
