import { swapBack, swapPaths } from './swap.js';

/** What runs when a tracer is killed: `node heal.js <lightning-rpc>` puts lightningd's socket back. */
await swapBack(swapPaths(process.argv[2]!));
