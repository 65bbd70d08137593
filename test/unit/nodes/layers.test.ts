import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** All that a module imports at once, of ours and of others; not what it imports when it needs it. */
async function loadedWith(module: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(module)) return seen;
  seen.add(module);
  if (!module.endsWith('.ts')) return seen;
  const text = await readFile(join(src, module), 'utf8');
  for (const [, clause, from] of text.matchAll(/^(?:import|export)\s+([^;]*?)from '([^']+)';/gm)) {
    const isOfTypes = clause!.startsWith('type ') || /^\{(\s*type [^,}]+,?)*\s*\}\s*$/.test(clause!);
    if (isOfTypes) continue;
    await loadedWith(from!.startsWith('.') ? join(dirname(module), from!.replace(/\.js$/, '.ts')) : from!, seen);
  }
  return seen;
}

test('what reads network files loads a parser of YAML and a schema', async () => {
  expect([...(await loadedWith('network-file/read.ts'))]).toEqual(expect.arrayContaining(['yaml', 'zod']));
});

test.each(['index.ts', 'vitest.ts', 'cli/main.ts', 'cli/commands/up.ts', 'cli/commands/topology.ts'])(
  'src/%s loads what reads network files only once there is one',
  async (module) => {
    const loaded = await loadedWith(module);
    expect(loaded.size).toBeGreaterThan(5);
    expect([...loaded].filter((each) => /^(yaml|zod)$|^network-file\//.test(each))).toEqual([]);
  },
);
