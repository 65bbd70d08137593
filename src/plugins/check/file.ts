import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { messageOf, systemCode } from '../../core/errors.js';
import { failed, passed, warning, type Finding } from './report.js';

/** The longest first line that Linux reads for an interpreter (BINPRM_BUF_SIZE). */
const SHEBANG_BYTES = 255;

const BINARY_MAGIC = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

/**
 * What can be said of a plugin's file without running it: whether it is there, a file, executable, and its interpreter
 * is there too. A failure means that it cannot be started at all.
 *
 * @param file absolute
 */
export async function inspectFile(file: string, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  let info;
  try {
    info = await stat(file);
  } catch (error) {
    return systemCode(error) === 'ENOENT'
      ? [
          failed(
            'file',
            `${file} does not exist`,
            'give the path of the plugin; it is taken from the folder you are in',
          ),
        ]
      : [failed('file', `${file} cannot be read: ${messageOf(error)}`)];
  }
  if (info.isDirectory())
    return [failed('file', `${file} is a folder`, 'name the executable in it, for example FOLDER/plugin.js')];
  if (!info.isFile()) return [failed('file', `${file} is not a regular file`)];
  try {
    await access(file, constants.X_OK);
  } catch {
    return [failed('file', `${file} is not executable`, `run \`chmod +x ${file}\``)];
  }
  return [passed('file', `${file} is executable`), ...(await inspectInterpreter(file, env))];
}

async function inspectInterpreter(file: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let head: Buffer;
  try {
    head = await readHead(file);
  } catch (error) {
    // A program may be executable and not readable; a script may not.
    return [warning('file', `what it begins with cannot be read: ${messageOf(error)}`)];
  }
  if (head.length === 0) return [failed('file', 'it is empty', 'save the plugin first')];
  if (BINARY_MAGIC.includes(head.toString('hex', 0, 4))) return [passed('file', 'it is a program of this system')];
  if (head.toString('latin1', 0, 3) === '\xef\xbb\xbf')
    return [
      failed('file', 'it begins with a byte order mark, so its #! line is not seen', 'save it as UTF-8 without BOM'),
    ];
  if (head.toString('latin1', 0, 2) !== '#!')
    return [
      warning('file', 'it has no #! line, so it is run by /bin/sh', 'begin it with for example #!/usr/bin/env python3'),
    ];
  const end = head.indexOf('\n');
  return await inspectShebang(head.toString('utf8', 2, end === -1 ? head.length : end), env);
}

async function inspectShebang(line: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  if (line.endsWith('\r'))
    return [
      failed(
        'file',
        `its #! line ends as in Windows, so the system looks for ${JSON.stringify(line.trim().split(/\s+/).at(-1) + '\r')}`,
        "save it with Unix line ends: sed -i 's/\\r$//' FILE",
      ),
    ];
  const [interpreter = '', ...args] = line.trim().split(/\s+/);
  if (interpreter === '') return [failed('file', 'its #! line names no interpreter')];
  if (!(await isExecutable(interpreter)))
    return [
      failed(
        'file',
        `its interpreter ${interpreter} is not there`,
        'install it, or write #!/usr/bin/env NAME to find it in PATH',
      ),
    ];
  if (!interpreter.endsWith('/env')) return [passed('file', `its interpreter is ${interpreter}`)];
  const name = args.find((arg) => !arg.startsWith('-') && !arg.includes('='));
  if (name === undefined) return [failed('file', `its #! line names no program for ${interpreter}`)];
  const found = await findInPath(name, env);
  return found === undefined
    ? [failed('file', `its interpreter ${name} is not in PATH`, `install ${name}, or add its folder to PATH`)]
    : [passed('file', `its interpreter is ${found}`)];
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SHEBANG_BYTES), 0, SHEBANG_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function findInPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (name.includes('/')) return (await isExecutable(name)) ? name : undefined;
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
