/** The page of `ln-play web`, made by Vite once for what web is; kept in `.dist-page-<hash>` for the builds that follow. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = /^\.dist-page-[0-9a-f]{16}$/;
const KEPT_MS = 24 * 60 * 60 * 1000;

/** What the page is made of, beside the libraries that package-lock.json names. What invents data for its making is not. */
export async function sourcesOfPage() {
  const entries = await readdir(join(root, 'web'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(root, 'web', 'dev')));
}

/** Puts the page into a folder. */
export async function buildPage(folder) {
  const page = join(root, await nameOfPage());
  if (!(await stat(page).catch(() => undefined))) await make(page);
  const now = new Date();
  await utimes(page, now, now); // its day begins
  await cp(page, folder, { recursive: true });
  await removeOld();
}

async function nameOfPage() {
  const hash = createHash('sha256');
  for (const file of [...(await sourcesOfPage()), join(root, 'package-lock.json')].sort())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(await readFile(file))
      .update('\0');
  return `.dist-page-${hash.digest('hex').slice(0, 16)}`;
}

async function make(page) {
  const folder = join(root, `.dist-tmp-${process.pid}-${randomUUID().slice(0, 8)}`);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--outDir', folder, '--logLevel', 'error'], {
    cwd: root,
  });
  await rename(folder, page).catch((error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else somebody else has made the same
  });
}

async function removeOld() {
  for (const name of (await readdir(root)).filter((name) => PAGE.test(name))) {
    const { mtimeMs } = await stat(join(root, name)).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - KEPT_MS) await rm(join(root, name), { recursive: true, force: true });
  }
}
