import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why no container can be made here; undefined if one can. Nothing but packages of Debian and npm is needed. */
export const whyNoContainers = ((): string | undefined => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'this is no Linux on x86_64';
  if (process.getuid?.() !== 0) return 'this is not root';
  for (const program of ['podman', 'runc', 'mmdebstrap'])
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `there is no ${program}`;
    }
  return undefined;
})();

/** runc runs where crun doesn't, and its limits are those that it may set everywhere. */
const SETTINGS = `[containers]
default_ulimits=["nofile=1024:1024","nproc=1024:1024"]
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
`;

/** podman(1) with images and containers of its own, in a folder that it leaves empty. */
export class Podman {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(folder: string): Promise<Podman> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'containers.conf'), SETTINGS);
    return new Podman(folder);
  }

  get #places(): readonly string[] {
    const at = (name: string) => join(this.#folder, name);
    const networks = ['--network-config-dir', at('networks')];
    return ['--root', at('storage'), '--runroot', at('run'), '--storage-driver', 'overlay', ...networks];
  }

  get #env(): NodeJS.ProcessEnv {
    return { CONTAINERS_CONF: join(this.#folder, 'containers.conf'), TMPDIR: this.#folder };
  }

  /** Runs it to its end, and gives what it says on standard output. What fails is an error with all that it said. */
  async run(...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.#env };
    const { stdout } = await run('podman', [...this.#places, ...args], { env, maxBuffer: 100_000_000 });
    return stdout.trim();
  }

  /** A folder for PATH with a `podman` that is this one. */
  async onPath(): Promise<string> {
    const bin = join(this.#folder, 'bin');
    await mkdir(bin, { recursive: true });
    const settings = Object.entries(this.#env).map(([name, value]) => `${name}='${value}'`);
    const { stdout } = await run('sh', ['-c', 'command -v podman']);
    const script = `#!/bin/sh\nexec env ${settings.join(' ')} ${stdout.trim()} ${this.#places.join(' ')} "$@"\n`;
    await writeFile(join(bin, 'podman'), script, { mode: 0o755 });
    return bin;
  }

  /** Makes an image by the lines of a Containerfile. */
  async build(name: string, lines: readonly string[]): Promise<void> {
    const context = join(this.#folder, `context-${name}`);
    await mkdir(context);
    await writeFile(join(context, 'Containerfile'), `${lines.join('\n')}\n`);
    await this.run('build', '--network', 'host', '--tag', name, context);
  }

  /** The exit code of what may fail. */
  async codeOf(...args: string[]): Promise<number> {
    return await this.run(...args).then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  }

  /** Ends and removes all that it has. */
  async remove(): Promise<void> {
    await this.run('rm', '--all', '--force', '--time', '0');
    const overlay = join(this.#folder, 'storage', 'overlay'); // mounted on itself for as long as it is in use
    await run('sh', ['-c', 'while umount "$1" 2>/dev/null; do :; done; rm -rf "$2"', 'sh', overlay, this.#folder]);
  }
}
