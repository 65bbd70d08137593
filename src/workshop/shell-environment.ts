import { fileURLToPath } from 'node:url';
import { shellWord } from '../core/shell.js';
import { findLightningd } from '../daemons/executables/find.js';
import { freePort } from '../process/ports.js';

const LN_PLAY = fileURLToPath(new URL('../../bin/ln-play.js', import.meta.url));
const JSON_VALUE = fileURLToPath(new URL('json-value.js', import.meta.url));

/** The environment of the workshop's shell: that of its user, on the playground in `dir`. */
export const environment = (dir: string, lightningd?: string): NodeJS.ProcessEnv => ({
  ...process.env,
  LN_PLAY_DIR: dir,
  LN_PLAY_AS: 'ln-play',
  SHELL: 'bash',
  FORCE_COLOR: undefined, // what a step prints is read by us
  ...(lightningd === undefined ? {} : { LIGHTNINGD_EXE: lightningd }),
});

/**
 * What the workshop's shell is told before the first step: `ln-play` is this very one, `lightningd` the one of the
 * playground, `json KEY…` prints a value of the JSON that it reads, and `curl -s URL` works where there is no curl.
 */
export async function prelude(env: NodeJS.ProcessEnv): Promise<string> {
  const { executable } = await findLightningd({ env });
  const node = shellWord(process.execPath);
  const functions: { readonly [name: string]: string } = {
    'ln-play': `${node} ${shellWord(LN_PLAY)}`,
    lightningd: [executable.command, ...executable.args].map(shellWord).join(' '),
    json: `${node} ${shellWord(JSON_VALUE)}`,
  };
  return [
    ...Object.entries(functions).map(([name, command]) => `${name}() { ${command} "$@"; }`),
    `command -v curl >/dev/null || curl() { ${node} -e 'fetch(process.argv.at(-1)).then((r) => r.text()).then((t) => process.stdout.write(t))' "$@"; }`,
    `port=${await freePort()} webport=${await freePort()} wordport=${await freePort()}`,
  ].join('\n');
}

/** Writes into `file` what `.` of it brings back: variables in small letters, functions, and the folder. */
export const remember = (file: string): string =>
  `{ compgen -v | while read -r _v; do case $_v in [a-z]*) declare -p "$_v";; esac; done; declare -f; printf 'cd %q\\n' "$PWD"; } >${shellWord(`${file}.new`)} && mv ${shellWord(`${file}.new`)} ${shellWord(file)}`;
