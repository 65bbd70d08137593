import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { shownUrl } from '../download/failures.js';
import type { Goods } from '../download/goods.js';
import { below, siteOrMirror } from '../download/mirror.js';
import { isThere } from '../../../core/files.js';
import type { Machine, Offer, Source } from '../fetch/source.js';
import { OTHERWISE, PROGRAMS } from '../fetch/programs.js';
import { targetOf } from './release.js';

/** The variable that names a mirror: what stands there for `https://bitcoincore.org/bin`. */
export const MIRROR_VARIABLE = 'LN_PLAY_BITCOIND_MIRROR';

const SITE = 'https://bitcoincore.org/bin';
const FOLDER = 'bitcoin-core';
const GOODS: Goods = {
  what: 'bitcoind',
  mirror: MIRROR_VARIABLE,
  notFound: 'look whether that is the right mirror',
  otherwise: OTHERWISE,
};

/** Bitcoin Core's own release, for Linux and macOS, from its site or a mirror of it. */
export const CORE: Source = {
  folder: FOLDER,
  programs: PROGRAMS.map((name) => join('bin', name)),
  look,
};

async function look({ env, cache, host, release }: Machine): Promise<Offer | { readonly whyNot: string }> {
  const base = siteOrMirror(SITE, MIRROR_VARIABLE, env);
  const { version, patience } = release;
  const target = targetOf(host);
  const sha256 = target && release.sha256[target.name];
  if (!target || !sha256) return { whyNot: `Bitcoin Core has no release for ${host.platform} on ${host.arch}` };
  if (target.loader && !(await isThere(join(host.root, target.loader))))
    return { whyNot: `Bitcoin Core's release needs glibc, and there is no ${join(host.root, target.loader)}` };
  const file = `bitcoin-${version}-${target.name}.tar.gz`;
  const url = below(base, `bitcoin-core-${version}/${file}`);
  return {
    source: base.host,
    from: shownUrl(url),
    folder: FOLDER,
    fetchInto: async (staging, { report, signal }) => {
      const { downloadWhole, PARTIAL } = await import('../download/download.js');
      const partial = join(cache, `${file}${PARTIAL}`);
      report('download', 0, 0);
      const onBytes = (done: number, total: number) => report('download', done, total);
      await downloadWhole(url, partial, { goods: GOODS, sha256, env, patience, signal, onBytes });
      report('unpack', 0, 1);
      const made = join(staging, 'new');
      await mkdir(join(made, 'bin'), { recursive: true, mode: 0o755 });
      const wanted = PROGRAMS.map((name) => `bitcoin-${version}/bin/${name}`);
      const { unpackPrograms } = await import('./unpack.js');
      await unpackPrograms(partial, wanted, join(made, 'bin'), shownUrl(url));
      report('unpack', 1, 1);
      const { checkPrograms } = await import('../fetch/check.js');
      await checkPrograms(join(made, 'bin'), { env, signal, report }).catch((cause: unknown) => {
        throw doesNotRun(shownUrl(url), cause);
      });
      await rm(partial, { force: true });
      return made;
    },
  };
}

function doesNotRun(url: string, cause: unknown): unknown {
  if (!(cause instanceof LnPlayError) || cause.code !== 'DAEMON') return cause;
  return new LnPlayError('DOWNLOAD', `The bitcoind of ${url} does not run here: ${cause.message}`, {
    details: cause.details,
    hint: OTHERWISE,
    cause,
  });
}
