import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, writeWhole } from '../../core/files.js';
import { PEER_PORT } from '../../daemons/container.js';
import { formatSettings } from '../../daemons/settings.js';
import type { ReadyOptions } from '../../daemons/daemon.js';
import type { LightningdExecutable } from '../../daemons/lightningd.js';
import { assertSocketPath } from '../../process/sockets.js';
import type { NodeSetup } from '../node.js';
import { ClnNode } from './cln-node.js';

/**
 * A node whose lightningd runs in a pod: a keeper stands for it here (src/pods/tunnel), and what stands in its folder is
 * what that puts there. Its config is the pod's; the one here is a copy of what is its own in it.
 */
export class PodNode extends ClnNode {
  readonly #pod: string;

  constructor(name: string, lightningDir: string, executable: LightningdExecutable & { readonly pod: string }) {
    super(name, lightningDir, executable);
    this.#pod = executable.pod;
  }

  override async prepare({ options }: NodeSetup): Promise<() => Promise<void>> {
    assertSocketPath(this.rpcAddress);
    try {
      await mkdir(join(this.folder, 'regtest'), { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw fileError('make', this.folder, cause);
    }
    const own = (await this.ownSettings()).options.filter(({ key }) => !options.some((each) => each.key === key));
    const heading = `what ${this.name} has of its own in the pod ${this.#pod}; \`ln-play up --option ${this.name}:KEY=VALUE\` changes it`;
    await writeWhole(this.configFile, formatSettings(heading, [{ settings: [...own, ...options] }]));
    return async () => {};
  }

  /** Its plugins are programs of the pod, and none of them can talk to us here. */
  override get tells(): boolean {
    return false;
  }

  override async address(): Promise<string> {
    return `${await this.id()}@${this.#pod}:${PEER_PORT}`;
  }

  override async waitReady(wait?: ReadyOptions): Promise<void> {
    await this.daemon.waitReady(wait);
  }

  override async heldUpBy(): Promise<string | undefined> {
    return this.daemon.waitsFor?.what;
  }

  override async rebase(): Promise<void> {} // nothing of this machine is named in it

  override async forget(): Promise<void> {} // its state is in its volume
}
