import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, extract } from 'tar';
import { expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, processesOf, runCli, runJson, usePlaygroundFolders, withoutProgress } from './support.js';

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Of `image.json`, what is changed here. */
interface Manifest {
  readonly files: { readonly path: string }[];
  readonly nodes: { version: string }[];
  readonly bitcoind: { version: string };
}

describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json } = at;
  const made = async (...args: string[]) => {
    await json('up', ...flags, ...args);
    await json('fund-and-channel');
  };
  const paid = { invoice: { status: 'paid' } };
  const channelsOf = async (dir: string) => (await runJson<PlaygroundStatus>(['status', '--dir', dir])).channels;

  test.each([['sockets'], ['--tcp']])(
    'a clone runs beside what it is of, by %s, and neither knows the other',
    async (how) => {
      await made(...(how === '--tcp' ? [how] : []));
      const { dir } = at;
      at.next();
      const second = at.dir;
      const clone = await runJson<PlaygroundStatus>(['clone', second, '--dir', dir]);
      const first = await runJson<PlaygroundStatus>(['status', '--dir', dir]);
      expect(clone.nodes.map(({ id }) => id)).toEqual(first.nodes.map(({ id }) => id));
      expect(clone.bitcoind.rpc_port).not.toBe(first.bitcoind.rpc_port);
      for (const [index, { binding }] of clone.nodes.entries()) expect(binding).not.toBe(first.nodes[index]!.binding);
      // each goes its own way: the channel is as each of them has it, and stays normal
      for (const [pays, stays] of [
        [second, dir],
        [dir, second],
      ] as const) {
        const before = await channelsOf(stays);
        expect(await runJson(['pay-demo', '--amount', '1000sat', '--dir', pays])).toMatchObject(paid);
        await runJson(['restart', 'l1', '--dir', pays]);
        await runJson(['restart', 'l2', '--dir', pays]);
        await runJson(['mine', '1', '--dir', pays]);
        expect(await channelsOf(stays)).toEqual(before);
      }
      for (const each of [dir, second]) {
        expect(await runJson(['pay-demo', '--dir', each])).toMatchObject(paid);
        expect(await channelsOf(each)).toMatchObject([{ phase: 'normal' }]);
      }
      const again = await runCli(['clone', second, '--dir', dir]);
      expect(again.stderr).toMatch(/There is a playground in .* already/);
      expect((await runCli(['clone', join(dir, 'in'), '--dir', dir])).stderr).toMatch(
        /is in the playground that is copied/,
      );
      await runJson(['destroy', '--yes', '--dir', dir]);
    },
  );

  test('one file: small, taken in elsewhere, and nothing that it names is run', async () => {
    await made();
    const { dir } = at;
    const file = join(at.folder, 'talk.tar.gz');
    const ran = join(at.folder, 'ran');
    const evil = join(dir, 'l1', 'plugins', 'evil.sh');
    await mkdir(join(dir, 'l1', 'plugins'));
    await writeFile(evil, `#!/bin/sh\ntouch ${ran}\n`);
    await chmod(evil, 0o755);
    const config = join(dir, 'l1', 'config');
    await writeFile(config, `${await readFile(config, 'utf8')}plugin=${evil}\nfee-base=77\nlog-file=${ran}\n`);
    const bitcoin = join(dir, 'bitcoin', 'bitcoin.conf');
    await writeFile(bitcoin, `startupnotify=touch ${ran}\n${await readFile(bitcoin, 'utf8')}`);
    await json('snapshot', 'save', 'talk');
    const { bytes } = await json<{ bytes: number }>('snapshot', 'export', 'talk', file);
    expect(bytes).toBeLessThan(2_000_000);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await runCli(['snapshot', 'export', 'talk', file, '--dir', dir])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already') as string,
    });
    await json('destroy', '--yes');
    expect(await isThere(ran)).toBe(false);

    at.next();
    const report = await json<PlaygroundStatus>('up', '--from', file);
    expect(report.channels).toMatchObject([{ from: 'l2', to: 'l1', phase: 'normal' }]);
    expect(await json('pay-demo')).toMatchObject(paid);
    expect(await isThere(ran)).toBe(false);
    const kept = await readFile(join(at.dir, 'l1', 'config'), 'utf8');
    expect(kept).toMatch(/^# left out: plugin=/m);
    expect(kept).toMatch(/^fee-base=77$/m);
    expect(kept).not.toContain(dir);
    expect(await readdir(join(at.dir, 'l1'))).not.toContain('plugins');

    // into a playground that is there, as one of its snapshots
    expect(await json('snapshot', 'import', file)).toMatchObject({ name: 'talk', imported: true });
    await json('mine');
    const restored = await json<{ left_out: string[] }>('snapshot', 'restore', 'talk', '--yes');
    expect(restored.left_out).toEqual(
      expect.arrayContaining([
        `bitcoind: startupnotify=touch ${ran}`,
        'l1: plugins/',
        `l1: log-file=${ran}`,
      ]) as string[],
    );
    expect(await json('pay-demo')).toMatchObject(paid);
    expect(await isThere(ran)).toBe(false);
  });

  test('files that are none: cut off, foreign, with what leads outside; nothing is left of them', async () => {
    await made();
    await json('snapshot', 'save', 'a');
    const file = join(at.folder, 'a.tar.gz');
    await json('snapshot', 'export', 'a', file);
    const whole = await readFile(file);
    const image = join(at.dir, '.snapshots', 'a', 'image.json');
    const manifest = JSON.parse(await readFile(image, 'utf8')) as { files: { path: string }[] };
    const bad = join(at.folder, 'bad.tar.gz');
    const imported = async (): Promise<string> => {
      const { code, stderr } = await runCli(['snapshot', 'import', bad, '--dir', at.dir]);
      await rm(bad, { force: true });
      expect(code).toBe(1);
      expect(await readdir(join(at.dir, '.snapshots'))).toEqual(['a']);
      expect(await readdir(at.dir)).not.toContain('.unfinished');
      return withoutProgress(stderr);
    };
    await writeFile(bad, whole.subarray(0, whole.length / 2));
    expect(await imported()).toMatch(/^error: .*bad.tar.gz is damaged/);
    await writeFile(bad, Buffer.from('not a tar at all'));
    expect(await imported()).toMatch(/^error: .*bad.tar.gz is/);
    await writeFile(bad, whole.fill(0, 600, 700));
    expect(await imported()).toMatch(/^error: .*bad.tar.gz is damaged/);

    // by other hands: each an archive that is well made
    const folder = join(at.folder, 'forged');
    const forge = async (change: object, add: (files: string) => Promise<string[]>): Promise<string> => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(join(folder, 'files'), { recursive: true });
      await writeFile(join(folder, 'image.json'), JSON.stringify({ ...manifest, folders: [], files: [], ...change }));
      const names = await add(join(folder, 'files'));
      // the system's tar: the package's now and then never ends where it is to leave out a pipe
      execFileSync('tar', ['--create', '--gzip', '--file', bad, 'image.json', ...names], { cwd: folder });
      return await imported();
    };
    const one = (path: string) => ({ files: [{ path, size: 1, mode: 0o600, sha256: 'a'.repeat(64) }] });
    const write = (name: string) => async (files: string) => {
      await writeFile(join(files, name), 'x');
      return [`files/${name}`];
    };
    expect(await forge(one('../../out'), write('x'))).toMatch(/names something outside its folder/);
    expect(await forge(one('/tmp/out'), write('x'))).toMatch(/names something outside its folder/);
    expect(await forge(one('x'), write('y'))).toMatch(/"files\/y" is in it, and its image.json does not name it/);
    expect(await forge(one('x'), write('x'))).toMatch(/x is another than was saved/);
    const linked = async (files: string) => {
      execFileSync('ln', ['-s', '/etc/passwd', join(files, 'x')]);
      return ['files/x'];
    };
    expect(await forge(one('x'), linked)).toMatch(/is no file, but a SymbolicLink/);
    const piped = async (files: string) => {
      execFileSync('mkfifo', [join(files, 'x')]);
      return ['files/x'];
    };
    expect(await forge(one('x'), piped)).toMatch(/is no file, but a FIFO/);
    expect(await forge({ platform: 'plan9-mips' }, () => Promise.resolve([]))).toMatch(/was made on plan9-mips/);
    expect(await forge({ format: 9, lnPlay: '9.9.9' }, () => Promise.resolve([]))).toMatch(/made by a later ln-play/);
    expect(await processesOf(folder)).toEqual([]);
  });

  /** Of a file that was exported another that is as well made. */
  const remade = async (
    file: string,
    change: (folder: string, manifest: Manifest) => Promise<void>,
  ): Promise<string> => {
    const folder = join(at.folder, `remade ${crypto.randomUUID()}`);
    await mkdir(folder);
    await extract({ file, cwd: folder });
    const manifest = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')) as Manifest;
    await change(join(folder, 'files'), manifest);
    for (const each of manifest.files) {
      const bytes = await readFile(join(folder, 'files', each.path));
      Object.assign(each, { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    }
    await writeFile(join(folder, 'image.json'), JSON.stringify(manifest));
    const names = manifest.files.map(({ path }) => `files/${path}`);
    await create({ cwd: folder, file: `${folder}.tar.gz`, gzip: true }, ['image.json', ...names]);
    return `${folder}.tar.gz`;
  };

  test('what a later lightningd or bitcoind has written is taken in, and not begun from or put back', async () => {
    await made();
    await json('snapshot', 'save', 'a');
    const file = join(at.folder, 'later.tar.gz');
    await json('snapshot', 'export', 'a', file);
    const before = await json('snapshot', 'diff', 'a');
    const changes: readonly ((manifest: Manifest) => unknown)[] = [
      (manifest) => (manifest.nodes[1]!.version = 'v99.01'),
      (manifest) => (manifest.bitcoind.version = 'Satoshi:99.0.0'),
    ];
    for (const [index, change] of changes.entries()) {
      const later = await remade(file, async (_, manifest) => void change(manifest));
      const says =
        /error: .* cannot be used here: (l2 had .*v99\.01|bitcoind had .*99\.0\.0), and here is .*, which is earlier\nhint: a database does not go back/;
      const elsewhere = join(at.folder, `elsewhere ${index}`);
      const begun = await runCli(['up', ...flags, '--from', later, '--dir', elsewhere]);
      expect({ code: begun.code, stderr: begun.stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(says) as string,
      });
      expect(await readdir(elsewhere)).toEqual(['.lock']);
      await json('snapshot', 'import', later, `later-${index}`);
      const restored = await runCli(['snapshot', 'restore', `later-${index}`, '--yes', '--dir', at.dir]);
      expect({ code: restored.code, stderr: restored.stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(says) as string,
      });
    }
    expect(await json('snapshot', 'diff', 'a')).toEqual(before);
    expect(await json('pay-demo')).toMatchObject(paid);
  });

  test('a file that would have its daemons run in pods starts them here; no kubectl is run', async () => {
    await made();
    await json('snapshot', 'save', 'a');
    const file = join(at.folder, 'pods.tar.gz');
    await json('snapshot', 'export', 'a', file);
    await json('destroy', '--yes');
    const away = await remade(file, async (files) => {
      const path = join(files, 'ln-play.json');
      const pods = { place: { on: 'kubernetes', namespace: 'default' }, id: 'abc', image: 'evil' };
      await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), pods }));
    });
    const bin = join(at.folder, 'bin');
    await mkdir(bin);
    for (const program of ['kubectl', 'podman'])
      await writeFile(join(bin, program), `#!/bin/sh\ntouch '${join(at.folder, 'kubectl ran')}'\n`, { mode: 0o755 });
    at.next();
    const env = { PATH: `${bin}:${process.env['PATH']}` };
    const up = await runCli(['up', '--from', away, ...flags, '--dir', at.dir], { env });
    expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
    expect(await isThere(join(at.folder, 'kubectl ran'))).toBe(false);
    expect(JSON.parse(await readFile(join(at.dir, 'ln-play.json'), 'utf8'))).not.toHaveProperty('pods');
    expect(await json('pay-demo')).toMatchObject(paid);
  });
});
