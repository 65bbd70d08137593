import { Plugin } from './lightning-plugin.js';

const plugin = new Plugin();

plugin.option({ name: 'greeting', type: 'string', default: 'Hello', description: 'The greeting to use' });

plugin.method('hello', '[name]', (params: [name?: string] | { name?: string }) => {
  const name = (Array.isArray(params) ? params[0] : params.name) ?? 'world';
  plugin.log(`greeting ${name}`);
  return { greeting: `${String(plugin.options['greeting'])} ${name}` };
});

interface Peer {
  id: string;
}

plugin.subscribe('connect', ({ connect }: { connect: Peer }) => plugin.log(`connected to ${connect.id}`));
plugin.subscribe('disconnect', ({ disconnect }: { disconnect: Peer }) =>
  plugin.log(`disconnected from ${disconnect.id}`),
);

plugin.onInit(async () => {
  const { id } = await plugin.rpc<Peer>('getinfo');
  plugin.log(`my-plugin runs on ${id}`);
});

plugin.run();
