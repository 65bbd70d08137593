import { expect, it } from 'vitest';
import { pluginLine } from '../../../src/plugins/control.js';
import { LineSplitter } from '../../../src/core/lines.js';
import { Correlator } from '../../../src/plugins/messages.js';
import { isNotCode } from '../../../src/plugins/watch/sources.js';

it('finds the request of each answer, both ways at once, by the id as it was written', () => {
  const correlator = new Correlator();
  correlator.see('{"jsonrpc":"2.0","id":1,"method":"one","params":{}}', 'node', 'plugin', 1000);
  correlator.see('{"jsonrpc":"2.0","id":"1","method":"two","params":{}}', 'node', 'plugin', 1001);
  correlator.see('{"jsonrpc":"2.0","id":1,"method":"three","params":{}}', 'plugin', 'node', 1002);
  const answer = (id: string, time: number) =>
    correlator.see(`{"jsonrpc":"2.0","id":${id},"result":{}}`, 'plugin', 'node', time);
  expect(answer('"1"', 1004)).toMatchObject({ kind: 'result', method: 'two', latencyMs: 3 });
  expect(answer('1', 1005)).toMatchObject({ kind: 'result', method: 'one', latencyMs: 5 });
  expect(answer('1', 1006)).not.toHaveProperty('method'); // answered before
  const error = '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}';
  expect(correlator.see(error, 'node', 'plugin', 1007)).toMatchObject({ kind: 'error', method: 'three' });
});

it('takes what is no JSON-RPC for invalid', () => {
  const correlator = new Correlator();
  for (const text of ['[1]', 'Hello', '{"id":1}', '{}'])
    expect(correlator.see(text, 'plugin', 'node')).toMatchObject({ kind: 'invalid' });
});

it("knows a plugin's lines in lightningd's log", () => {
  const line = '2026-11-23T05:22:04.718Z DEBUG   plugin-my-plugin.js: said: this';
  expect(pluginLine(line, 'my-plugin.js')).toEqual({ level: 'DEBUG', line: 'said: this' });
  expect(pluginLine(line, 'plugin.js')).toBeUndefined();
  const broken = '2026-11-23T05:22:04.718Z **BROKEN** plugin-a.py: oh';
  expect(pluginLine(broken, 'a.py')).toEqual({ level: 'BROKEN', line: 'oh' });
  expect(pluginLine('2026-11-23T05:22:04.718Z INFO    lightningd: plugin-a.py: x', 'a.py')).toBeUndefined();
});

it('splits lines wherever the pieces were cut', () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const bytes = Buffer.from('füe\r\ntwo\nrest');
  splitter.push(bytes.subarray(0, 2));
  splitter.push(bytes.subarray(2));
  splitter.end();
  expect(lines).toEqual(['füe', 'two', 'rest']);
});

it('knows what is not code', () => {
  for (const path of [
    'node_modules/x/y.js',
    '.git/HEAD',
    'a.log',
    'x.py~',
    '.x.js.swp',
    'lib/__pycache__/a.pyc',
    '4913',
  ])
    expect(isNotCode(path), path).toBe(true);
  for (const path of ['plugin.js', 'lib/words.json', 'targets.py', 'logs.js'])
    expect(isNotCode(path), path).toBe(false);
});
