import type { MethodParameter } from '../api-types.js';
import { quoted } from '../doing/command-line.js';

/** Types of which a value is text, whatever it looks like. */
const TEXT = /string|hex|hash|pubkey|secret|txid|short_channel_id|point|feerate|outpoint|msat|bolt/;

/** A value as the node is to get it: JSON where it is some, as lightning-cli takes it, and text otherwise. */
export function valueOf(text: string, type: string): unknown {
  if (TEXT.test(type) && !/^\s*[[{]/.test(text) && !(/msat/.test(type) && /^\d+$/.test(text))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The parameters by name: those that somebody filled in. */
export function paramsOf(
  parameters: readonly MethodParameter[],
  values: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const given = parameters.filter(({ name }) => (values[name] ?? '').trim() !== '');
  return Object.fromEntries(given.map(({ name, type }) => [name, valueOf(values[name]!.trim(), type)]));
}

/** Parameters as somebody typed them: an object or a list as JSON. @throws SyntaxError where it is neither */
export function typedParams(text: string): unknown {
  if (text.trim() === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new SyntaxError('parameters are an object or a list');
  return value;
}

/** The same as one types it into a shell. */
export function cliLine(node: string, method: string, params: unknown): string {
  const words = Array.isArray(params)
    ? params.map(wordOf)
    : Object.entries(params ?? {}).map(([name, value]) => `${name}=${wordOf(value)}`);
  return ['ln-play', 'cli', node, method, ...words].map(quoted).join(' ');
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
