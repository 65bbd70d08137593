/**
 * The embedded lightningd in one file instead of 200: it's loaded whole, with what V8 compiled of it the last time
 * (src/embedded/compiled.ts).
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const LICENCES = '/*! with lightningdevkit, by the LDK developers: MIT or Apache-2.0 */';

/** Puts the program in place of the modules of a build that it is made of, with the module that loads it. */
export async function bundleEmbedded(build) {
  const modules = join(build, 'embedded');
  const main = await bundled(join(modules, 'main.js'), 'cjs');
  const loader = await bundled(join(modules, 'compiled.js'), 'esm');
  // Node's modules first: once V8's flags are changed, it compiles them anew
  const files = {
    'main.cjs': main.code,
    'compiled.js': main.imports.map((name) => `import ${JSON.stringify(name)};\n`).join('') + loader.code,
  };
  await rm(modules, { recursive: true });
  await mkdir(modules);
  for (const [name, code] of Object.entries(files)) await writeFile(join(modules, name), code);
}

async function bundled(input, format) {
  const bundle = await rolldown({ input, platform: 'node' });
  const { output } = await bundle.generate({
    format,
    codeSplitting: false,
    comments: { legal: true, annotation: false, jsdoc: false },
    ...(format === 'cjs' && { banner: LICENCES }),
  });
  return { code: escaped(output[0].code), imports: output[0].imports };
}

/** Where a single character isn't ASCII, V8 keeps two bytes for each. */
const escaped = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
