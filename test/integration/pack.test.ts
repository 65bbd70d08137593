import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { bareEnvironment } from './bare-environment.js';
import { describeEach, useTemporaryFolder } from './support.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E(RR_SOCKET_)?TIMEDOUT|ERR_SOCKET_TIMEOUT|EPIPE|ENETUNREACH|ENOTCACHED|\bE50\d\b|socket hang up/;

const env = bareEnvironment();

const CONSUMER = `import { checkPlugin, LightningSocket, Playground, type PlaygroundStatus } from 'ln-play';
import { test } from 'ln-play/vitest';

await using playground = await Playground.start({ nodes: 3 });
const status: PlaygroundStatus = await playground.status();
export const { id }: { id: string } = await new LightningSocket(status.nodes[0]!.rpc_socket).call('getinfo');
export const ok: boolean = (await checkPlugin('hello.js')).ok;
test('pays', async ({ playground: { nodes } }) => {
  const { bolt11 }: { bolt11: string } = await nodes[0].invoice(24_000n, { description: 'tea' });
  await nodes[1].pay(bolt11);
});
`;

const folder = useTemporaryFolder();
let installed: { readonly dir: string } | { readonly whyNot: string };

/** Where it is installed; a test is skipped where it could not be. */
const installedIn = (skip: (why: string) => never): string =>
  'dir' in installed ? installed.dir : skip(installed.whyNot);

beforeAll(async () => {
  const tarballs = join(folder.path, 'tar balls');
  const dir = join(folder.path, 'new comer');
  await Promise.all([mkdir(tarballs), mkdir(dir)]);
  await writeFile(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', tarballs], { cwd: ROOT, env });
  const [tarball] = await readdir(tarballs);
  const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  try {
    await run('npm', [...install, join(tarballs, tarball!)], { cwd: dir, env });
    installed = { dir };
  } catch (error) {
    const { stderr } = error as { stderr: string };
    if (!UNREACHABLE.test(stderr)) throw error;
    installed = { whyNot: `the package registry cannot be reached: ${UNREACHABLE.exec(stderr)![0]}` };
  }
}, 300_000);

/** Runs a command of the installed package. */
async function inPackage(skip: (why: string) => never, command: string, ...args: string[]): Promise<string> {
  const dir = installedIn(skip);
  return (await run(join(dir, 'node_modules', '.bin', command), args, { cwd: dir, env })).stdout;
}

describe('the packed package, installed into a folder with a space in its name', () => {
  test('has what it needs and nothing else', async ({ skip }) => {
    const files = await readdir(join(installedIn(skip), 'node_modules', 'ln-play'));
    const all = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'data', 'dist', 'package.json', 'templates'];
    expect(files.sort()).toEqual(all);
  });

  test('has both commands', async ({ skip }) => {
    expect(await inPackage(skip, 'ln-play', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await inPackage(skip, 'ln-play-lightningd', '--version')).toMatch(/\d+\.\d+/);
  });

  test('is a library', async ({ skip }) => {
    const script = "import { Playground } from 'ln-play'; console.log(typeof Playground.start);";
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: installedIn(skip),
      env,
    });
    expect(stdout).toBe('function\n');
  });

  test('has types that a consumer compiles with, who names no types itself', async ({ skip }) => {
    const dir = installedIn(skip);
    await mkdir(join(dir, 'node_modules', '@types'));
    for (const name of ['@types/node', 'vitest'])
      await symlink(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name));
    const config = { compilerOptions: { noEmit: true, module: 'nodenext', strict: true }, files: ['consumer.ts'] };
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
    await writeFile(join(dir, 'consumer.ts'), CONSUMER);
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', dir], { cwd: dir, env }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  test('makes a plugin from each template', async ({ skip }) => {
    for (const template of await readdir(join(ROOT, 'templates')))
      if (template !== 'shared' && template !== 'networks')
        await inPackage(skip, 'ln-play', 'plugin', 'new', `my-${template}`, '--template', template);
  });

  describeEach((_, { flags }) => {
    test('does the whole job', async ({ skip }) => {
      const demo = JSON.parse(await inPackage(skip, 'ln-play', 'demo', '--json', ...flags)) as { invoice: object };
      expect(demo.invoice).toEqual({ status: 'paid' });
    });
  });
});
