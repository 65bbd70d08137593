import { payments } from '../plugins/held.js';

/** `it is`, `they are`. */
export const theyAre = (count: number): string => (count === 1 ? 'it is' : 'they are');

/** What becomes of a plugin that a command would have stopped in the end, but that holds payments. */
export const leftRunningText = (count: number, plugin: string, node: string): string =>
  `holds ${payments(count)}, so it runs on: once ${theyAre(count)} settled or cancelled, ln-play plugin stop ${node} ${plugin}`;
