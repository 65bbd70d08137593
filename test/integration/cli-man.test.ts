import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { onPath } from '../../src/daemons/executables/files.js';
import { CLI, describeEach, runCli, useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
/** No manual page of Core Lightning's is found there. */
const env = { MANPATH: '/nonexistent' };
const hasMan = (await onPath('man', process.env)) !== undefined;
const hasScript = process.platform === 'linux' && (await onPath('script', process.env)) !== undefined;

test('a method has its page, plain in a pipe', async () => {
  const { code, stdout } = await runCli(['man', 'lightning-pay'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^NAME\n {2}pay -- Command for sending a payment/);
});

test('with --json it is what the page is made of', async () => {
  const { code, stdout } = await runCli(['man', 'pay', '--json'], { env });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    page: 'pay',
    request: expect.arrayContaining([expect.objectContaining({ name: 'bolt11' })]),
  });
});

test('without a page all of them are listed', async () => {
  const { code, stdout } = await runCli(['man'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^getinfo +Command/m);
  expect(stdout).toMatch(/^lightningd-config +/m);
});

test('a page that there is not is refused, with those that are close', async () => {
  const { code, stdout, stderr } = await runCli(['man', 'getinfos'], { env });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('did you mean getinfo');
});

describeEach((_implementation, { flags }) => {
  test('the options are those of the lightningd', async () => {
    const { code, stdout } = await runCli(['man', 'lightningd-config', ...flags], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}--bind-addr/m);
  });
});

test.skipIf(!hasMan)('Core Lightning’s own page is shown where it is installed', async () => {
  await mkdir(join(folder.path, 'man', 'man7'), { recursive: true });
  await writeFile(
    join(folder.path, 'man', 'man7', 'lightning-pay.7'),
    '.TH PAY 7\n.SH NAME\npay \\- as it was installed\n',
  );
  const { code, stdout } = await runCli(['man', 'pay'], { env: { MANPATH: join(folder.path, 'man') } });
  expect(code).toBe(0);
  expect(stdout).toContain('as it was installed');
});

describe.skipIf(!hasScript)('on a terminal', () => {
  const inTerminal = async (pager: string): Promise<string> => {
    const command = `'${process.execPath}' '${CLI}' man pay`;
    const given = { ...process.env, ...env, PAGER: pager };
    return (await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env: given })).stdout;
  };

  test('a page goes through $PAGER', async () => {
    expect(await inTerminal('sed s/^/paged:/')).toMatch(/paged:.*NAME/);
  });

  test('where that is none it is printed', async () => {
    expect(await inTerminal('/nonexistent/pager 2>/dev/null')).toContain('NAME');
  });
});
