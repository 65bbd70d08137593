/** `l1 getinfo | json id`: prints one value of the JSON in standard input. usage: json KEY… */
import { readFileSync } from 'node:fs';

const keys = process.argv.slice(2);
let value: unknown = JSON.parse(readFileSync(0, 'utf8'));
for (const key of keys) {
  const next: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (next === undefined) {
    const there = typeof value === 'object' && value !== null ? Object.keys(value).join(', ') : JSON.stringify(value);
    process.stderr.write(`json: no ${key} here, but ${there}\n`);
    process.exit(1);
  }
  value = next;
}
process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}\n`);
