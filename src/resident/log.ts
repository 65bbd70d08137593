/** Writes a line of `background.log`: our standard output goes there. */
export function log(level: 'INFO' | 'UNUSUAL' | 'BROKEN', line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${level.padEnd(7)} ${line}\n`);
}
