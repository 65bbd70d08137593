import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeEach, runCli, runJson, useTemporaryFolder } from './support.js';

describeEach((_, { flags }) => {
  const folder = useTemporaryFolder();

  test('what runs is exported as the file would be that `export network` writes of it; what does not run asks for a file', async () => {
    const dir = join(folder.path, 'p');
    const file = join(folder.path, 'talk.yaml');
    const elsewhere = join(folder.path, 'with-a-file');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'ln-play.yaml'), 'nodes: { zoe: }\n');
    const of = async (format: string, ...args: string[]) =>
      (await runCli(['export', format, ...args, '--dir', dir], { cwd: elsewhere })).stdout;
    try {
      await runJson(['up', '--nodes', 'alice,bob', ...flags, '--option', 'bob:fee-base=7', '--dir', dir]);
      await runJson(['fund-and-channel', '--dir', dir]);
      await runCli(['export', 'network', file, '--dir', dir]);
      for (const format of ['kubernetes', 'compose', 'warnet']) {
        const text = await of(format);
        expect(text).toBe(await of(format, file));
        expect(text).toContain('alice');
        expect(text).not.toContain('zoe');
      }
      expect(await of('kubernetes')).toContain('fee-base=7\n');
      expect(await of('warnet')).toContain('target: alice-ln');
    } finally {
      await runCli(['down', '--dir', dir]);
    }
    expect(await of('compose')).toContain('zoe');
    const { code, stderr } = await runCli(['export', 'compose', '--dir', dir], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no playground runs[^]*hint: .*export compose ln-play.yaml/);
  });
});
