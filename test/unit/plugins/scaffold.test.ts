import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dir } from 'tmp-promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPlugin } from '../../../src/plugins/check/check.js';
import { newPlugin } from '../../../src/plugins/scaffold/scaffold.js';
import { TEMPLATES } from '../../../src/plugins/scaffold/templates.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let folder: string;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true }));
});
afterAll(() => cleanup());

describe.each(TEMPLATES.map(({ name }) => name))('template %s', (template) => {
  it('makes a folder whose files bear the name', async () => {
    const made = await newPlugin(join(folder, `new-${template}`), template);
    expect(made.files).toContain('.gitignore');
    expect(made.files).not.toContain('gitignore');
    expect(made.files.filter((file) => /my.plugin/.test(file))).toEqual([]);
    const readme = await readFile(join(made.folder, 'README.md'), 'utf8');
    expect(readme).toMatch(new RegExp(`^# new-${template}\n`));
    expect(readme.trim().split('\n').length).toBe(7); // its title, an empty line, five lines
    for (const file of made.files) expect(await readFile(join(made.folder, file), 'utf8')).not.toMatch(/my.plugin/);
  });
});

// Python's needs pyln-client, Go's and Rust's their libraries: the integration tests have those.
const WITHOUT_DEPENDENCIES = TEMPLATES.filter(({ test }) => test === 'node --test' || test.startsWith('./'));

describe.each(WITHOUT_DEPENDENCIES.map(({ name }) => name))('template %s, as it is', (template) => {
  it('passes its own tests, and the check', async () => {
    const made = await newPlugin(join(folder, `run-${template}`), template);
    const { VITEST: _, NODE_OPTIONS: __, ...env } = process.env;
    await run('/bin/sh', ['-c', made.test], { cwd: made.folder, env });
    const options = template === 'web-invoice' ? { [`run-${template}-port`]: 0 } : {};
    const report = await checkPlugin(made.executable, { options, answers: { getinfo: { id: '02ab' } } });
    expect(report.findings.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

describe('newPlugin', () => {
  it('never overwrites', async () => {
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'mine.txt'), 'mine');
    await expect(newPlugin(join(folder, 'full'))).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(/full is not empty: mine\.txt/),
    });
    await expect(newPlugin(join(folder, 'full', 'mine.txt'))).rejects.toThrow(/cannot be the name of a plugin/);
    await writeFile(join(folder, 'afile'), 'mine');
    await expect(newPlugin(join(folder, 'afile'))).rejects.toThrow(/afile is a file/);
    expect(await readFile(join(folder, 'full', 'mine.txt'), 'utf8')).toBe('mine');
  });

  it('names the templates there are', async () => {
    await expect(newPlugin(join(folder, 'x'), 'cobol')).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('javascript, typescript, python, shell, web-invoice'),
    });
  });

  it('refuses a name that lightningd could not show', async () => {
    await expect(newPlugin(join(folder, 'My Plugin'))).rejects.toMatchObject({ code: 'USAGE' });
  });
});

it('the JavaScript of the TypeScript template is what tsc makes of it', async () => {
  const { folder: made } = await newPlugin(join(folder, 'compiled'), 'typescript');
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const typeRoots = join(ROOT, 'node_modules/@types');
  await run(process.execPath, [tsc, '--typeRoots', typeRoots, '--outDir', 'fresh'], { cwd: made });
  expect(await readFile(join(made, 'fresh', 'compiled.js'), 'utf8')).toBe(
    await readFile(join(made, 'compiled.js'), 'utf8'),
  );
  expect(basename(made)).toBe('compiled');
});
