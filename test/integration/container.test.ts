import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { RELEASE } from '../../src/daemons/executables/core/release.js';
import { findExecutable, findLightningd } from '../../src/daemons/executables/find.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { archiveOf, VERSION as CORE_VERSION } from '../fakes/bitcoincore/archive.js';
import { fakeSite } from '../fakes/bitcoincore/site.js';
import { BUILD, serveRelease, VERSION } from '../fakes/cln-releases/release.js';
import { xz } from '../fakes/cln-releases/xz.js';
import type { Files } from '../fakes/tar.js';
import { makeBase } from './containers/base-image.js';
import { Podman, whyNoContainers } from './containers/podman.js';
import { copySources } from './sources.js';
import { runCli, runJson, useTemporaryFolder } from './support.js';

const why = whyNoContainers ? ` (skipped: ${whyNoContainers})` : '';
const run = promisify(execFile);
const TARGET = 'x86_64-linux-gnu';
const SOME_TESTS = 'test/unit/core test/unit/cli test/integration/cli-demo.test.ts';
const PATIENCE = { timeoutMs: 60_000, intervalMs: 200 };

const cln = await findLightningd().then(
  ({ executable }) => (executable.implementation === 'cln' ? executable.command : undefined),
  () => undefined,
);

test('the image has all that the package has', async () => {
  const root = new URL('../..', import.meta.url);
  const { files } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { files: string[] };
  const containerfile = await readFile(new URL('Containerfile', root), 'utf8');
  for (const file of [...files, 'package.json', 'node_modules'].filter((name) => !name.startsWith('!')))
    expect(containerfile).toMatch(new RegExp(`^COPY .* /build/${file} `, 'm'));
});

describe.skipIf(whyNoContainers)(`in a container${why}`, () => {
  const folder = useTemporaryFolder();
  let podman: Podman;
  beforeAll(async () => {
    podman = await Podman.create(join(folder.path, 'p'));
    await makeBase(podman, { name: 'base', folder: folder.path });
    const context = join(folder.path, 'context');
    await copySources(context);
    // what Containerfile describes, of what is checked out and what was changed in it
    const image = ['--format', 'docker', '--network', 'host', '--build-arg', 'BASE=localhost/base', '--tag', 'ln-play'];
    await podman.run('build', ...image, context);
    return () => podman.remove();
  }, 900_000);

  const inside = (...args: string[]) => podman.run('exec', 'play', 'ln-play', ...args);
  const status = async () => JSON.parse(await inside('status', '--json')) as PlaygroundStatus;
  const untilWell = () =>
    waitFor(
      'the container to be well',
      async () => {
        const code = await podman.codeOf('healthcheck', 'run', 'play');
        return code === 0 ? { done: undefined } : { seen: `its health check ends with ${code}` };
      },
      PATIENCE,
    );

  test('the image stays, as an ordinary user, is well, and keeps its channels over a stop, a start and a kill', async () => {
    await podman.run('run', '--network', 'host', '--detach', '--name', 'play', '--volume', 'play:/play', 'ln-play');
    await untilWell();
    expect(await podman.run('exec', 'play', 'id', '--user', '--name')).toBe('play');
    expect((await status()).nodes.map(({ implementation }) => implementation)).toEqual(['embedded', 'embedded']);
    await inside('fund-and-channel');
    const { channels } = await status();

    await podman.run('stop', '--time', '30', 'play');
    expect(await podman.run('inspect', '--format', '{{.State.ExitCode}}', 'play')).toBe('143');
    await podman.run('start', 'play');
    await untilWell();
    await inside('wait');
    expect((await status()).channels[0]?.short_channel_id).toBe(channels[0]?.short_channel_id);

    await podman.run('kill', '--signal', 'KILL', 'play');
    await podman.run('wait', 'play');
    await podman.run('start', 'play');
    await untilWell();
    await inside('wait');
    expect(JSON.parse(await inside('pay-demo', '--json'))).toMatchObject({ invoice: { status: 'paid' } });

    const { nodes } = await status();
    await podman.run('exec', 'play', 'sh', '-c', `kill -9 ${nodes[0]!.pid}`);
    await waitFor(
      'the health check to fail',
      async () => {
        const code = await podman.codeOf('healthcheck', 'run', 'play');
        return code === 1 ? { done: undefined } : { seen: `it ends with ${code}` };
      },
      PATIENCE,
    );
    await podman.run('rm', '--force', '--time', '0', 'play');
  });

  test('the image does the whole job on a file system that cannot be written, as whatever user', async () => {
    const options = ['--rm', '--network', 'host', '--read-only', '--user', '4711', '--env', 'HOME=/nonexistent'];
    const demo = await podman.run('run', ...options, 'ln-play', 'demo', '--json');
    expect(JSON.parse(demo)).toMatchObject({ invoice: { status: 'paid' } });
  });

  test('a network in pods of podman, by the same commands: channels, payments, down, up, and nothing left', async () => {
    const network = `lp-${process.pid}`;
    const PATH = `${await podman.onPath()}:${process.env['PATH']}`;
    const env = { PATH, LN_PLAY_DIR: join(folder.path, 'pods') };
    const json = (...args: string[]) => runJson<PlaygroundStatus>(args, { env, timeoutMs: 300_000 });
    const images = ['bitcoind', 'embedded'].flatMap((kind) => ['--image', `${kind}=localhost/ln-play`]);
    const up = ['up', '--on', 'podman', '--namespace', network, '--lightningd', 'embedded', ...images];
    try {
      await json(...up, '--nodes', 'alice,bob');
      await json('fund-and-channel');
      expect(await json('pay-demo')).toMatchObject({ payment: { status: 'complete' } });
      expect((await runCli(['logs', 'alice'], { env })).stdout).toMatch(/INFO|DEBUG/);
      await json('down');
      expect(await podman.run('ps', '--format', '{{.Names}}')).not.toContain(network);
      await json('up');
      expect(await json('pay-demo')).toMatchObject({ payment: { status: 'complete' } });
      expect((await json('status')).channels).toMatchObject([{ phase: 'normal' }]);
    } finally {
      await json('destroy', '--yes');
    }
    expect(await podman.run('ps', '--all', '--format', '{{.Names}}')).not.toContain(network);
    expect(await podman.run('volume', 'ls', '--quiet')).not.toContain(network);
    expect(await podman.run('network', 'ls', '--format', '{{.Name}}')).not.toContain(network);
  }, 900_000);

  test('README’s first two commands on an Ubuntu without Debian’s keys, bitcoind or lightningd', async () => {
    // no package of Ubuntu's can be had where only Debian's mirror is: it is one by its names and its apt sources
    await podman.build('ubuntu', [
      'FROM localhost/base',
      'RUN rm -rf /etc/apt/sources.list* /etc/apt/trusted.gpg.d /usr/share/keyrings /etc/os-release',
      "RUN echo 'deb http://archive.ubuntu.com/ubuntu noble main universe' > /etc/apt/sources.list",
      "RUN printf 'ID=ubuntu\\nVERSION_ID=24.04\\nUBUNTU_CODENAME=noble\\n' > /etc/os-release",
      'RUN useradd --create-home --uid 1000 dev',
    ]);
    const { executable } = await findExecutable('bitcoind');
    const programs = ['bitcoind', 'bitcoin-cli'].map((name) => [
      `bitcoin-${CORE_VERSION}/bin/${name}`,
      `#!/bin/sh\nexec /programs/bin/${name} "$@"\n`,
    ]);
    const archive = await archiveOf(join(folder.path, 'archive'), Object.fromEntries(programs) as Files);
    const site = await fakeSite(TARGET, archive.bytes);
    try {
      const clone = join(folder.path, 'clone');
      await copySources(clone);
      await trustArchive(clone, archive.sha256);
      await run('chown', ['--recursive', '1000:1000', clone]);
      const options = [
        '--network=host',
        '--user=dev',
        `--env=LN_PLAY_BITCOIND_MIRROR=${site.base}`,
        `--volume=${clone}:/home/dev/ln-play`,
        `--volume=${join(executable.command, '..', '..')}:/programs:ro`,
        '--workdir=/home/dev/ln-play',
      ];
      const commands = [
        'npm ci --no-audit --no-fund',
        'npx ln-play demo',
        'npx ln-play doctor',
        `npm test -- ${SOME_TESTS}`,
      ];
      const said = await podman.run('run', '--rm', ...options, 'ubuntu', 'sh', '-c', commands.join(' && '));
      expect(said).toMatch(/from start to paid/);
      expect(said).toMatch(/bitcoind .*\.cache\/ln-play\/bitcoin-core\/bin\/bitcoind/);
      expect(said).toMatch(/Test Files .* passed/);
      expect(site.ranges).toEqual(['']);
    } finally {
      await site.close();
    }
  }, 600_000);

  test.skipIf(!cln)(
    `a release of Core Lightning on a machine that lacks its libraries${cln ? '' : ' (skipped: there is none here)'}`,
    async () => {
      const files = join(folder.path, 'cln');
      const prefix = join(cln!, '..', '..');
      await mkdir(join(files, 'usr', 'libexec'), { recursive: true });
      await cp(join(prefix, 'bin'), join(files, 'usr', 'bin'), { recursive: true });
      await cp(join(prefix, 'libexec', 'c-lightning'), join(files, 'usr', 'libexec', 'c-lightning'), {
        recursive: true,
      });
      const { stdout } = await run('tar', ['-C', files, '-c', '.'], { encoding: 'buffer', maxBuffer: 1_000_000_000 });
      const site = await serveRelease({ [BUILD]: xz(stdout) });
      const inside = (...args: string[]) => podman.run('exec', 'machine', ...args);
      try {
        await podman.run(
          'run',
          '--network',
          'host',
          '--user',
          '0',
          '--detach',
          '--name',
          'machine',
          '--entrypoint',
          'sleep',
          'ln-play',
          '600',
        );
        const options = {
          system: 'ubuntu-24.04',
          keys: site.keys,
          env: { PATH: '/usr/bin:/bin', HOME: '/root', LN_PLAY_LIGHTNINGD_MIRROR: site.base },
        };
        const script = `
        import { installLightningd } from '/opt/ln-play/dist/daemons/executables/cln/install.js';
        const print = (value) => console.log(JSON.stringify(value));
        await installLightningd('${VERSION}', ${JSON.stringify(options)}).then(print, ({ code, message, hint }) => print({ code, message, hint }));`;
        const install = async () =>
          JSON.parse(await inside('node', '--input-type=module', '--eval', script)) as { hint: string };
        const { hint, ...error } = await install();
        expect(error).toEqual({
          code: 'MISSING_BINARY',
          message: expect.stringMatching(/needs lib.* not on this machine/) as string,
        });
        const line = /^sudo apt-get (install (?:lib[\w-]+ ?)+)$/m.exec(hint)![1]!;
        await inside('sh', '-c', `apt-get update && apt-get --yes --no-install-recommends ${line}`);
        expect(await install()).toMatchObject({ version: VERSION, fetched: { system: 'Ubuntu 24.04' } });
        expect(site.ranges).toEqual(['']);
        const demo = JSON.parse(await inside('ln-play', 'demo', '--json')) as object;
        expect(demo).toMatchObject({ lightningd: { implementation: 'cln' }, invoice: { status: 'paid' } });
      } finally {
        await site.close();
        await podman.run('rm', '--force', '--time', '0', 'machine');
      }
    },
    600_000,
  );
});

/** In a clone, takes another archive for Bitcoin Core's: the one datum in which it then differs. */
async function trustArchive(clone: string, sha256: string): Promise<void> {
  const file = join(clone, 'src', 'daemons', 'executables', 'core', 'release.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(RELEASE.sha256[TARGET]!, sha256));
}
