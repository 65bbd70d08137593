/** Draws the pictures of README.md anew, from real runs. usage: npm run pictures [-- NAME…] */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The file's name, what the picture says was typed, and what is run where that is not it. */
const PICTURES = [
  ['demo', 'npx ln-play demo', 'npx ln-play demo --lightningd embedded'], // what a newcomer sees first,
  ['network', 'ln-play up network.yaml', 'bash scripts/scenes/network.sh'],
  ['watch', 'ln-play plugin watch l1 hello.js', 'bash scripts/scenes/watch.sh'],
  ['trace', 'ln-play plugin trace l1 hello.js', 'bash scripts/scenes/trace.sh'],
];

const names = process.argv.slice(2);
const record = fileURLToPath(new URL('record.js', import.meta.url));
const cwd = fileURLToPath(new URL('..', import.meta.url));
for (const [name, ...commands] of PICTURES)
  if (names.length === 0 || names.includes(name))
    execFileSync(process.execPath, [record, `docs/${name}.svg`, ...commands], { cwd, stdio: 'inherit' });
if (names.length === 0 || names.includes('web')) await import('./picture-web.js');
