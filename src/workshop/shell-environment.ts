import { fileURLToPath } from 'node:url';

const LN_PLAY = fileURLToPath(new URL('../../bin/ln-play.js', import.meta.url));

/**
 * What the workshop's shell is told before the first step: `ln-play` is this very one, and `curl -s URL` works where
 * there is no curl.
 */
export const PRELUDE = `ln-play() { ${quote(process.execPath)} ${quote(LN_PLAY)} "$@"; }
command -v curl >/dev/null || curl() { ${quote(process.execPath)} -e 'fetch(process.argv.at(-1)).then((r) => r.text()).then((t) => process.stdout.write(t))' "$@"; }`;

/** The environment of the workshop's shell: that of its user, on the playground in `dir`. */
export const environment = (dir: string, lightningd?: string): NodeJS.ProcessEnv => ({
  ...process.env,
  LN_PLAY_DIR: dir,
  SHELL: 'bash',
  NO_COLOR: '1',
  ...(lightningd === undefined ? {} : { LIGHTNINGD_EXE: lightningd }),
});

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
