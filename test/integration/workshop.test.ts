import { expect, test } from 'vitest';
import { describeEach, runCli, useTemporaryFolder } from './support.js';

describeEach((_implementation, { flags }) => {
  useTemporaryFolder();

  test('the whole talk comes out as it says', async () => {
    const { code, stdout, stderr } = await runCli(['workshop', '--yes', ...flags]);
    expect(stderr).not.toContain('error:');
    expect(stdout).toContain('"word": "reckless"');
    expect(stdout).toContain('15 chapters');
    expect(code).toBe(0);
  });

  test('one chapter stands on those before it', async () => {
    const { code, stdout } = await runCli(['workshop', '--yes', '--chapter', '4', '--json', ...flags]);
    expect(JSON.parse(stdout)).toEqual({ chapters: [{ chapter: 4, title: 'Connect over a socket file', steps: 3 }] });
    expect(code).toBe(0);
  });
});

test('without a terminal it says how to run it', async () => {
  const { code, stdout, stderr } = await runCli(['workshop']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('ln-play workshop --yes');
});

test('a chapter that there is not is refused', async () => {
  const { code, stderr } = await runCli(['workshop', '--chapter', '99']);
  expect(code).toBe(2);
  expect(stderr).toContain('--chapter "99"');
});
