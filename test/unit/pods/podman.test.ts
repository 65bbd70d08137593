import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Podman } from '../../../src/pods/podman.js';

/** A podman that tells of one container what stands in two files. */
const PODMAN = `#!/bin/sh
case "$1" in ps) cat "$PODMAN_SAYS/ps" ;; *) cat "$PODMAN_SAYS/inspect" ;; esac
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podman-'));
  await writeFile(join(folder, 'podman'), PODMAN, { mode: 0o700 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  vi.stubEnv('PODMAN_SAYS', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const AGO = 100;
const JUST_NOW = 0;
const ended = (times: number) => `it ended with exit code 3, ${times} times`;

test.each<[string, { State: string; code?: number; restarts?: number; secondsAgo: number }, object]>([
  ['runs', { State: 'running', secondsAgo: JUST_NOW }, { phase: 'running', crashes: 0 }],
  [
    'was started again just now',
    { State: 'running', restarts: 2, secondsAgo: JUST_NOW },
    { phase: 'starting', crashes: 2, why: 'it has ended 2 times' },
  ],
  ['was started again long ago', { State: 'running', restarts: 2, secondsAgo: AGO }, { phase: 'running', crashes: 2 }],
  [
    'ended just now',
    { State: 'stopped', code: 3, restarts: 1, secondsAgo: JUST_NOW },
    { phase: 'starting', crashes: 2, why: ended(2) },
  ],
  ['ended for good', { State: 'exited', code: 3, secondsAgo: AGO }, { phase: 'ended', crashes: 1, why: ended(1) }],
  ['was stopped', { State: 'exited', code: 143, secondsAgo: JUST_NOW }, { phase: 'absent', crashes: 0 }],
  ['is not there yet', { State: 'created', secondsAgo: AGO }, { phase: 'starting', crashes: 0, why: 'created' }],
])('a container that %s', async (_, { State, code = 0, restarts = 0, secondsAgo }, state) => {
  const at = Math.floor(Date.now() / 1_000) - secondsAgo;
  const container = { Id: 'c1', Names: ['l1-daemon'], State, ExitCode: code, StartedAt: at, ExitedAt: at };
  await writeFile(join(folder, 'ps'), JSON.stringify([container]));
  await writeFile(join(folder, 'inspect'), `c1 ${restarts}\n`);
  const states = await new Podman({ on: 'podman', network: 'n', id: 'i' }, 10_000).states();
  expect(states.get('l1')).toMatchObject(state);
});
