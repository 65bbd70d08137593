import { describe, expectTypeOf, test } from 'vitest';
import type { NetworkLiteral, NetworkSpec, Playground, PlaygroundOptions } from 'ln-play';
import { Playground as Real } from '../../../src/network/playground.js';

/** Nothing is run: `npm run check:types` is what fails. */
const types: (code: () => Promise<void>) => void = () => {};

describe('a network in the code', () => {
  test('nodes are known by their names', () => {
    types(async () => {
      const playground = await Real.start({
        network: {
          nodes: { alice: { alias: 'A' }, bob: null, client: { count: 2 } },
          channels: [{ from: 'alice', to: 'bob', capacity: '1btc', fee: { base: 1, ppm: 2 } }],
          traffic: [{ amount: ['1sat', 2], every: '1s' }],
        },
      });
      expectTypeOf(playground).toEqualTypeOf<Playground<'alice' | 'bob' | 'client'>>();
      playground.node('alice');
      playground.node('client2');
      // @ts-expect-error no such node
      playground.node('carol');

      const listed = await Real.start({ nodes: ['alice', { name: 'bob', listen: 'tcp' }] });
      expectTypeOf(listed).toEqualTypeOf<Playground<'alice' | 'bob'>>();
      const { playground: up } = await Real.up({ network: { nodes: { alice: {} } } });
      expectTypeOf(up).toEqualTypeOf<Playground<'alice'>>();
    });
  });

  test('what is not in the code may have any name', () => {
    types(async () => {
      const spec: NetworkSpec = { nodes: [], peers: [], channels: [], chain: {}, traffic: [] };
      const literal: NetworkLiteral = { nodes: {} };
      for (const network of ['net.yaml', spec, literal])
        expectTypeOf(await Real.start({ network })).toEqualTypeOf<Playground>();
      expectTypeOf(await Real.start()).toEqualTypeOf<Playground>();
      expectTypeOf(await Real.start({ nodes: 3 })).toEqualTypeOf<Playground>();
      expectTypeOf<Playground<'alice'>>().toExtend<Playground>();
    });
  });

  test('what no network has is refused', () => {
    types(async () => {
      // @ts-expect-error a key that there is not
      await Real.start({ network: { nodes: { alice: { alais: 'A' } } } });
      // @ts-expect-error no capacity
      await Real.start({ network: { nodes: { alice: {} }, channels: [{ from: 'alice', to: 'bob' }] } });
      // @ts-expect-error an option that there is not
      await Real.start({ netwrok: 'net.yaml' });
      // @ts-expect-error it was written wrong
      const options: PlaygroundOptions = { network: { nodes: { alice: { listen: 'udp' } } } };
      await Real.start(options);
    });
  });
});
