import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

/** Core Lightning's words: its channel states, and its wire types for them. The linter has no rule for words. */
const CLN_WORDS =
  /OPENINGD|CHANNELD_|CLOSINGD_|DUALOPEND_|AWAITING_UNILATERAL|FUNDING_SPEND_SEEN|ONCHAIN|PeerChannel\b/;

async function offences(folder: string, words: RegExp): Promise<string[]> {
  const names = await readdir(join(src, folder), { recursive: true });
  const found = names
    .filter((name) => name.endsWith('.ts'))
    .map(async (name) => {
      const lines = (await readFile(join(src, folder, name), 'utf8')).split('\n');
      return lines.filter((line) => words.test(line)).map((line) => `${folder}/${name}: ${line.trim()}`);
    });
  return (await Promise.all(found)).flat();
}

test.each(['network', 'cli'])('src/%s compares no state of Core Lightning', async (folder) => {
  expect(await offences(folder, CLN_WORDS)).toEqual([]);
});
