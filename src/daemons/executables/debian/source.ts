import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPrograms } from '../fetch/check.js';
import { PROGRAMS } from '../fetch/programs.js';
import type { Machine, Offer, OfferOptions, Source } from '../fetch/source.js';
import { onPath } from '../files.js';
import { aptFolder, findDebianMirror, shownMirror } from './apt-sources.js';
import { Apt, PACKAGE, SUITE } from './apt.js';
import { downloadError } from './failures.js';
import { layOut, unpack } from './install.js';

const FOLDER = 'bitcoin-knots';
/** In `--library-path` of ld.so(8). */
const LOADER_SEPARATOR = /[:;]/;

/** Debian's package of Bitcoin Knots, fetched by apt and checked against Debian's signature. */
export const DEBIAN: Source = {
  folder: FOLDER,
  programs: PROGRAMS.flatMap((name) => [join('bin', name), join('libexec', name)]),
  look,
};

async function look(machine: Machine): Promise<Offer | { readonly whyNot: string }> {
  const { env, host, cache } = machine;
  for (const program of ['apt-get', 'dpkg'])
    if (!(await onPath(program, env))) return { whyNot: `this is no Debian: there is no ${program} on PATH` };
  const mirror = await findDebianMirror(host);
  if (!mirror)
    return { whyNot: `the apt sources in ${aptFolder(host)} name no mirror of Debian's archive, which has ${PACKAGE}` };
  if (LOADER_SEPARATOR.test(cache))
    return {
      whyNot: `the cache ${cache} has a colon or semicolon, where the loader of Debian's programs cuts its path`,
    };
  return {
    source: "Debian's archive",
    from: shownMirror(mirror),
    folder: FOLDER,
    fetchInto: (staging, options) => fetchInto(staging, mirror, machine, options),
  };
}

async function fetchInto(staging: string, mirror: string, machine: Machine, options: OfferOptions): Promise<string> {
  const { env, host, cache } = machine;
  const { report, signal } = options;
  const at = (name: string) => join(staging, name);
  try {
    const apt = await Apt.create({ dir: at('apt'), env, mirror, host, signal });
    report('index', 0, 100);
    await apt.update((percent) => report('index', percent, 100));
    report('packages', 0, 100);
    const packages = await apt.download((percent) => report('packages', percent, 100));
    const total = packages.length;
    report('unpack', 0, total);
    await unpack(packages, at('unpacked'), { env, signal, onDone: (done) => report('unpack', done, total) });
    await layOut(at('unpacked'), at('new'));
    await checkPrograms(join(at('new'), 'bin'), { env, signal, report });
  } catch (cause) {
    throw downloadError(cause, { mirror: shownMirror(mirror), suite: SUITE, cache });
  }
  await Promise.all([at('apt'), at('unpacked')].map((path) => rm(path, { recursive: true, force: true })));
  return at('new');
}
