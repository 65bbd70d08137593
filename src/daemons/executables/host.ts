/** What a download has to know of the machine. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** As in `process.arch`. */
  readonly arch: NodeJS.Architecture;
  /** The folder that has `etc`, `lib` and `usr`. */
  readonly root: string;
}

export const THIS_HOST: Host = { platform: process.platform, arch: process.arch, root: '/' };
