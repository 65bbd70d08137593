import { isReading } from '../cln/reading-methods.js';
import type { Given } from './given.js';

/** Who calls commands other than by typing them: a page in a browser, or an agent's tools. */
export type Caller = 'browser' | 'agent';

/** How a command lends itself to being called. */
export interface Suitability {
  readonly callers: readonly Caller[];
  /** Whether it changes something: the playground, the machine's files, what runs. */
  readonly changes: boolean | ((given: Given) => boolean);
  /** Whether something that cannot be had again is lost by it. */
  readonly loses?: true;
  /** Options that are for a terminal, by name. */
  readonly without?: readonly string[];
  /** Whether it goes on until somebody ends it. */
  readonly isEndless?: (given: Given) => boolean;
  /** Whether it ends the resident process, too: there it is run as a program of its own. */
  readonly endsResident?: true;
}

const BOTH: readonly Caller[] = ['browser', 'agent'];
const NOBODY: readonly Caller[] = [];

const NOT: Suitability = { callers: NOBODY, changes: true };
const READS: Suitability = { callers: BOTH, changes: false };
const CHANGES: Suitability = { callers: BOTH, changes: true };
const LOSES: Suitability = { ...CHANGES, loses: true };

const given = (name: string) => (call: Given) => call.options[name] !== undefined && call.options[name] !== false;
const isBare = ({ args, options }: Given): boolean => args.length === 0 && Object.keys(options).length === 0;
const ENDLESS: Suitability = { callers: ['browser'], changes: true, isEndless: () => true };

/** What there is to know of each command beyond its row in the table, by its name. What has no row here is not offered. */
export const SUITABILITY: { readonly [name: string]: Suitability } = {
  demo: NOT,
  'fund-and-channel': CHANGES,
  'pay-demo': CHANGES,
  workshop: NOT,

  up: { ...CHANGES, changes: (call) => !given('dry_run')(call), without: ['foreground', 'debugger', 'web'] },
  status: READS,
  env: NOT,
  logs: { ...READS, isEndless: given('follow') },
  ps: READS,
  restart: CHANGES,
  down: { ...CHANGES, endsResident: true },
  destroy: { ...LOSES, endsResident: true },

  web: NOT,

  topology: READS,
  schema: READS,

  cli: { ...CHANGES, changes: ({ args }) => !isReading(args[1] ?? '') },
  connect: CHANGES,
  fund: CHANGES,
  open: CHANGES,
  invoice: CHANGES,
  pay: CHANGES,
  decode: READS,
  close: CHANGES,
  wait: READS,

  mine: CHANGES,
  feerate: { ...CHANGES, changes: (call) => !isBare(call) },
  'slow-bitcoind': CHANGES,
  reorg: CHANGES,
  'fill-mempool': CHANGES,
  crash: CHANGES,
  freeze: CHANGES,
  thaw: CHANGES,
  partition: CHANGES,
  link: CHANGES,
  heal: CHANGES,

  'snapshot save': CHANGES,
  'snapshot list': READS,
  'snapshot restore': { ...LOSES, endsResident: true },
  'snapshot diff': READS,
  'snapshot rm': LOSES,
  'snapshot export': CHANGES,
  'snapshot import': CHANGES,
  clone: CHANGES,

  traffic: {
    ...CHANGES,
    isEndless: (call) => !['count', 'for', 'background', 'stop'].some((name) => given(name)(call)),
  },
  balance: CHANGES,

  'export network': { ...CHANGES, changes: ({ args }) => args.length > 0 },
  'export kubernetes': READS,
  'export compose': READS,
  'export warnet': READS,

  'plugin new': CHANGES,
  'plugin check': CHANGES,
  'plugin call': CHANGES,
  'plugin start': CHANGES,
  'plugin stop': CHANGES,
  'plugin list': READS,
  'plugin watch': ENDLESS,
  'plugin trace': ENDLESS,
  'rpc-trace': ENDLESS,

  cache: { ...CHANGES, changes: ({ args }) => args.length > 0 },
  'pool serve': NOT,

  mcp: NOT,

  install: { ...CHANGES, changes: (call) => !given('list')(call) },
  uninstall: CHANGES,

  man: READS,
  doctor: READS,
  completion: NOT,
  complete: NOT,
};
