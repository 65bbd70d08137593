import { expect, test } from 'vitest';
import { JsonFramer, NotJsonError } from '../../../src/rpc/framing.js';

const frame = (chunks: readonly Buffer[]): string[] => {
  const framer = new JsonFramer();
  return chunks.flatMap((chunk) => [...framer.push(chunk)]);
};

const MESSAGES = [
  '{}',
  '[]',
  '{"a":"} ] \\" \\\\"}',
  '{"text":"\\\\\\"{"}',
  '{"deep":[[[{"a":[{}]}]]]}',
  '{"ümlaut":"日本語 🎈"}',
  '[1,2.5,-3e9,true,null]',
  `{"long":"${'x'.repeat(5000)}"}`,
];

/** mulberry32: the same numbers for a seed, every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function split(bytes: Buffer, next: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  const largest = next() < 0.5 ? 4 : 3000;
  for (let from = 0; from < bytes.length;) {
    const to = from + 1 + Math.floor(next() * largest);
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return chunks;
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))('however the bytes are split (seed %i)', (seed) => {
  const next = random(seed);
  const messages = Array.from({ length: 12 }, () => MESSAGES[Math.floor(next() * MESSAGES.length)]!);
  const spaces = ['', '\n\n', ' \r\n\t'];
  const text = messages.map((message) => message + spaces[Math.floor(next() * spaces.length)]!).join('');
  expect(frame(split(Buffer.from(text), next))).toEqual(messages);
});

test('byte by byte', () => {
  const bytes = Buffer.from(MESSAGES.join(''));
  expect(frame([...bytes].map((byte) => Buffer.from([byte])))).toEqual(MESSAGES);
});

test('eight megabytes', () => {
  const message = JSON.stringify({ result: Array.from({ length: 260_000 }, (_, i) => ({ i, text: 'some text }' })) });
  expect(message.length).toBeGreaterThan(8_000_000);
  const bytes = Buffer.from(message);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  );
  expect(frame(chunks)).toEqual([message]);
});

test('knows whether it stands in the middle of a message, and what has come of it', () => {
  const framer = new JsonFramer();
  expect(framer.partial).toBe(false);
  expect([...framer.push(Buffer.from('{"a":'))]).toEqual([]);
  expect([framer.partial, framer.pending]).toEqual([true, '{"a":']);
  expect([...framer.push(Buffer.from('1}\n'))]).toEqual(['{"a":1}']);
  expect(framer.partial).toBe(false);
});

test.each(['hello', '{"a":1} x', ']', '"text"', '\u0000', '{}}'])('%j is not JSON', (text) => {
  expect(() => frame([Buffer.from(text)])).toThrow(NotJsonError);
});
