import { Plugin } from './lightning-plugin.js';
const plugin = new Plugin();
plugin.option({ name: 'greeting', type: 'string', default: 'Hello', description: 'The greeting to use' });
plugin.method('hello', '[name]', (params) => {
    const name = (Array.isArray(params) ? params[0] : params.name) ?? 'world';
    plugin.log(`greeting ${name}`);
    return { greeting: `${String(plugin.options['greeting'])} ${name}` };
});
plugin.subscribe('connect', ({ connect }) => plugin.log(`connected to ${connect.id}`));
plugin.subscribe('disconnect', ({ disconnect }) => plugin.log(`disconnected from ${disconnect.id}`));
plugin.onInit(async () => {
    const { id } = await plugin.rpc('getinfo');
    plugin.log(`my-plugin runs on ${id}`);
});
plugin.run();
