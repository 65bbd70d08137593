/**
 * Runs a command in a pseudo terminal (util-linux's script) and draws what is on the screen at its end.
 * usage: node scripts/record.js FILE.svg 'COMMAND' ['WHAT TO RUN, where it is not COMMAND itself']
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svgOf } from './svg.js';
import { screenOf } from './terminal.js';

const COLUMNS = 110;

const [file, shown, command = shown] = process.argv.slice(2);
if (!file || !shown) {
  process.stderr.write("usage: node scripts/record.js FILE.svg 'COMMAND' ['WHAT TO RUN']\n");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'ln-play-record-'));
try {
  const recording = join(folder, 'recording');
  execFileSync('script', ['-qec', `stty cols ${COLUMNS} rows 60; ${command}`, recording], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TERM: 'xterm-256color', FORCE_COLOR: '1' },
  });
  const output = readFileSync(recording, 'utf8')
    .replace(/^Script started.*\n/, '')
    .replace(/\n?Script done.*\n?$/, '')
    .trimEnd();
  const prompt = [
    { text: '$', column: 0, style: { dim: true } },
    { text: shown, column: 2, style: { bold: true } },
  ];
  writeFileSync(file, svgOf([prompt, ...screenOf(output, COLUMNS)], COLUMNS));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
