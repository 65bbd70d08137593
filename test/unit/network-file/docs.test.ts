import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { networkFileJsonSchema } from '../../../src/network-file/json-schema.js';
import { readNetworkFile } from '../../../src/network-file/read.js';
import { namedNetwork, templateNames } from '../../../src/network-file/templates.js';
import { topologyOf } from '../../../src/network-file/topologies.js';

/** Of JSON Schema, what ours uses. */
interface Schema {
  readonly description?: string;
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const schema = networkFileJsonSchema() as Schema;

const formatted = async (text: string, file: string): Promise<string> =>
  await format(text, { ...(await resolveConfig(file)), filepath: file });

/** The first map in a schema or its alternatives: of `channels` that of one channel. */
function mapIn(schema: Schema): Schema | undefined {
  const { properties, additionalProperties, items, anyOf = [] } = schema;
  if (properties) return schema;
  const inner = [additionalProperties, items, ...anyOf].filter((each) => each && !Array.isArray(each)) as Schema[];
  return inner.map(mapIn).find((found) => found);
}

const row = (key: string, { description }: Schema, isRequired = false): string =>
  `| \`${key}\`${isRequired ? ' (required)' : ''} | ${description} |`;

/** A table of a map's keys; those of its fee are in it, and of any other map in a table of their own. */
function table({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).flatMap(([key, value]) => [
    row(key, value, required.includes(key)),
    ...(key === 'fee' ? Object.entries(mapIn(value)!.properties!) : []).map(([name, each]) => row(`fee.${name}`, each)),
  ]);
  return ['| key | what it is |', '| --- | --- |', ...rows].join('\n');
}

const SECTIONS = { nodes: 'A node', channels: 'A channel', chain: 'The chain', traffic: 'A row of traffic' };

const tables = (): string =>
  [
    table(schema),
    ...Object.entries(SECTIONS).map(([key, title]) => `### ${title}\n\n${table(mapIn(schema.properties![key]!)!)}`),
  ].join('\n\n');

test('the page has all keys, as the schema describes them', async () => {
  const file = `${root}docs/network-file.md`;
  const text = await readFile(file, 'utf8');
  const [, before, after] = /^([\s\S]*<!-- keys:[^\n]*-->\n)[\s\S]*(<!-- \/keys -->[\s\S]*)$/.exec(text)!;
  await expect(await formatted(`${before}\n${tables()}\n\n${after}`, file)).toMatchFileSnapshot(file);
});

test('every key is described', () => {
  const undescribed = (schema: Schema | undefined, path: string): string[] =>
    Object.entries(schema?.properties ?? {}).flatMap(([key, value]) => [
      ...(value.description ? [] : [`${path}${key}`]),
      ...undescribed(mapIn(value), `${path}${key}.`),
    ]);
  expect(undescribed(schema, '')).toEqual([]);
});

test('the schema that the templates name is what `ln-play schema` writes', async () => {
  const file = `${root}templates/networks/ln-play.schema.json`;
  await expect(await formatted(JSON.stringify(schema), file)).toMatchFileSnapshot(file);
});

test('the networks that come along can be read, and random-twenty is what its comment says', async () => {
  const names = await templateNames();
  expect(names.sort()).toEqual(['lsp-three-clients', 'random-twenty', 'ring-unequal-fees', 'two-nodes']);
  for (const name of names) expect((await namedNetwork(name, {})).template).toBe(name);
  const { spec } = await readNetworkFile(`${root}templates/networks/random-twenty.yaml`);
  expect(spec).toEqual(topologyOf('random:20', { seed: 1 }));
  const files = await readdir(`${root}templates/networks`);
  for (const file of files.filter((each) => each.endsWith('.yaml'))) {
    const [first] = (await readFile(`${root}templates/networks/${file}`, 'utf8')).split('\n');
    expect(first).toBe('# yaml-language-server: $schema=ln-play.schema.json');
  }
});

test('the files that the pages show can be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'network-docs-'));
  try {
    for (const plugin of ['shop.js', 'my-plugin.js'])
      await writeFile(join(folder, plugin), '#!/bin/sh\n', { mode: 0o755 });
    let count = 0;
    for (const page of ['README.md', 'docs/network-file.md'])
      for (const [, text] of (await readFile(`${root}${page}`, 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)) {
        if (!/^nodes:/m.test(text!)) continue;
        const file = join(folder, `${count++}.yaml`);
        await writeFile(file, text!);
        expect((await readNetworkFile(file)).spec.channels, text).not.toEqual([]);
      }
    expect(count).toBe(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});
