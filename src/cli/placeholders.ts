import type { CompletionContext } from './completion/values.js';

/** What stands for a value in a command's usage or in an option's flags. */
interface Placeholder {
  /** What `--help` says of it. */
  readonly about: string;
  /** What can be there; without it, a file or free text. */
  readonly values?: (context: CompletionContext) => readonly string[] | Promise<readonly string[]>;
}

const nodes = ({ nodeNames }: CompletionContext): Promise<readonly string[]> => nodeNames();
const node: Placeholder = { about: 'a node of the playground: l1', values: nodes };

const perNode = (about: string, mark: string, after: readonly string[]): Placeholder => ({
  about,
  values: async ({ nodeNames }) => (await nodeNames()).flatMap((name) => after.map((text) => `${name}${mark}${text}`)),
});

/** By the name between the brackets, of arguments and of options' values. */
export const PLACEHOLDERS: { readonly [name: string]: Placeholder } = {
  node,
  'network-file': {
    about: 'a network file, YAML or JSON; without it, LN_PLAY_FILE or ln-play.yaml here, if there is one',
  },
  shape: {
    about: 'a shape and how many nodes, or a network that comes along: star:6',
    values: async () => {
      const { SHAPES } = await import('../network-file/topologies.js');
      const { templateNames } = await import('../network-file/templates.js');
      return [...SHAPES.map((shape) => `${shape}:`), ...(await templateNames())];
    },
  },
  nodes: { about: 'how many, or their names: alice,bob' },
  where: { about: 'kubernetes or podman', values: () => ['kubernetes', 'podman'] },
  'kind=image': { about: 'such as embedded=localhost/ln-play', values: () => ['bitcoind=', 'cln=', 'embedded='] },
  action: { about: 'clear', values: () => ['clear'] },
  percentage: { about: 'such as 50%' },
  command: { about: 'a program to run, with its arguments; all ends with it' },
  port: { about: 'a TCP port of 127.0.0.1' },
  snapshot: { about: 'a snapshot of the playground', values: ({ snapshots }) => snapshots() },
  'snapshot-name': { about: 'what to call it (s1, s2, …)' },
  archive: { about: 'a file of a snapshot: funded.tar.gz' },
  'new-dir': { about: 'a folder that has no playground' },
  source: { about: "a file of a snapshot, a snapshot's folder, or the name of one of the default playground's" },
  text: { about: 'a few words' },
  csv: { about: 'a file that is not there yet' },
  duration: { about: 'such as 30s, 10m or 1h' },
  from: { ...node, about: 'the node that begins: it connects, opens, closes' },
  to: { ...node, about: 'the node at the other end' },
  daemon: {
    about: 'a node of the playground, or bitcoind',
    values: async (context) => [...(await nodes(context)), 'bitcoind'],
  },
  method: { about: "one of the node's methods: getinfo", values: ({ methods }) => methods() },
  page: {
    about: 'an RPC method, or lightningd-config; all pages without it',
    values: async () => {
      const { CONFIG_PAGE, readManual } = await import('../cln/manual.js');
      return [...Object.keys(readManual().pages), CONFIG_PAGE];
    },
  },
  params: { about: 'as lightning-cli takes them: in order, or as key=value' },
  amount: { about: 'such as 10sat or 0.042btc; a bare number is sat' },
  msat: { about: "such as 24msat or 10sat; a bare number is msat, as in Core Lightning's own methods" },
  feerate: {
    about: 'such as 253perkw, 6blocks or normal',
    values: () => ['253perkw', 'slow', 'normal', 'urgent', 'minimum', 'opening', 'mutual_close', 'unilateral_close'],
  },
  perkw: { about: 'such as 5000perkw; a bare number is perkb, as in lightningd' },
  blocks: { about: 'how many (1)' },
  address: { about: 'a bitcoin address: bcrt1…' },
  n: { about: 'how many' },
  groups: { about: 'nodes, with commas between them: l1,l2', values: nodes },
  percent: { about: 'such as 5%' },
  txid: { about: 'of a transaction: 64 hex digits' },
  description: { about: 'what the invoice is for' },
  bolt11: { about: 'an invoice: lnbcrt…' },
  name: { about: "the plugin's name, and its folder's" },
  file: { about: "the plugin's file" },
  paths: { about: "plugins' files, or folders of them" },
  options: { about: "values for the plugin's options: NAME=VALUE, or just NAME for a flag" },
  plugin: { about: 'its file, or its name as `plugin list` has it', values: ({ plugins }) => plugins() },
  channel: { about: 'a short channel id: 103x1x0', values: ({ channels }) => channels() },
  shell: { about: 'bash, zsh or fish', values: () => ['bash', 'zsh', 'fish'] },
  template: {
    about: 'what it is made from',
    values: async () => (await import('../plugins/scaffold/templates.js')).TEMPLATES.map(({ name }) => name),
  },
  program: { about: 'lightningd or bitcoind', values: () => ['lightningd', 'bitcoind'] },
  version: { about: "of Core Lightning's releases: v25.12", values: ({ installed }) => installed() },
  system: {
    about: "as in the releases' names: ubuntu-24.04, fedora-40",
    values: () => ['ubuntu-22.04', 'ubuntu-24.04', 'ubuntu-26.04'],
  },
  lightningd: {
    about: "a path, an installed version, or 'embedded'",
    values: async ({ installed }) => ['embedded', ...(await installed())],
  },
  'node=lightningd': {
    about: 'for example l2=embedded',
    values: async ({ nodeNames, installed }) => {
      const programs = ['embedded', ...(await installed()), ''];
      return (await nodeNames()).flatMap((name) => programs.map((program) => `${name}=${program}`));
    },
  },
  'node:key=value': perNode('for example l1:fee-base=5', ':', ['']),
  'node:subdaemon': {
    about: 'for example l2:connectd',
    values: async ({ nodeNames }) => {
      const { SUBDAEMONS } = await import('../daemons/subdaemons.js');
      return (await nodeNames()).flatMap((name) => SUBDAEMONS.map((subdaemon) => `${name}:${subdaemon}`));
    },
  },
};

/** The placeholders of a usage or of flags, in order: `['node', 'amount']`. */
export const placeholdersOf = (usage: string): string[] =>
  Array.from(usage.matchAll(/[<[]([\w:=-]+)(?:\.\.\.)?[>\]]/g), ([, name]) => name!);
