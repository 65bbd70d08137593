import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dir } from 'tmp-promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asCalled, calledAs } from '../../../src/cli/called-as.js';
import { shellWord } from '../../../src/core/shell.js';

const CLONE = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const PROGRAM = join(CLONE, 'bin', 'ln-play.js');
const NPX = { npm_command: 'exec', npm_config_local_prefix: CLONE };

let elsewhere: string;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ path: elsewhere, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true }));
  for (const bin of ['bin', 'node_modules/.bin']) {
    await mkdir(join(elsewhere, bin), { recursive: true });
    await symlink(PROGRAM, join(elsewhere, bin, 'ln-play'));
  }
});
afterAll(() => cleanup());

test('by its name, where PATH or a function has it', () => {
  expect(calledAs({ PATH: `/usr/bin:${join(elsewhere, 'bin')}` }, elsewhere)).toBe('ln-play');
  expect(calledAs({ LN_PLAY_AS: 'ln-play', PATH: '' }, elsewhere)).toBe('ln-play');
});

test('by npx in the project that has us, whose folders are on PATH for npm alone', () => {
  const env = { ...NPX, PATH: join(elsewhere, 'node_modules', '.bin') };
  expect(calledAs(env, CLONE)).toBe('npx ln-play');
  expect(calledAs(env, join(CLONE, 'src'))).toBe('npx ln-play');
});

test('by its path where there is no shorter way', () => {
  expect(calledAs({ PATH: '' }, CLONE)).toBe('node bin/ln-play.js');
  expect(calledAs(NPX, elsewhere)).toBe(`node ${shellWord(PROGRAM)}`); // npx would ask the registry
});

test('only what can be typed is touched', () => {
  const name = calledAs();
  expect(asCalled('start it with `ln-play up`; or: eval "$(ln-play env)"')).toBe(
    `start it with \`${name} up\`; or: eval "$(${name} env)"`,
  );
  expect(asCalled('ln-play --help lists the commands')).toBe(`${name} --help lists the commands`);
  for (const text of ['npx ln-play up', '/home/me/ln-play up', 'my.ln-play up', 'ln-play', 'ln-play 0.1.0'])
    expect(asCalled(text)).toBe(text);
});
