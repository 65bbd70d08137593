import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create } from 'tar';

export interface Files {
  readonly [path: string]: string | Buffer;
}

export interface TarOptions {
  readonly gzip?: boolean;
  /** Which of them the archive has. */
  readonly paths?: string[];
  /** May add what is no plain file. */
  readonly prepare?: ((inside: string) => Promise<void>) | undefined;
}

/** Makes a .tar of files below `folder`, which is removed. What is in `bin` or `libexec` can be run. */
export async function tarOf(folder: string, files: Files, options: TarOptions = {}): Promise<Buffer> {
  const { gzip = false, paths = ['.'], prepare } = options;
  const inside = join(folder, 'inside');
  await mkdir(inside, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(inside, path)), { recursive: true });
    await writeFile(join(inside, path), content);
    await chmod(join(inside, path), /\/(bin|libexec)\//.test(path) ? 0o755 : 0o644);
  }
  await prepare?.(inside);
  const file = join(folder, 'archive.tar');
  await create({ file, cwd: inside, gzip, portable: true, preservePaths: true }, paths);
  const bytes = await readFile(file);
  await rm(folder, { recursive: true, force: true });
  return bytes;
}
