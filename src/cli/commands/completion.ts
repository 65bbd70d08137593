import { LnPlayError } from '../../core/errors.js';
import { COMMANDS } from '../commands.js';
import type { CommandContext, Reply } from '../context.js';

const COMMON = ['--dir', '--json', '--quiet', '--timeout', '--help'];

/** Completion made from the table of commands; names of nodes come from the playground that is meant at that moment. */
export function run({ args }: CommandContext): Promise<Reply> {
  const [shell] = args as [string];
  const write = SHELLS[shell];
  if (!write)
    throw new LnPlayError('USAGE', `There is no completion for ${JSON.stringify(shell)}`, {
      hint: `there is for ${Object.keys(SHELLS).join(', ')}`,
    });
  const text = write();
  return Promise.resolve({ json: { shell, script: text }, text });
}

const words = COMMANDS.map(({ usage, summary, options = [] }) => ({
  name: usage.split(/ [<[]/)[0]!,
  summary,
  flags: [...options.map(([flags]) => /--[\w-]+/.exec(flags)![0]), ...COMMON],
}));
const firstWords = [...new Set(words.map(({ name }) => name.split(' ')[0]!))];
const NODES = `$(ls -d "\${LN_PLAY_DIR:-$HOME/.ln-play}"/l[0-9]* 2>/dev/null | sed 's|.*/||')`;

const SHELLS: { readonly [shell: string]: () => string } = {
  bash: () => `_ln_play() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command= choices i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      --dir|--timeout) i=$((i + 1)) ;;
      -*) ;;
      *) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$command" in
${words
  .filter(({ name }) => !name.includes(' '))
  .map(({ name, flags }) => `    ${name}) choices="${flags.join(' ')}" ;;`)
  .join('\n')}
    *) choices="${COMMON.join(' ')}" ;;
  esac
  if [ "\${word#-}" != "$word" ]; then :
  elif [ -z "$command" ]; then choices="${firstWords.join(' ')}"
  else choices="${NODES} bitcoind"; fi
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -o default -F _ln_play ln-play`,
  zsh: () => `#compdef ln-play
_ln_play() {
  local -a commands=(${words
    .filter(({ name }) => !name.includes(' '))
    .map(({ name, summary }) => `'${name}:${summary.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`)
    .join(' ')})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "$words[2]" in
${words
  .filter(({ name }) => !name.includes(' '))
  .map(({ name, flags }) => `    ${name}) compadd -- ${flags.join(' ')} ;;`)
  .join('\n')}
  esac
  compadd -- ${NODES} bitcoind
}
compdef _ln_play ln-play`,
  fish: () =>
    [
      'complete -c ln-play -f',
      ...words
        .filter(({ name }) => !name.includes(' '))
        .flatMap(({ name, summary, flags }) => [
          `complete -c ln-play -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
          ...flags.map((flag) => `complete -c ln-play -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`),
        ]),
    ].join('\n'),
};
