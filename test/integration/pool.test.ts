import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlaygroundPool, waitFor, type Probe } from 'ln-play';
import { expect, test } from 'vitest';
import { describeEach, leftovers, processesOf, RunningCli, runCli, useTemporaryFolder } from './support.js';

const EXAMPLES = fileURLToPath(new URL('../../docs/examples', import.meta.url));

/** How each example is run; what tells whether its language is there, and what takes long the first time and is not ours. */
const LANGUAGES = {
  pytest: {
    check: ['python3', '-m', 'pytest', '--version'],
    prepare: ['python3', '-c', ''],
    command: ['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
  },
  go: { check: ['go', 'version'], prepare: ['go', 'test', '-run', '^$', './...'], command: ['go', 'test', './...'] },
} as const;

interface Lent {
  readonly id: string;
  readonly dir: string;
  readonly nodes: readonly { readonly name: string; readonly id: string; readonly rpc_socket: string }[];
}

describeEach((_, { lightningd, flags }) => {
  const folder = useTemporaryFolder();

  /** A pool that serves, with what asks it. */
  async function serve(...extra: readonly string[]) {
    const child = new RunningCli(['pool', 'serve', '--json', '--size', '1', ...flags, ...extra]);
    const { url, token } = await waitFor(
      'the pool to serve',
      async (): Promise<Probe<{ url: string; token: string }>> => {
        if (child.stdout.includes('}')) return { done: JSON.parse(child.stdout) as { url: string; token: string } };
        await Promise.race([child.result, new Promise((resolve) => setImmediate(resolve))]);
        return { seen: child.stderr };
      },
    );
    const ask = (method: string, path: string, given = token): Promise<Response> =>
      fetch(url + path, { method, headers: { authorization: `Bearer ${given}` } });
    return { child, ask };
  }

  test('a pool gives playgrounds away that work, and makes others in their place; nothing is left of it', async () => {
    let dirs: string[];
    {
      await using pool = new PlaygroundPool({ lightningd, size: 2 });
      const [a, b] = await Promise.all([pool.acquire(), pool.acquire()]);
      dirs = [a.dir, b.dir];
      const [l1, l2] = a.nodes;
      await a.fundAndChannel({ from: l2, to: l1 });
      expect((await a.payDemo({ from: l2, to: l1 })).payment.status).toBe('complete');
      expect((await b.status()).channels).toEqual([]);
      await pool.release(a);
      expect(await leftovers(a.dir)).toEqual([]);
      const c = await pool.acquire();
      dirs.push(c.dir);
      expect(new Set(dirs).size).toBe(3);
      expect(pool.counts.given).toBe(2);
    }
    for (const dir of dirs) expect(await leftovers(dir)).toEqual([]);
  });

  test('one that has died while it waited is not given away', async () => {
    await using pool = new PlaygroundPool({ lightningd, size: 1 });
    await pool.warm();
    const [dead] = await readdir(process.env['TMPDIR']!);
    const dir = join(process.env['TMPDIR']!, dead!);
    const bitcoind = (await processesOf(dir)).find(({ args }) => args.some((arg) => arg.startsWith('-pid=')))!;
    process.kill(bitcoind.pid, 'SIGKILL');
    await waitFor('bitcoind to be gone', async (): Promise<Probe<void>> => {
      const isThere = (await processesOf(dir)).some(({ pid }) => pid === bitcoind.pid);
      return isThere ? { seen: 'it is there' } : { done: undefined };
    });
    const playground = await pool.acquire();
    expect(playground.dir).not.toBe(dir);
    expect((await playground.status()).bitcoind.state).toBe('running');
  });

  test('over HTTP: with the token, one is lent, given back once, and the rest goes with the server', async () => {
    const { child, ask } = await serve();
    expect((await ask('POST', '/playgrounds', 'wrong')).status).toBe(401);
    const answer = await ask('POST', '/playgrounds');
    expect(answer.status).toBe(201);
    const lent = (await answer.json()) as Lent;
    expect(lent.nodes.map(({ name }) => name)).toEqual(['l1', 'l2']);
    expect((await processesOf(lent.dir)).length).toBeGreaterThan(0);
    expect(((await (await ask('GET', '/')).json()) as { given: number }).given).toBe(1);

    expect((await ask('DELETE', `/playgrounds/${lent.id}`)).status).toBe(204);
    expect(await leftovers(lent.dir)).toEqual([]);
    expect((await ask('DELETE', `/playgrounds/${lent.id}`)).status).toBe(404);
    expect(await (await ask('GET', '/elsewhere')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });

    child.signal('SIGTERM');
    expect((await child.result).code).toBe(143);
  });

  test('what is kept too long is taken back', async () => {
    const { child, ask } = await serve('--lease', '200ms');
    const lent = (await (await ask('POST', '/playgrounds')).json()) as Lent;
    expect(await leftovers(lent.dir)).toEqual([]);
    child.signal('SIGINT');
    expect((await child.result).stderr).toContain('was not given back in time');
  });

  test('a pool that is killed leaves nothing, lent or not', async () => {
    const { child, ask } = await serve();
    const lent = (await (await ask('POST', '/playgrounds')).json()) as Lent;
    child.signal('SIGKILL');
    await child.result;
    expect(await leftovers(lent.dir)).toEqual([]);
    // the others are in the suite's own TMPDIR, which has to be empty in the end
    await waitFor('the folders to be removed', async (): Promise<Probe<void>> => {
      const left = await readdir(process.env['TMPDIR']!);
      return left.length === 0 ? { done: undefined } : { seen: left.join(' ') };
    });
  });

  for (const [language, { check, prepare, command }] of Object.entries(LANGUAGES))
    test(`the example for ${language} runs as the documentation has it`, async ({ skip }) => {
      const whyNot = await promisify(execFile)(check[0], check.slice(1)).then(
        () => undefined,
        (error: Error) => error.message,
      );
      skip(whyNot !== undefined, `${language} cannot be run here: ${whyNot}`);
      const cwd = join(folder.path, `${language} example`);
      await cp(join(EXAMPLES, language), cwd, { recursive: true });
      await promisify(execFile)(prepare[0], prepare.slice(1), { cwd }); // Go compiles its standard library
      const { code, stdout, stderr } = await runCli(['pool', 'serve', ...flags, '--', ...command], {
        cwd,
        env: { PYTHONDONTWRITEBYTECODE: '1' },
      });
      expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/2 passed|^ok/m);
    }, 600_000);
});

test('a command that fails gives its exit code; one that there is not says so', async () => {
  expect((await runCli(['pool', 'serve', '--lightningd', 'embedded', '--', 'sh', '-c', 'exit 7'])).code).toBe(7);
  const { code, stderr } = await runCli(['pool', 'serve', '--lightningd', 'embedded', '--', '/nonexistent/program']);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/nonexistent/program') as string,
  });
});

test('wrong sizes, ports and leases are refused before anything starts', async () => {
  for (const wrong of [
    ['--size', '0'],
    ['--port', '70000'],
    ['--lease', 'soon'],
  ]) {
    const { code, stderr } = await runCli(['pool', 'serve', ...wrong]);
    expect(code).toBe(2);
    expect(stderr).toContain(wrong[1]);
  }
});
