import { describeProcess } from '../../daemons/subdaemons.js';
import { Playground } from '../../network/playground.js';
import { listProcesses, type ProcessEntry } from '../../process/table.js';
import type { CommandContext, Reply } from '../context.js';
import { columns } from '../output.js';

interface Row {
  readonly pid: number;
  readonly program: string;
  readonly purpose: string;
  readonly depth: number;
  readonly children: Row[];
}

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const table = listProcesses();
  const daemons = playground.daemons();
  // one that another started is no part of it
  const roots = new Set(daemons.map(({ daemon }) => daemon.pid));
  const parts = table.filter(({ pid }) => !roots.has(pid));
  const trees = daemons.flatMap(({ daemon, purpose }) => {
    const entry = table.find((candidate) => candidate.pid === daemon.pid);
    return entry ? [{ ...tree(entry, parts, 0), program: daemon.name, purpose }] : [];
  });
  const { bold, dim } = out.style;
  const rows = flatten(trees).map(({ pid, program, purpose, depth }) => [
    depth === 0 ? bold(program) : `${'  '.repeat(depth)}${program}`,
    String(pid),
    dim(purpose),
  ]);
  const text =
    rows.length === 0 ? `nothing runs in ${playground.dir}: start it with \`ln-play up\`` : columns(rows, new Set([1]));
  return { json: { processes: trees.map(plain) }, text };
}

function tree(entry: ProcessEntry, table: readonly ProcessEntry[], depth: number): Row {
  const children = table.filter(({ parent }) => parent === entry.pid).map((child) => tree(child, table, depth + 1));
  return { pid: entry.pid, ...describeProcess(entry.args), depth, children };
}

const flatten = (rows: readonly Row[]): Row[] => rows.flatMap((row) => [row, ...flatten(row.children)]);

const plain = ({ pid, program, purpose, children }: Row): object => ({
  pid,
  program,
  purpose,
  children: children.map(plain),
});
