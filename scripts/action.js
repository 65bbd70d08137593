/**
 * What action.yml does once the cache is there: builds ln-play where the action was checked out, puts it on PATH, installs
 * what is asked for, starts the playground, and tells later steps of it by their environment:
 *
 *   LN_PLAY_DIR, LN_PLAY_BITCOIND_URL, LN_PLAY_BITCOIND_COOKIE (a file), and of each node, in capitals,
 *   LN_PLAY_L1_ID, LN_PLAY_L1_DIR (its lightning-dir), LN_PLAY_L1_RPC (its socket)
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { LN_PLAY_ACTION_LIGHTNINGD = '', LN_PLAY_ACTION_NETWORK = '', LN_PLAY_ACTION_UP = 'true' } = process.env;
const { GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH, RUNNER_TEMP = tmpdir() } = process.env;
const versions = LN_PLAY_ACTION_LIGHTNINGD.split(/[\s,]+/).filter(Boolean);

/** Makes `name=value` lines of a file that GitHub reads; a value has one line. */
const tell = (file, values) => {
  for (const [name, value] of Object.entries(values)) appendFileSync(file, `${name}=${value}\n`);
};
const run = (program, args, options) => execFileSync(program, args, { stdio: 'inherit', ...options });
const play = (...args) => run(process.execPath, [join(root, 'bin', 'ln-play.js'), ...args]);

run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
const bin = join(RUNNER_TEMP, 'ln-play-bin');
mkdirSync(bin, { recursive: true });
for (const name of ['ln-play', 'ln-play-lightningd'])
  if (!existsSync(join(bin, name))) symlinkSync(join(root, 'bin', `${name}.js`), join(bin, name));
appendFileSync(GITHUB_PATH, `${bin}\n`);

play('install', 'bitcoind');
for (const version of versions) if (version !== 'embedded') play('install', 'lightningd', version);
const first = versions.slice(0, 1);
tell(GITHUB_ENV, Object.fromEntries(first.map((version) => ['LIGHTNINGD_EXE', version])));

if (LN_PLAY_ACTION_UP === 'true') {
  const dir = process.env.LN_PLAY_DIR || join(homedir(), '.ln-play');
  const network = LN_PLAY_ACTION_NETWORK;
  const isFile = network !== '' && existsSync(network);
  const nodes = network === '' || isFile ? [] : ['--nodes', network];
  play(
    'up',
    ...(isFile ? [network] : []),
    ...nodes,
    ...first.flatMap((version) => ['--lightningd', version]),
    '--dir',
    dir,
  );
  const status = JSON.parse(
    run(process.execPath, [join(root, 'bin', 'ln-play.js'), 'status', '--json', '--dir', dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  tell(GITHUB_OUTPUT, { dir, status: JSON.stringify(status) });
  tell(GITHUB_ENV, {
    LN_PLAY_DIR: dir,
    LN_PLAY_BITCOIND_URL: `http://127.0.0.1:${status.bitcoind.rpc_port}`,
    LN_PLAY_BITCOIND_COOKIE: join(dir, 'bitcoin', 'regtest', '.cookie'),
  });
  for (const { name, id, lightning_dir, rpc_socket } of status.nodes) {
    const prefix = `LN_PLAY_${name.toUpperCase().replaceAll(/\W/g, '_')}`;
    tell(GITHUB_ENV, { [`${prefix}_ID`]: id, [`${prefix}_DIR`]: lightning_dir, [`${prefix}_RPC`]: rpc_socket });
  }
}
