/**
 * Makes dist/vendor/ldk.js of the package lightningdevkit: what src uses of it, and what that needs, in two files instead
 * of 1500. Loading the package as it is takes longer than all else that the embedded lightningd does to start.
 *
 * The package's files are generated and alike: each of structs/ has imports, classes, and no code of its own beside
 * them; bindings.mjs has one exported function for each of the WebAssembly's.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ldk = dirname(fileURLToPath(import.meta.resolve('lightningdevkit')));
const target = join(root, 'dist', 'vendor');

/** Names that a text mentions. */
const namesIn = (text) => new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? []);

const withoutComments = (text) => text.replace(/^\s*\/\*[\s\S]*?\*\/\n/gm, '').replace(/^\s*\/\/.*\n/gm, '');

/** All of our own sources: what they write after `ldk.` is used. */
function usedNames() {
  const folder = join(root, 'src', 'embedded');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const sources = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  return new Set(sources.flatMap((text) => Array.from(text.matchAll(/\bldk\.(\w+)/g), ([, name]) => name)));
}

/** The classes of all structs, by name: their text, and the names that they mention. */
function readClasses() {
  const classes = new Map();
  for (const file of readdirSync(join(ldk, 'structs')).filter((name) => name.endsWith('.mjs'))) {
    const text = withoutComments(readFileSync(join(ldk, 'structs', file), 'utf8')).replace(/^import .*\n/gm, '');
    // a file with more than classes (CommonBase) stays whole, under the name of its first class
    const parts =
      file === 'CommonBase.mjs' ? [text] : text.split(/^(?=(?:export )?class )/m).filter((part) => part.trim());
    for (const part of parts) {
      const [, name] = /class (\w+)/.exec(part);
      classes.set(name, { text: part, names: namesIn(part), base: /class \w+ extends (\w+)/.exec(part)?.[1] });
    }
  }
  return classes;
}

/** `names`, and all classes that they need, bases before those that extend them. */
function closure(names, classes) {
  const order = [];
  const seen = new Set();
  const visit = (name) => {
    const found = classes.get(name);
    if (!found || seen.has(name)) return;
    seen.add(name);
    if (found.base) visit(found.base);
    order.push(found.text);
    for (const other of found.names) visit(other);
  };
  visit('CommonBase');
  for (const name of names) visit(name);
  return order.join('\n').replace(/\/\/# sourceMappingURL.*$/gm, '');
}

const FUNCTION = /^export function (\w+)\([^)]*\) \{\n[\s\S]*?^\}\n/gm;

/** The bindings without the functions that nobody calls, and with a way to start from a compiled module. */
function pruneBindings(text, used) {
  const kept = text.replace(FUNCTION, (whole, name) => (used.has(name) ? whole : ''));
  return `${kept.replace(/\/\/# sourceMappingURL.*$/gm, '')}
export async function initializeWasmFromModule(module) {
  for (const fn of fn_list) imports.env['js_invoke_function_' + fn] = js_invoke;
  await finishInitializeWasm(await WebAssembly.instantiate(module, imports));
}
`;
}

function main() {
  const used = usedNames();
  const version = JSON.parse(readFileSync(join(ldk, 'package.json'), 'utf8')).version;
  const self = readFileSync(fileURLToPath(import.meta.url));
  const key = createHash('sha256')
    .update(version)
    .update(self)
    .update([...used].sort((a, b) => (a < b ? -1 : 1)).join())
    .digest('hex');
  const stamp = join(target, 'ldk.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;

  const enums = readdirSync(join(ldk, 'enums')).filter((name) => name.endsWith('.mjs'));
  const enumNames = enums.map((name) => name.replace('.mjs', ''));
  const classes = closure(used, readClasses());
  const bindings = withoutComments(readFileSync(join(ldk, 'bindings.mjs'), 'utf8'));
  const withoutFunctions = bindings.replace(FUNCTION, '');
  const bodies = new Map(
    Array.from(bindings.matchAll(FUNCTION), ([whole, name]) => [name, whole.slice(whole.indexOf('{'))]),
  );
  const called = new Set();
  const call = (names) => {
    for (const name of names) {
      const body = bodies.get(name);
      if (!body || called.has(name)) continue;
      called.add(name);
      call(namesIn(body));
    }
  };
  call(namesIn(classes));
  call(namesIn(withoutFunctions));

  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'version.mjs'), readFileSync(join(ldk, 'version.mjs')));
  writeFileSync(join(target, 'ldk-bindings.js'), pruneBindings(bindings, called));
  const header = `// made by scripts/bundle-ldk.js of lightningdevkit ${version} (MIT or Apache-2.0)
import * as bindings from './ldk-bindings.js';
import { ${enumNames.join(', ')} } from './ldk-bindings.js';
export { ${enumNames.join(', ')}, initializeWasmFromModule } from './ldk-bindings.js';
`;
  writeFileSync(join(target, 'ldk.js'), header + classes);
  writeFileSync(stamp, key);
}

main();
