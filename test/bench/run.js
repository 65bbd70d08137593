/**
 * How quick ln-play is. usage: npm run bench [-- [GROUP…] [--runs N] [--json]]
 *
 * Each group measures what it compares in turns, within one run, so that whatever else the machine does falls on both.
 */
import { parseArgs } from 'node:util';
import { removeTemporaries } from './lib/temporary.js';
import { render, summary } from './lib/table.js';

/** Measured only where it is named, as it takes long or nothing is held to it. */
const NAMED_ONLY = ['networks', 'traffic', 'pods', 'web-large'];
const GROUPS = ['demo', 'cli', 'nodes', 'embedded', 'idle', 'memory', 'plugins', 'warm', 'web'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const all = [...GROUPS, ...NAMED_ONLY];
const unknown = positionals.find((name) => !all.includes(name));
const runs = values.runs === undefined ? undefined : Number(values.runs);
if (unknown !== undefined || (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0))) {
  console.error(`usage: npm run bench [-- [GROUP…] [--runs N] [--json]], where GROUP is one of ${all.join(', ')}`);
  process.exit(2);
}

const rows = [];
process.once('SIGINT', () => process.exit(130));
process.once('exit', removeTemporaries);
for (const name of positionals.length > 0 ? positionals : GROUPS) {
  const { measure } = await import(`./groups/${name}.js`);
  console.error(`${name} …`);
  try {
    for await (const row of measure({ runs })) rows.push({ group: name, ...row });
  } catch (error) {
    rows.push({ group: name, what: 'all of it', failed: error.message });
    console.error(error);
  }
}
console.log(values.json ? JSON.stringify(rows.map(summary), null, 2) : render(rows));
process.exit(rows.some(({ failed }) => failed) ? 1 : 0);
