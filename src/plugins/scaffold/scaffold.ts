import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LnPlayError, systemCode } from '../../core/errors.js';
import { fileError } from '../../core/files.js';
import { PLACEHOLDER, TEMPLATES, type Template } from './templates.js';

const TEMPLATES_DIR = fileURLToPath(new URL('../../../templates', import.meta.url));
const PLUGIN_NAME = /^[a-z0-9][a-z0-9_-]*$/;
const DEFAULT_TEMPLATE = 'javascript';

/** A new plugin: where it is, and what is in it. */
export interface Scaffold {
  readonly name: string;
  readonly template: Template;
  /** Its folder, absolute. */
  readonly folder: string;
  /** The file that lightningd starts, absolute; if there is `build`, once that has made it. */
  readonly executable: string;
  /** What makes the executable, in `folder`. */
  readonly build?: string;
  /** What was written, relative to `folder`. */
  readonly files: readonly string[];
  /** What runs its tests, in `folder`. */
  readonly test: string;
}

/**
 * Makes a folder with a new plugin that runs as it is. Nothing that is there already is overwritten.
 *
 * @param target the folder; its last part is the plugin's name
 * @throws {LnPlayError} USAGE for a name or template that cannot be; INVALID when the folder is not empty; FILESYSTEM
 */
export async function newPlugin(target: string, templateName: string = DEFAULT_TEMPLATE): Promise<Scaffold> {
  const template = findTemplate(templateName);
  const folder = resolve(target);
  const name = basename(folder);
  if (!PLUGIN_NAME.test(name))
    throw new LnPlayError('USAGE', `${JSON.stringify(name)} cannot be the name of a plugin`, {
      hint: 'use lowercase letters, digits, - and _: lightningd names its log lines and options after it',
    });
  await makeEmptyFolder(folder);
  const sources = [
    ...(await filesIn(join(TEMPLATES_DIR, template.name))),
    ...template.shared.map((file) => join(TEMPLATES_DIR, 'shared', file)),
  ];
  const now = new Date();
  const files: string[] = [];
  for (const source of sources) {
    const target = targetOf(source, template, name);
    await copy(source, join(folder, target), name, now);
    files.push(target);
  }
  return {
    name,
    template,
    folder,
    executable: join(folder, rename(template.executable, name)),
    ...(template.build !== undefined && { build: template.build }),
    files: files.sort(),
    test: rename(template.test, name),
  };
}

/** @throws {LnPlayError} USAGE, listing those there are */
function findTemplate(name: string): Template {
  const template = TEMPLATES.find((each) => each.name === name);
  if (template) return template;
  throw new LnPlayError('USAGE', `There is no template ${JSON.stringify(name)}`, {
    hint: `choose one of ${TEMPLATES.map((each) => each.name).join(', ')}`,
    details: TEMPLATES.map((each) => `${each.name.padEnd(14)}${each.idea}`),
  });
}

async function makeEmptyFolder(folder: string): Promise<void> {
  let there: string[];
  try {
    await mkdir(folder, { recursive: true });
    there = await readdir(folder);
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST' || systemCode(cause) === 'ENOTDIR')
      throw new LnPlayError('INVALID', `${folder} is a file`, { hint: 'choose another name', cause });
    throw fileError('make', folder, cause);
  }
  if (there.length > 0)
    throw new LnPlayError('INVALID', `${folder} is not empty: ${there.slice(0, 5).join(', ')}`, {
      hint: 'choose another name: nothing is ever overwritten',
    });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function targetOf(source: string, template: Template, name: string): string {
  const isShared = dirname(source) === join(TEMPLATES_DIR, 'shared');
  const file = isShared ? basename(source) : relative(join(TEMPLATES_DIR, template.name), source);
  // npm would leave a .gitignore out of the package, and take it for its own.
  return file === 'gitignore' ? '.gitignore' : rename(file, name);
}

/** Names that a language wants with underscores too: `test_my_plugin.py`. */
const rename = (text: string, name: string): string =>
  text.replaceAll(PLACEHOLDER, name).replaceAll(PLACEHOLDER.replaceAll('-', '_'), name.replaceAll('-', '_'));

async function copy(source: string, target: string, name: string, time: Date): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, rename(await readFile(source, 'utf8'), name), { flag: 'wx' });
    const executable = ((await stat(source)).mode & 0o111) !== 0;
    await chmod(target, executable ? 0o755 : 0o644);
    // All of the same time, so that what is made of another file is not older than it.
    await utimes(target, time, time);
  } catch (cause) {
    throw fileError('write', target, cause);
  }
}
