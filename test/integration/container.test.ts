import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { makeBase } from './containers/base-image.js';
import { Podman, whyNoContainers } from './containers/podman.js';
import { copySources } from './sources.js';
import { useTemporaryFolder } from './support.js';

const why = whyNoContainers ? ` (skipped: ${whyNoContainers})` : '';
const PATIENCE = { timeoutMs: 60_000, intervalMs: 200 };

/** The image that Containerfile describes, of the commit that is checked out and what is changed in it. */
describe.skipIf(whyNoContainers)(`the container image${why}`, () => {
  const folder = useTemporaryFolder();
  let podman: Podman;
  beforeAll(async () => {
    podman = await Podman.create(join(folder.path, 'p'));
    await makeBase(podman, { name: 'base', folder: folder.path });
    const context = join(folder.path, 'context');
    await copySources(context);
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

  test('stays, as an ordinary user, is well, and keeps its channels over a stop, a start and a kill', async () => {
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

  test('does the whole job on a file system that cannot be written, as whatever user', async () => {
    const options = ['--rm', '--network', 'host', '--read-only', '--user', '4711', '--env', 'HOME=/nonexistent'];
    const demo = await podman.run('run', ...options, 'ln-play', 'demo', '--json');
    expect(JSON.parse(demo)).toMatchObject({ invoice: { status: 'paid' } });
  });
});
