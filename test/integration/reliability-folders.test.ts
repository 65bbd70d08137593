import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MAX_SOCKET_PATH_BYTES } from '../../src/process/sockets.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, leftovers, mountable, processesOf, runCli, runJson, useTemporaryFolder } from './support.js';

const whyNot = mountable ? '' : ' (skipped: this user may not mount a file system)';

/** Folders that a playground cannot be in, or shares with other commands. */
describeEach((_implementation, { flags }) => {
  const folder = useTemporaryFolder();
  let count = 0;
  const fresh = (): string => join(folder.path, `p${count++}`);
  const up = (dir: string) => runJson<PlaygroundStatus>(['up', '--dir', dir, ...flags]);
  const destroy = (dir: string) => runJson(['destroy', '--yes', '--dir', dir]);
  const pays = async (dir: string) => {
    await runJson(['fund-and-channel', '--dir', dir]);
    await runJson(['pay-demo', '--dir', dir]);
  };

  test('two playgrounds at once', async () => {
    const dirs = [fresh(), fresh()];
    const made = await Promise.all(dirs.map(up));
    expect(new Set(made.map(({ bitcoind }) => bitcoind.rpc_port)).size).toBe(2);
    await Promise.all(dirs.map(pays));
    await destroy(dirs[0]!);
    await runJson(['pay-demo', '--dir', dirs[1]!]);
    await destroy(dirs[1]!);
  });

  test('several commands on one playground at once', async () => {
    const dir = fresh();
    type Up = PlaygroundStatus & { started: string[]; already_ran: string[] };
    const ups = await Promise.all([1, 2, 3].map(() => up(dir) as Promise<Up>));
    // one of them made it, the others waited for it
    expect(ups.map(({ started }) => started.length).sort((a, b) => a - b)).toEqual([0, 0, 3]);
    expect(new Set(ups.map(({ bitcoind }) => bitcoind.pid)).size).toBe(1);

    const before = ups[0]!.bitcoind.blocks!;
    await Promise.all([1, 2, 3].map((blocks) => runJson(['mine', String(blocks), '--dir', dir])));
    const { bitcoind, nodes } = await runJson<PlaygroundStatus>(['status', '--dir', dir]);
    expect([bitcoind.blocks, ...nodes.map(({ blockheight }) => blockheight)]).toEqual(Array(3).fill(before + 6));

    await Promise.all(['l1', 'l2'].map((node) => runJson(['fund', node, '1btc', '--dir', dir])));
    await pays(dir);
    const amounts = ['1sat', '2sat', '3sat', '4sat'];
    await Promise.all(amounts.map((amount) => runJson(['pay-demo', '--amount', amount, '--dir', dir])));

    const downs = [1, 2].map(() => runJson<{ stopped: string[] }>(['down', '--dir', dir]));
    expect((await Promise.all(downs)).map(({ stopped }) => stopped.length).sort((a, b) => a - b)).toEqual([0, 3]);
    const [again] = await Promise.all([up(dir), runJson(['down', '--dir', dir])]);
    expect(again.dir).toBe(dir); // in whatever order: neither is torn
    await up(dir);
    await destroy(dir);
  });

  test('restarts beside what destroys the playground and makes it anew', async () => {
    const dir = fresh();
    for (let round = 0; round < 3; round++) {
      await up(dir);
      const commands = [
        ['restart', 'bitcoind'],
        ['destroy', '--yes'],
        ['restart', 'l1'],
        ['up', ...flags],
        ['restart', 'bitcoind'],
      ];
      const results = await Promise.all(
        commands.map(async (args) => ({ args, ...(await runCli([...args, '--dir', dir])) })),
      );
      for (const { args, code, stderr } of results)
        if (args[0] === 'restart' && code !== 0) expect(stderr).toMatch(/^error: There is no playground in /m);
        else expect({ args, code, stderr }).toMatchObject({ code: 0 });
      const pids = (await processesOf(dir)).filter(({ args }) => args.some((arg) => arg.startsWith('-pid=')));
      expect(pids.length).toBeLessThanOrEqual(1);
      await runCli(['destroy', '--yes', '--dir', dir]); // where the first did not come last
      expect(await processesOf(dir)).toEqual([]);
    }
    await expect(readdir(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a path of the longest kind works; one byte more is told by how much', async () => {
    const longest = MAX_SOCKET_PATH_BYTES - '/l1/regtest/lightning-rpc'.length;
    const fits = pad(folder.path, longest);
    expect(Buffer.byteLength(fits)).toBe(longest);
    await up(fits);
    await pays(fits);
    await destroy(fits);

    const tooLong = pad(folder.path, longest + 1);
    const { code, stderr } = await runCli(['up', '--dir', tooLong, ...flags]);
    expect(code).toBe(1);
    const bytes = MAX_SOCKET_PATH_BYTES + 1;
    expect(stderr).toContain(`${bytes} bytes long: 1 more than the ${MAX_SOCKET_PATH_BYTES} that the system allows`);
    expect(stderr).toMatch(/hint: .*--dir/);
    expect(await processesOf(tooLong)).toEqual([]);
  });

  test('a file in the way', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, 'mine');
    for (const dir of [file, join(file, 'below')]) {
      const { code, stderr } = await runCli(['up', '--dir', dir, ...flags]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: .*file/);
      expect(stderr).toMatch(/hint: .*--dir/);
    }
  });

  test('a folder in which others may put what would run as us: refused, and nothing is changed', async () => {
    const dir = fresh();
    await mkdir(dir);
    await chmod(dir, 0o777);
    for (const command of ['up', 'status', 'down']) {
      const { code, stderr } = await runCli([command, '--dir', dir, ...(command === 'up' ? flags : [])]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^error: .* can be written by every user\nhint: .*--dir.*chmod go-w/) as string,
      });
    }
    expect(await readdir(dir)).toEqual([]);
    const env = { LN_PLAY_CACHE: dir, BITCOIND_EXE: '', PATH: '/usr/bin:/bin' };
    const cache = await runCli(['up', '--dir', fresh(), ...flags], { env });
    expect(cache.stderr).toMatch(/^error: .* can be written by every user\nhint: .*LN_PLAY_CACHE/);
    expect(await readdir(dir)).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a folder that cannot be written (skipped: root may do all)', async () => {
    const parent = fresh();
    await mkdir(parent, { mode: 0o500 });
    const { code, stderr } = await runCli(['up', '--dir', join(parent, 'p'), ...flags]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/EACCES(.*\n)+hint: .*--dir/) as string,
    });
    await chmod(parent, 0o700);
  });

  /** Runs a shell script in a mount namespace of its own: what it mounts is gone with it. */
  const inOwnMounts = async (script: string) => {
    const child = spawn('unshare', ['--mount', 'bash', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };
  const lnPlay = (...args: string[]): string =>
    [process.execPath, 'bin/ln-play.js', ...args, ...(args[0] === 'up' ? flags : [])]
      .map((word) => `'${word}'`)
      .join(' ');

  test.skipIf(!mountable)(`a read-only file system${whyNot}`, async () => {
    const dir = fresh();
    await mkdir(dir);
    const { code, output } = await inOwnMounts(
      `mount -t tmpfs -o ro none '${dir}' && ${lnPlay('up', '--dir', join(dir, 'p'))}`,
    );
    expect(output).toMatch(/error: .*EROFS(.*\n)*hint: .*read-only/);
    expect(code).toBe(1);
  });

  test.skipIf(!mountable)(`a disk that is full at the start${whyNot}`, async () => {
    const dir = fresh();
    await mkdir(dir);
    const { code, output } = await inOwnMounts(
      `mount -t tmpfs -o size=3m none '${dir}' && ${lnPlay('up', '--dir', join(dir, 'p'))}`,
    );
    expect(output).toMatch(/error: (bitcoind|l1|l2) (exited with code|was killed by)|error: .*ENOSPC|error: .*[Dd]isk/);
    expect(output).toMatch(/[Dd]isk|space|ENOSPC/);
    expect(code).toBe(1);
    expect(await processesOf(dir)).toEqual([]);
  });

  test.skipIf(!mountable)(`a disk that gets full while a playground runs${whyNot}`, async () => {
    const dir = fresh();
    await mkdir(dir);
    const p = join(dir, 'p');
    const { output } = await inOwnMounts(`
      mount -t tmpfs -o size=200m none '${dir}' && ${lnPlay('up', '--quiet', '--dir', p)} || exit 9
      dd if=/dev/zero of='${dir}/filler' bs=64k >/dev/null 2>&1
      ${lnPlay('mine', '50', '--dir', p)}; echo "mine: $?"
      rm '${dir}/filler'
      ${lnPlay('up', '--dir', p)} >/dev/null; echo "up: $?"
      ${lnPlay('mine', '--dir', p)} >/dev/null; echo "mine again: $?"
      ${lnPlay('down', '--dir', p)} >/dev/null; echo "down: $?"`);
    expect(output).toMatch(/up: 0\nmine again: 0\ndown: 0\n$/);
    expect(await processesOf(dir)).toEqual([]);
  });

  test.skipIf(!mountable)(`a full disk is not in the way of what makes room${whyNot}`, async () => {
    const dir = fresh();
    await mkdir(dir);
    const start = `
      import { writeFileSync } from 'node:fs';
      import { Playground } from './dist/index.js';
      const playground = await Playground.start({ lightningd: '${flags[1]}' });
      const full = Buffer.alloc(1 << 20);
      try { for (;;) writeFileSync('${dir}/filler', full, { flag: 'a' }); } catch {}
      process.kill(process.pid, 'SIGKILL');`;
    const { output } = await inOwnMounts(`
      mount -t tmpfs -o size=200m none '${dir}' && ${lnPlay('up', '--quiet', '--dir', join(dir, 'p'))} || exit 9
      cat /dev/zero 2>/dev/null >'${dir}/filler'
      ${lnPlay('destroy', '--yes', '--dir', join(dir, 'p'))} >/dev/null; echo "destroy: $?"
      rm '${dir}/filler'
      TMPDIR='${dir}' '${process.execPath}' --input-type=module --eval '${start.replaceAll("'", String.raw`'\''`)}'
      while ls '${dir}' | grep -q ln-play-; do sleep 0.1; done; echo reaped`);
    expect(output).toMatch(/^destroy: 0\n[^]*reaped\n$/);
    expect(await leftovers(dir)).toEqual([]); // who removed the folder takes a moment to be gone
  });

  test.skipIf(!mountable)(`a lock is released on a disk that got full under it${whyNot}`, async () => {
    const dir = fresh();
    await mkdir(dir);
    const program = `
      import { writeFileSync } from "node:fs";
      import { lockHolder, withLock } from "./dist/process/lock.js";
      const fill = async () => {
        try { for (;;) writeFileSync("${dir}/filler", "x".repeat(1000), { flag: "a" }); } catch (error) { return error.code; }
      };
      console.log(await withLock("${dir}", "l", { what: "it", wait: "fail" }, fill), await lockHolder("${dir}", "l"));`;
    const { output } = await inOwnMounts(
      `mount -t tmpfs -o size=1m none '${dir}' && '${process.execPath}' --input-type=module --eval '${program}'`,
    );
    expect(output).toBe('ENOSPC undefined\n');
  });

  test('a temporary folder that is not there', async () => {
    const plugin = fileURLToPath(new URL('../fakes/plugins/holder.js', import.meta.url));
    for (const command of [
      ['demo', ...flags],
      ['plugin', 'check', plugin],
    ]) {
      const { code, stderr } = await runCli(command, { env: { TMPDIR: '/nonexistent' } });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^error: Cannot make a temporary folder: .*\/nonexistent/) as string,
      });
    }
  });

  test('a manifest that is damaged, or of a later version', async () => {
    const dir = fresh();
    await mkdir(dir);
    for (const text of [
      '{"format":1',
      '',
      '{"format":2,"nodes":[],"bitcoind":{}}',
      '[]',
      'null',
      '{"format":1}',
      '{"format":1,"bitcoind":{"command":"b","args":[]},"nodes":[{},{}]}',
    ]) {
      await writeFile(join(dir, 'ln-play.json'), text);
      for (const command of ['status', 'up']) {
        const { code, stderr } = await runCli([command, '--dir', dir]);
        expect({ text, code, stderr }).toEqual({
          text,
          code: 1,
          stderr: expect.stringMatching(/^error: .*ln-play\.json (is damaged|has format)/) as string,
        });
      }
    }
    expect((await readdir(dir)).filter((name) => !name.startsWith('.'))).toEqual(['ln-play.json']);
  });
});

/** A folder's path of exactly so many bytes below `parent`, in pieces that a file system takes. */
function pad(parent: string, bytes: number): string {
  const rest = bytes - Buffer.byteLength(parent) - 1;
  const odd = rest % 2;
  return join(parent, 'ü'.repeat((rest - odd) / 2) + 'x'.repeat(odd));
}
