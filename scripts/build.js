/**
 * Makes dist as src is now; nothing where it is so already, told by content. usage: node scripts/build.js
 *
 * A build is made beside the others, in `.dist-<hash of its sources>`, and taken into use by renaming the link
 * `.dist-current`. The commands in bin run from where that link leads (see bin/build.js), so one that loads a module or
 * starts a program later gets it from the build that it began with. That stays for a day after another took its place.
 * `dist` is a copy of the current build: what is packed, and what an import of ln-play gets.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildPage, sourcesOfPage } from './build-page.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const CURRENT = join(root, '.dist-current');
const DIST = join(root, 'dist');
const TEMPORARY = /^\.dist-tmp-(\d+)-/;
const BUILD = /^\.dist-[0-9a-f]{16}$/;
const KEPT_MS = 24 * 60 * 60 * 1000;
/** What a build is made of, beside all of src and the page. */
const SOURCES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.js',
  'scripts/build-page.js',
  'scripts/bundle-ldk.js',
  'scripts/bundle-embedded.js',
  'scripts/bundle-programs.js',
];

/** The hash of all that a build is made of: what it is called. */
async function nameOfSources() {
  const inSrc = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  const files = inSrc.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [...files.sort(), ...(await sourcesOfPage()).sort(), ...SOURCES.map((name) => join(root, name))])
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(await readFile(file))
      .update('\0');
  return `.dist-${hash.digest('hex').slice(0, 16)}`;
}

const isThere = (path) => stat(path).then(Boolean, absent(false));

/** The name of the build that commands run from. */
const current = () => readlink(CURRENT).catch(absent(undefined));

/** The name of the build that dist is a copy of. */
const copied = async () => JSON.parse(await readFile(join(DIST, 'package.json'), 'utf8').catch(absent('{}'))).build;

/** For what somebody else may remove at the same time. */
function absent(value) {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

const temporary = () => join(root, `.dist-tmp-${process.pid}-${randomUUID().slice(0, 8)}`);

/** Compiles into a folder of its own, which gets its name once it is whole. */
async function make(name) {
  const folder = temporary();
  await mkdir(folder);
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const compile = promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', folder], {
    cwd: root,
  });
  const [{ bundleLdk }, { bundleEmbedded }, { bundlePrograms }] = await Promise.all([
    import('./bundle-ldk.js'),
    import('./bundle-embedded.js'),
    import('./bundle-programs.js'),
    compile,
    buildPage(join(folder, 'page')),
  ]);
  // a build's own, so that it never loads a part of another
  const about = { build: name, type: 'module', imports: { '#ldk': './vendor/ldk.js' } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(about)}\n`);
  await bundleLdk(join(folder, 'vendor', 'ldk.js'));
  await bundleEmbedded(folder);
  await bundlePrograms(folder);
  if ((await nameOfSources()) !== name) return; // somebody saved a file meanwhile: it may be in it, or not
  await rename(folder, join(root, name)).catch((error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else somebody else has made the same
  });
}

async function use(name) {
  const before = await current();
  if (before !== name) {
    const link = temporary();
    await symlink(name, link);
    const now = new Date();
    for (const each of [name, before]) if (each !== undefined) await utimes(join(root, each), now, now).catch(absent()); // its day begins
    await rename(link, CURRENT);
  }
  const copy = temporary();
  await cp(join(root, name), copy, { recursive: true });
  for (;;) {
    await rename(DIST, temporary()).catch(absent());
    try {
      await rename(copy, DIST);
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else another build was quicker
    }
  }
}

/** Ours, those that a killed build left, and builds that nothing runs from any more. */
async function removeOld() {
  const kept = await current();
  for (const name of await readdir(root)) {
    const [, pid] = TEMPORARY.exec(name) ?? [];
    const { mtimeMs } = await stat(join(root, name)).catch(absent({ mtimeMs: Infinity }));
    const isOld = BUILD.test(name) && name !== kept && mtimeMs < Date.now() - KEPT_MS;
    const isLeft = pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)));
    if (isOld || isLeft) await rm(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

try {
  for (;;) {
    const name = await nameOfSources();
    if ((await current()) === name && (await copied()) === name && (await isThere(join(root, name)))) break;
    if (!(await isThere(join(root, name)))) {
      process.stderr.write('building dist …\n');
      await make(name);
    }
    if (await isThere(join(root, name))) await use(name);
  }
} catch (error) {
  if (error.stdout === undefined) throw error;
  process.stderr.write(`${error.stdout}${error.stderr}`); // what tsc says of the sources
  process.exitCode = 1;
} finally {
  await removeOld();
}
