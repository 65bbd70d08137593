import { build } from './build.js';
import { checkNode } from './check-node.js';
checkNode();
const { main } = await import(new URL('bundle/resident.js', build()).href);
await main(process.argv.slice(2));
