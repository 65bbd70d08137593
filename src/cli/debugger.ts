import { readFile } from 'node:fs/promises';
import type { WaitOptions } from '../core/wait.js';
import type { LightningNode } from '../nodes/node.js';
import type { PlaygroundContext } from '../network/playground.js';
import { descendants, listProcesses } from '../process/table.js';

/** The subdaemons that start with the node; the others start with a peer or a channel. */
const AT_START = new Set(['connectd', 'gossipd', 'hsmd']);
/** How lightningd marks the subdaemon that stops itself until a debugger lets it go on. */
const MARK = '--dev-debug-self';

/** The subdaemon's own stop reaches gdb once more as a signal, which would stop it again. */
const gdb = (pid: string): string => `gdb -p ${pid} -ex 'handle SIGSTOP nostop nopass'`;

/** What to type to debug a subdaemon that waits for it, and what is in gdb's way on this machine. */
export async function debuggerText(
  node: LightningNode,
  subdaemon: string,
  context: PlaygroundContext,
): Promise<string> {
  const restriction = await ptraceRestriction();
  if (!AT_START.has(subdaemon))
    return [
      `${node.name}'s ${subdaemon} starts with a peer or a channel; it will stop then and wait: find its pid with \`ln-play ps\`,`,
      `attach with: ${gdb('PID')}, and type: continue`,
      ...restriction,
    ].join('\n');
  const wait: WaitOptions = { signal: context.signal };
  const pid = await node.daemon.waitFor(
    `${node.name}'s ${subdaemon} to wait for its debugger`,
    () => {
      const processes = descendants(node.daemon.pid ?? 0, listProcesses());
      const found = processes.find(({ args }) => args.includes(MARK));
      return Promise.resolve(
        found ? { done: found.pid } : { seen: `${processes.length} processes, none of them marked` },
      );
    },
    wait,
  );
  return [
    `${node.name}'s ${subdaemon} (pid ${pid}) has stopped and waits for you:`,
    `  ${gdb(String(pid))}`,
    '    then type: continue',
    `  kill -CONT ${pid}    to let it go on without gdb`,
    `${node.name} is not ready before that.`,
    ...restriction,
  ].join('\n');
}

/** ptrace(2), /proc/sys/kernel/yama/ptrace_scope: from 1 on a process may attach to its own children alone. */
async function ptraceRestriction(): Promise<string[]> {
  const scope = await readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').then(
    (text) => Number(text),
    () => 0, // no such restriction in this kernel
  );
  if (scope === 0) return [];
  return [
    `This machine lets gdb attach only to its own children (ptrace_scope is ${scope}). Until the next reboot:`,
    '  echo 0 | sudo tee /proc/sys/kernel/yama/ptrace_scope',
  ];
}
