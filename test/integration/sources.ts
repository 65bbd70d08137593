import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIST = 'git ls-files -z --cached --others --exclude-standard --deduplicate';

/** What a clean clone has, with what is not committed yet. */
export async function copySources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const script = `${LIST} | xargs -0 sh -c 'for file; do [ -e "$file" ] && printf "%s\\0" "$file"; done' sh | xargs -0 cp --parents --no-dereference -t "$1"`;
  await run('sh', ['-c', script, 'sh', folder], { cwd: ROOT });
}
