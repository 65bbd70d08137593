import type { CommandSpec } from './command-spec.js';
import { AGENTS } from './table/agents.js';
import { CHAIN } from './table/chain.js';
import { EXPORTS } from './table/exports.js';
import { HELP } from './table/help.js';
import { LIGHTNING } from './table/lightning.js';
import { NETWORKS } from './table/networks.js';
import { PLAYGROUND } from './table/playground.js';
import { INSTALLING } from './table/programs.js';
import { PLUGINS } from './table/plugins.js';
import { SNAPSHOTS } from './table/snapshots.js';
import { TALK } from './table/talk.js';
import { TESTS } from './table/tests.js';
import { TRAFFIC } from './table/traffic.js';
import { WEATHER } from './table/weather.js';
import { WEB } from './table/web.js';

/** Commands that belong together, under a heading of the help. */
export interface CommandGroup {
  readonly heading: string;
  readonly commands: readonly CommandSpec[];
}

/** All commands, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { heading: 'The talk, step by step', commands: TALK },
  { heading: 'The playground', commands: PLAYGROUND },
  { heading: 'In the browser', commands: WEB },
  { heading: 'Network files', commands: NETWORKS },
  { heading: 'Nodes, channels and payments', commands: LIGHTNING },
  { heading: 'The chain', commands: CHAIN },
  { heading: 'Weather', commands: WEATHER },
  { heading: 'Snapshots', commands: SNAPSHOTS },
  { heading: 'Traffic', commands: TRAFFIC },
  { heading: 'Networks elsewhere', commands: EXPORTS },
  { heading: 'Plugins', commands: PLUGINS },
  { heading: 'Tests', commands: TESTS },
  { heading: 'Agents', commands: AGENTS },
  { heading: 'Programs', commands: INSTALLING },
  { heading: 'Help', commands: HELP },
];

export const COMMANDS: readonly CommandSpec[] = COMMAND_GROUPS.flatMap(({ commands }) => commands);
