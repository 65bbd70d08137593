import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import { parseNetwork, readNetworkFile } from '../../../src/network-file/read.js';
import type { NetworkLiteral } from '../../../src/network-file/schema.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is told of files, a line each, with the way out in brackets; the first is read. */
async function mistakes(files: { readonly [name: string]: string | Uint8Array }): Promise<string[]> {
  const own = await mkdtemp(join(folder, 'f'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(own, name)), { recursive: true });
    await writeFile(join(own, name), text);
  }
  const lines = linesOf(await errorOf(readNetworkFile(join(own, Object.keys(files)[0]!))));
  return lines.map((line) => line.replaceAll(`${own}/`, ''));
}

async function errorOf(reading: Promise<unknown>): Promise<LnPlayError> {
  const error: unknown = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LnPlayError)) throw new Error(`it was taken, or failed in another way: ${String(error)}`);
  return error;
}

const linesOf = ({ message, details, hint }: LnPlayError): string[] =>
  details.length > 0 ? [...details] : [hint === undefined ? message : `${message} (${hint})`];

const two = 'nodes: { alice: {}, bob: {} }\n';
const channel = (rest: string): string => `${two}channels: [{ from: alice, to: bob, ${rest} }]\n`;

describe('one mistake, its place and the way out', () => {
  test.each<[what: string, text: string, says: string]>([
    ['a key that there is not', 'nodez: {}', '1:1: a network file has no key "nodez" (did you mean nodes?)'],
    ['of a node', 'nodes: { bob: { alais: B } }', '1:17: bob has no key "alais" (did you mean alias?)'],
    ['of a fee', channel('capacity: 1btc, fee: { bsae: 1 }'), '2:59: fee has no key "bsae" (did you mean base?)'],
    ['like no other', `${two}chain: { zzz: 1 }`, '2:10: chain has no key "zzz" (its keys: mine_every, feerate)'],
    [
      "another tool's key",
      channel('capacity: 1btc, wumbo: true'),
      '2:52: channels[0] has no key "wumbo" (leave it out: channels of any capacity are taken)',
    ],
    [
      'a list for a map',
      'nodes: [alice]',
      '1:8: nodes has to be a map of nodes by their names, such as { alice: {} }, not a list',
    ],
    ['text for a map', 'nodes: { alice: x }', '1:17: alice has to be a map, such as { alias: Alice }'],
    [
      'a map for a list',
      `${two}channels: {}`,
      '2:11: channels has to be a list of channels, such as [{ from: alice, to: bob, capacity: 0.042btc }], not a map',
    ],
    ['one for two', `${two}peers: [[alice]]`, '2:9: peers[0] has to be two nodes, such as [alice, carol], not a list'],
    ['text for a flag', channel('capacity: 1btc, private: 1'), '2:61: private has to be true or false, not 1'],
    [
      'nothing',
      `nodes:\n  alice:\n    colour: #ff0000\n`,
      '3:5: colour has to be six hex digits, such as ff8800, not nothing (give it a value, or leave the key out',
    ],
    [
      'a colour that is none',
      'nodes: { a: { colour: red } }',
      '1:23: colour "red" is not six hex digits (write for example ff8800)',
    ],
    ['an alias that is too long', `nodes: { a: { alias: ${'é'.repeat(17)} } }`, '1:22: alias "'],
    [
      'a key that is none',
      'nodes: { a: { key: 12ab } }',
      `1:20: key has to be 'name', 'random', or a secret of 32 bytes`,
    ],
    [
      'a plugin as an option',
      'nodes: { a: { options: { important-plugin: ./x } } }',
      '1:26: a\'s option cannot be "important-plugin=./x" (name the file under plugins',
    ],
    ['an option that is none', 'nodes: { a: { options: { Fee: 1 } } }', '1:26: a\'s option cannot be "Fee=1"'],
    ['a list as an option', 'nodes: { a: { options: { fee-base: [] } } }', '1:36: options.fee-base has to be text'],
    ['an amount that is none', channel('capacity: 5 btc'), '2:46: capacity "5 btc" is not an amount (amounts are'],
    ['a fraction of a sat', channel('capacity: 1.5'), '2:46: capacity 1.5 is not an amount (amounts are written'],
    ['less than nothing', channel('capacity: -1'), '2:46: capacity -1 is not an amount'],
    ['msat on chain', channel('capacity: 1msat'), '2:46: capacity "1msat" is not a whole number of sat'],
    [
      'more than there is',
      channel('capacity: 22000000btc'),
      '2:46: capacity "22000000btc" is more than the 21 million',
    ],
    ['dust', channel('capacity: 500'), '2:46: A channel of 500sat is too small to carry a payment (nodes take'],
    [
      'too little for the other end',
      channel('capacity: 5000'),
      '2:46: a channel of 5000sat is less than bob takes: 10000sat (make it larger, or give bob options: { min-capacity-sat: 5000 })',
    ],
    [
      'a feerate that is none',
      channel('capacity: 1btc, feerate: fast'),
      '2:61: feerate "fast" is not a feerate (write',
    ],
    ['a feerate of too little', channel('capacity: 1btc, feerate: 1perkw'), '2:61: A feerate of 1perkw is too low'],
    ['a push of all', channel('capacity: 1btc, push: 1btc'), '2:58: a push of 1btc is not below the capacity, 1btc'],
    [
      'confirmations',
      channel('capacity: 1btc, confirmations: -1'),
      '2:67: confirmations has to be a whole number from',
    ],
    [
      'htlc_min above htlc_max',
      channel('capacity: 1btc, fee: { htlc_min: 2sat, htlc_max: 1sat }'),
      '2:69: htlc_min 2sat is above htlc_max 1sat (no payment would fit: exchange them)',
    ],
    [
      'more than is funded',
      'nodes: { alice: { fund: 1btc }, bob: }\nchannels: [{ from: alice, to: bob, capacity: 1btc }]',
      '1:25: alice gets 1btc, and needs 1.00025506btc for the channel that it opens (leave fund out',
    ],
    [
      'several together',
      'nodes: { alice: { fund: 2btc }, bob: }\nchannels: [&c { from: alice, to: bob, capacity: 1btc }, *c]',
      '1:25: alice gets 2btc, and needs 2.00051012btc for the 2 channels that it opens',
    ],
    ['nobody', channel('capacity: 1btc').replace('bob,', 'bop,'), '2:31: there is no node "bop" (did you mean bob?)'],
    ['nobody like it', `${two}peers: [[alice, zz]]`, '2:17: there is no node "zz" (the nodes are alice, bob)'],
    ['itself', `${two}peers: [[bob, bob]]`, '2:15: a connection from bob to itself cannot be (name two different'],
    [
      'traffic to nobody',
      `${two}traffic: [{ to: carol }]`,
      '2:17: there is no node "carol" (the nodes are alice, bob)',
    ],
    [
      'a duration without unit',
      `${two}chain: { mine_every: 30 }`,
      '2:22: mine_every "30" is not a duration (durations',
    ],
    ['no time at all', `${two}chain: { mine_every: 0s }`, '2:22: mine_every "0s" is no time at all'],
    ['a feerate by name', `${two}chain: { feerate: slow }`, '2:19: feerate "slow" is not a feerate in figures'],
    [
      'a range of one',
      `${two}traffic: [{ amount: [1sat] }]`,
      '2:21: amount has to be an amount, such as 10sat, or the',
    ],
    [
      'a range upside down',
      `${two}traffic: [{ amount: [2sat, 1sat] }]`,
      '2:21: amount goes from 2sat to 1sat (the least',
    ],
    ['a key twice', 'nodes:\n  alice: {}\n  alice: {}\n', '3:3: alice is there twice (leave one of them out, or'],
    ['a key twice in JSON', '{"nodes": {"alice": {}},\n "nodes": {}}', '2:2: nodes is there twice (leave one of'],
    [
      'names that differ in capitals',
      'nodes: { bob: , Bob: }',
      '1:17: "Bob" cannot be a node\'s name: only its capitals',
    ],
    ['a name that is none', 'nodes: { 1st: {} }', '1:10: "1st" cannot be a node\'s name: a name is a letter, then'],
    ["the shell's name", 'nodes: { test: {} }', '1:10: "test" cannot be a node\'s name: it is a word of the shell'],
    [
      'a name of a row',
      'nodes:\n  c2:\n  c: { count: 2 }\n',
      '3:3: "c2" cannot be a node\'s name: another node has it',
    ],
    [
      'a row to itself',
      'nodes: { c: { count: 2 } }\npeers: [[c, c]]',
      '2:13: a connection from c to c would be one from c1',
    ],
    [
      'a secret for a row',
      `nodes: { c: { count: 2, key: ${'0'.repeat(64)} } }`,
      '1:30: c is a row of nodes, and a secret is',
    ],
    [
      'both programs',
      'nodes: { a: { lightningd: embedded, implementation: embedded } }',
      '1:53: a has both lightningd and',
    ],
    [
      'no such plugin',
      'nodes: { a: { plugins: [x.js] } }',
      "1:25: a's plugin x.js cannot be run: there is no such file",
    ],
    ['no such lightningd', 'nodes: { a: { lightningd: ./x } }', '1:27: lightningd names '],
    [
      'a version that is not there',
      'nodes: { a: { lightningd: v1.2 } }',
      '1:27: lightningd says v1.2, which is not installed (ln-play install lightningd v1.2)',
    ],
    ['600 nodes', 'nodes: { c: { count: 600 } }', '1:1: 600 nodes are too many: a playground has 500 at'],
    ['no node', 'nodes: {}', '1:1: there is no node (name one: nodes: { alice: {} })'],
    ['an empty file', '', '1:1: the file is empty (begin with nodes: { alice: {} })'],
    ['comments alone', '# nothing\n', '1:1: the file is empty'],
    [
      'no map',
      '- nodes',
      '1:1: a network file has to be a map with nodes, channels, peers, chain, traffic, not a list',
    ],
    [
      'no YAML',
      'nodes: { alice: {}\n',
      '2:1: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['tabs', 'nodes:\n\talice: {}\n', '2:1: Tabs are not allowed as indentation (it is no YAML from here on'],
    ['two documents', `${two}---\nnodes: {}`, '2:1: a second document begins (a network file has one)'],
    ['an alias of nothing', 'nodes: *a', '1:8: there is no anchor &a before this'],
    ['an alias within itself', 'nodes: &a { alice: *a }', '1:20: this alias is within its own anchor (write it out'],
    ['a tag', 'nodes: { alice: !secret x }', '1:17: Unresolved tag: !secret'],
    ['a map as a key', 'nodes: { [a, b]: {} }', '1:10: a key is a word (brackets, braces and aliases cannot be keys)'],
  ])('%s', async (_what, text, says) => {
    const [line, ...more] = await mistakes({ 'net.yaml': text });
    expect(more).toEqual([]);
    expect(line).toContain(`net.yaml:${says}`);
  });

  test('what is not UTF-8, a folder, too much, not there', async () => {
    const latin = new Uint8Array([...Buffer.from('nodes:\n  a: { alias: '), 0xe9, ...Buffer.from(' }\n')]);
    expect(await mistakes({ 'net.yaml': latin })).toEqual(['net.yaml:2:1: this is not UTF-8 (save it as UTF-8 text)']);
    expect(await mistakes({ 'net.yaml': Buffer.from(`\uFEFF${two}`, 'utf16le') })).toEqual([
      'net.yaml:1:1: this is not UTF-8 (save it as UTF-8 text)',
    ]);
    expect(await mistakes({ 'net.yaml': `${two}# ${'x'.repeat(1024 * 1024)}` })).toEqual([
      expect.stringContaining('net.yaml is too large: more than 1024 KiB'),
    ]);
    expect(linesOf(await errorOf(readNetworkFile(folder)))).toEqual([
      `${folder} is a folder (name a file in it: ${folder}/ln-play.yaml)`,
    ]);
    expect(linesOf(await errorOf(readNetworkFile(join(folder, 'none.yaml'))))).toEqual([
      expect.stringContaining('There is no file'),
    ]);
  });

  test('aliases that multiply', async () => {
    const lines = ['a0: &a0 { x: 1 }'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    const said = await mistakes({ 'net.yaml': `${lines.join('\n')}\n` });
    expect(said.join('\n')).toContain('aliases make too much of this');
    expect(said.length).toBeLessThan(25);
  });
});

test('all mistakes are told at once, in the order of the file', async () => {
  const text = `${two}channels:
  - { from: alice, to: bop, capacity: 5 btc }
  - { from: alice, to: alice, capacity: 1btc }
  - { to: bob, color: 7 }
chain: { feerate: slow }
`;
  expect(await mistakes({ 'net.yaml': text })).toEqual([
    'net.yaml:3:24: there is no node "bop" (did you mean bob?)',
    'net.yaml:3:39: capacity "5 btc" is not an amount (amounts are written 24msat, 10sat or 0.042btc)',
    'net.yaml:4:24: a channel from alice to itself cannot be (name two different nodes)',
    "net.yaml:5:5: channels[2] lacks from (it takes a node's name)",
    'net.yaml:5:5: channels[2] lacks capacity (it takes an amount, such as 10sat or 0.042btc)',
    'net.yaml:5:16: channels[2] has no key "color" (write colour)',
    'net.yaml:6:19: feerate "slow" is not a feerate in figures (write for example 1000perkw or 4000perkb)',
  ]);
});

test('of many mistakes twenty are told, and how many there are', async () => {
  const rows = Array.from({ length: 50 }, () => '  - { from: alice, to: zed, capacity: 1btc }');
  const said = await mistakes({ 'net.yaml': `${two}channels:\n${rows.join('\n')}\n` });
  expect(said).toHaveLength(21);
  expect(said.at(-1)).toBe('… and 30 more');
});

describe('include', () => {
  test('mistakes are told of the file that they are in', async () => {
    const said = await mistakes({
      'net.yaml': 'include: [part/more.yaml, none.yaml]\nnodes: { alice: {} }\n',
      'part/more.yaml': 'nodes:\n  alice: {}\nchannels: [{ from: alice, to: carol, capacity: 1btc }]\n',
    });
    expect(said).toEqual([
      expect.stringContaining('net.yaml:1:27: There is no file none.yaml'),
      expect.stringContaining('net.yaml:2:10: "alice" cannot be a node\'s name: another node has it'),
      expect.stringContaining('part/more.yaml:3:31: there is no node "carol"'),
    ]);
  });

  test('a cycle is refused, however long', async () => {
    expect(await mistakes({ 'net.yaml': 'include: net.yaml\nnodes: { a: }' })).toEqual([
      'net.yaml:1:10: net.yaml includes itself: net.yaml → net.yaml (leave one of these includes out)',
    ]);
    const circle = {
      'a.yaml': 'include: b.yaml\nnodes: { a: }',
      'b.yaml': 'include: c.yaml',
      'c.yaml': 'include: a.yaml',
    };
    expect(await mistakes(circle)).toEqual([
      'c.yaml:1:10: a.yaml includes itself: a.yaml → b.yaml → c.yaml → a.yaml (leave one of these includes out)',
    ]);
  });
});

test('in a literal, the place is where in it', async () => {
  const literal = {
    nodes: { alice: {}, bob: {} },
    channels: [
      { from: 'alice', to: 'bop', capacity: '1btc' },
      { from: 'alice', to: 'bob', capacity: true },
    ],
  } as unknown as NetworkLiteral;
  expect(linesOf(await errorOf(parseNetwork(literal)))).toEqual([
    'network.channels[1].capacity: capacity has to be an amount, such as 10sat or 0.042btc, not true',
    'network.channels[0].to: there is no node "bop" (did you mean bob?)',
  ]);
});
