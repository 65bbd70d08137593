import { complete, type Candidate } from '../completion/complete.js';
import type { CommandContext, Reply } from '../context.js';

/** What the shells' completion asks: candidates, one a line, each with a tab and what it means where the shell shows it. */
export async function run({ args, rest }: CommandContext): Promise<Reply> {
  const [shell] = args as [string];
  const candidates = await complete(shell === 'bash' ? wordsOf(rest[0] ?? '') : rest);
  return { json: candidates, text: candidates.map((each) => lineFor(shell, each, rest[0] ?? '')).join('\n') };
}

/** bash cuts words at = and :, so it hands over the line up to the cursor, the program's name first. */
const wordsOf = (line: string): string[] => line.trimStart().split(/\s+/).slice(1);

function lineFor(shell: string, { word, about }: Candidate, line: string): string {
  if (shell !== 'bash') return `${word}\t${about}`;
  const typed = wordsOf(line).at(-1) ?? '';
  return word.slice(Math.max(typed.lastIndexOf('='), typed.lastIndexOf(':')) + 1); // only the part after its cut
}
