import { expect, test } from 'vitest';
import { readAnswer } from '../../../../src/embedded/plugins/hooks.js';
import { ManifestError, readManifest } from '../../../../src/embedded/plugins/manifest.js';
import { Random } from '../../../integration/embedded/random.js';

const FIELDS = ['options', 'rpcmethods', 'subscriptions', 'hooks', 'notifications', 'custommessages', 'dynamic'];

test('whatever a plugin answers to getmanifest is taken or refused, and never anything else', () => {
  const random = new Random(4);
  const item = (): unknown =>
    random.chance(0.3)
      ? random.json()
      : Object.fromEntries(
          ['name', 'type', 'description', 'default', 'usage', 'method', 'deprecated', 'multi', 'before', 'filters']
            .filter(() => random.chance(0.6))
            .map((name): [string, unknown] => [
              name,
              random.pick([random.json(), 'string', 'int', 'flag', 'rpc_command', 'x', ['v26.06'], true, 7]),
            ]),
        );
  for (let i = 0; i < 5_000; i++) {
    const result = Object.fromEntries(
      FIELDS.filter(() => random.chance(0.8)).map((field): [string, unknown] => [
        field,
        random.chance(0.2) ? random.json() : Array.from({ length: random.below(3) }, item),
      ]),
    );
    try {
      readManifest({ result: random.chance(0.05) ? random.json() : { options: [], rpcmethods: [], ...result } }, '/p');
    } catch (error) {
      expect(error).toBeInstanceOf(ManifestError);
    }
  }
});

test('whatever a plugin answers to a hook is an answer, or why it is none', () => {
  const random = new Random(5);
  for (let i = 0; i < 2_000; i++) {
    const answer = random.chance(0.5) ? random.json() : { result: random.json() };
    const read = readAnswer(random.pick(['rpc_command', 'htlc_accepted', 'invoice_payment', 'nosuch']), answer);
    expect(typeof read === 'string' || typeof read.last === 'boolean').toBe(true);
  }
});
