import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LnPlayError } from '../core/errors.js';
import { findLightningd } from '../daemons/executables/find.js';
import { whyNotExecutable } from '../daemons/executables/files.js';
import type { NetworkSpec } from '../network/spec.js';
import { gather, nothingGathered, problemAt, type Gathered } from './gather.js';
import { pathText, problemsError, type Origin, type Path, type Problem, type Report } from './problems.js';
import { networkFileSchema, networkSchema, type NetworkLiteral } from './schema.js';
import { readText } from './source.js';
import { toSpec } from './to-spec.js';
import { readYaml, shortPath } from './yaml.js';

/**
 * Reads a network file, YAML or JSON, with the files that it includes. All that is wrong with them is told at once, each
 * with its file, line and column.
 *
 * @param path absolute, or relative to the current folder
 * @returns the network, and the file's absolute path
 * @throws {LnPlayError} USAGE for what is wrong; STATE for a file that never stands still
 */
export async function readNetworkFile(path: string): Promise<{ readonly spec: NetworkSpec; readonly file: string }> {
  const file = resolve(path);
  const problems: Problem[] = [];
  const report: Report = (problem) => problems.push(problem);
  const gathered = nothingGathered();
  await gatherFile(file, [], new Set(), gathered, report);
  return { spec: await specOf(gathered, problems, fileOrigin(file)), file };
}

/**
 * Reads a network as a test has it: an object of what a network file has.
 *
 * @param folder what its plugins and programs are relative to; by default the current one
 * @throws {LnPlayError} USAGE for what is wrong, with where in the object it is
 */
export async function parseNetwork(network: NetworkLiteral, folder: string = process.cwd()): Promise<NetworkSpec> {
  const problems: Problem[] = [];
  const gathered = nothingGathered();
  const place = (path: Path) => ({ text: ['network', pathText(path)].filter(Boolean).join('.'), order: 0 });
  const origin: Origin = { name: 'network', folder, place };
  gather(networkSchema, network, origin, gathered, (problem) => problems.push(problem));
  return await specOf(gathered, problems, origin);
}

/** @param above the files that include it, the outermost first @param read all that were read */
async function gatherFile(
  file: string,
  above: readonly string[],
  read: Set<string>,
  gathered: Gathered,
  report: Report,
): Promise<void> {
  const text = await readText(file, shortPath(file));
  const itself = await trueName(file);
  read.add(itself);
  const { data, origin } = readYaml(text, file, report);
  if (data === undefined) return;
  const includes = includesOf(data);
  for (const { path, included } of includes) {
    const target = resolve(origin.folder, included);
    const real = await trueName(target);
    const at = { origin, path, on: 'value' } as const;
    const chain = [...above, itself];
    if (chain.includes(real)) {
      const circle = [...chain.slice(chain.indexOf(real)), real].map(shortPath).join(' → ');
      report({ ...at, message: `${included} includes itself: ${circle}`, hint: 'leave one of these includes out' });
    } else if (!read.has(real)) {
      try {
        await gatherFile(target, chain, read, gathered, report);
      } catch (error) {
        if (!(error instanceof LnPlayError)) throw error;
        report({ ...at, message: error.message, hint: error.hint });
      }
    }
  }
  if (data === null && above.length === 0)
    return report({
      origin,
      path: [],
      on: 'value',
      message: 'the file is empty',
      hint: 'begin with nodes: { alice: {} }',
    });
  gather(networkFileSchema, data, origin, gathered, report);
}

/** The one path of a file that has several; a pipe, or what is not there, has its own. */
const trueName = (file: string): Promise<string> => realpath(file).catch(() => file);

function includesOf(data: unknown): readonly { readonly path: Path; readonly included: string }[] {
  const { include } = (data ?? {}) as { include?: unknown };
  if (typeof include === 'string') return [{ path: ['include'], included: include }];
  if (!Array.isArray(include)) return [];
  return include.flatMap((included: unknown, index) =>
    typeof included === 'string' ? [{ path: ['include', index], included }] : [],
  );
}

/** @throws {LnPlayError} USAGE, where there is any problem */
async function specOf(gathered: Gathered, problems: Problem[], origin: Origin): Promise<NetworkSpec> {
  const report: Report = (problem) => problems.push(problem);
  const spec = toSpec(gathered, report);
  if (gathered.nodes.length === 0 && problems.length === 0)
    report({ origin, path: [], on: 'value', message: 'there is no node', hint: 'name one: nodes: { alice: {} }' });
  await checkPrograms(gathered, report);
  if (problems.length > 0) throw problemsError(problems);
  return spec;
}

/** Plugins and lightningds must be files that can be run; a Core Lightning that is asked for must be there. */
async function checkPrograms({ nodes }: Gathered, report: Report): Promise<void> {
  for (const node of nodes) {
    const { plugins = [], lightningd, implementation } = node.value ?? {};
    for (const [index, plugin] of plugins.entries()) {
      const why = await whyNotExecutable(resolve(node.origin.folder, plugin));
      if (why === undefined) continue;
      const path = [...node.path, 'plugins', index];
      const hint = 'paths are relative to the file; see what lightningd would think of it: ln-play plugin check FILE';
      report({ ...node, path, on: 'value', message: `${node.name}'s plugin ${plugin} cannot be run: ${why}`, hint });
    }
    if (lightningd !== undefined) {
      const flag = lightningd.includes('/') ? resolve(node.origin.folder, lightningd) : lightningd;
      await findLightningd({ flag }).catch((error: unknown) => {
        if (!(error instanceof LnPlayError)) throw error;
        const [message, hint] = [error.message, error.hint ?? ''].map((text) =>
          text.replace('--lightningd', 'lightningd'),
        );
        report(problemAt(node, 'lightningd', message!, hint!));
      });
    }
    if (implementation === 'cln' && !(await isCoreLightningHere()))
      report(
        problemAt(
          node,
          'implementation',
          'there is no Core Lightning on this machine',
          'see where it was looked for: ln-play doctor',
        ),
      );
  }
}

/** Whether the lightningd that `up` finds is Core Lightning's. */
const isCoreLightningHere = async (): Promise<boolean> => (await findLightningd()).executable.implementation === 'cln';

const fileOrigin = (file: string): Origin => ({
  name: shortPath(file),
  folder: file,
  place: () => ({ text: `${shortPath(file)}:1:1`, order: 0 }),
});
