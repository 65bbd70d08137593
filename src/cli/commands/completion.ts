import { fileURLToPath } from 'node:url';
import { LnPlayError } from '../../core/errors.js';
import type { CommandContext, Reply } from '../context.js';

/** Code for a shell that asks `ln-play complete` at each Tab: what can stand where is known there, for all shells. */
export function run({ args }: CommandContext): Promise<Reply> {
  const [shell] = args as [string];
  const write = SHELLS[shell];
  if (!write)
    throw new LnPlayError('USAGE', `There is no completion for ${JSON.stringify(shell)}`, {
      hint: `there is for ${Object.keys(SHELLS).join(', ')}`,
    });
  const program = [process.execPath, fileURLToPath(new URL('../../../bin/ln-play.js', import.meta.url))];
  const text = write(program.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' '));
  return Promise.resolve({ json: { shell, script: text }, text });
}

/** Where there is nothing to offer, each shell offers files. */
const SHELLS: { readonly [shell: string]: (program: string) => string } = {
  bash: (program) => `_ln_play() {
  local IFS=$'\\n'
  COMPREPLY=($(${program} complete bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
  case "\${COMPREPLY[*]}" in *[:=]) compopt -o nospace 2>/dev/null ;; esac
}
complete -o default -F _ln_play ln-play`,
  zsh: (program) => `#compdef ln-play
_ln_play() {
  local -a lines words_ abouts
  lines=("\${(@f)$(${program} complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  lines=(\${lines:#})
  if (( \${#lines} == 0 )); then _files; return; fi
  words_=("\${(@)lines%%$'\\t'*}")
  abouts=("\${(@)lines/$'\\t'/  -- }")
  compadd -l -d abouts -- "\${(@)words_}"
}
compdef _ln_play ln-play`,
  fish: (program) => `function __ln_play
  set -l lines (${program.replaceAll(String.raw`'\''`, String.raw`\'`)} complete fish (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $lines) -gt 0
    printf '%s\\n' $lines
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c ln-play -f -a '(__ln_play)'`,
};
