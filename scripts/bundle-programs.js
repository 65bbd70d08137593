/**
 * The command line, the resident process and the library in some files instead of 300: Node takes a third of a millisecond
 * for each module. The modules stay beside them, for their types and for the small programs that are started by their own
 * files.
 */
import { join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const ENTRIES = { cli: 'cli/main.js', resident: 'resident/main.js', index: 'index.js', vitest: 'vitest.js' };

/** Packages of a hundred small files each, of which we use few: they are bundled, too, each as one file. */
const BUNDLED = { zod: /^zod(?:\/|$)/, hono: /^(?:@hono\/node-server|hono)(?:\/|$)/ };
const LICENCES = {
  zod: '/*! with zod, by Colin McDonnell: MIT */',
  hono: '/*! with hono and @hono/node-server, by Yusuke Wada and Hono contributors: MIT */',
};

/** What almost every command loads: with all that it imports, it is one file. */
const COMMON = 'network/playground.js';

export async function bundlePrograms(build) {
  const folder = join(build, 'bundle');
  const options = {
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !Object.values(BUNDLED).some((names) => names.test(id)),
    plugins: [{ name: 'where-a-module-was', transform: whereItWas(folder) }],
    logLevel: 'silent',
  };
  const common = new Set(await loadedWith(join(build, COMMON), options));
  const input = Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(build, file)]));
  const bundle = await rolldown({ ...options, input });
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    comments: { legal: true, annotation: false, jsdoc: false },
    banner: ({ name }) => LICENCES[name] ?? '',
    codeSplitting: {
      groups: [
        { name: 'common', test: (id) => common.has(id) },
        { name: 'zod', test: /\/node_modules\/zod\// },
        { name: 'hono', test: /\/node_modules\/(?:@hono|hono)\// },
      ],
    },
  });
}

/** The modules that are loaded with one, those that it loads later left out. */
async function loadedWith(input, options) {
  const bundle = await rolldown({ ...options, input });
  const { output } = await bundle.generate({ format: 'esm' });
  return output.find(({ isEntry }) => isEntry).moduleIds;
}

/** A module that looks for files beside it still finds them: all bundled files are in one folder. */
const whereItWas = (folder) => (code, id) => {
  if (!code.includes('import.meta.url')) return undefined;
  const path = relative(folder, id).split(sep).join('/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(path)}, import.meta.url).href`);
};
