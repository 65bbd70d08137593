import type { Command, Happening, Method, NodeDetails } from '../src/api-types.js';
import type { FakePlayground } from './fake-playground.js';

const command = (
  usage: string,
  heading: string,
  summary: string,
  options: Command['options'] = [],
  changes = true,
): Command => {
  const name = usage.split(/ [<[]/)[0]!;
  const args = [...usage.matchAll(/([<[])([\w-]+)(\.\.\.)?[>\]]/g)].map(([, open, arg, many]) => ({
    name: arg!,
    required: open === '<',
    many: many !== undefined,
  }));
  return { name, heading, usage, summary, args, options, examples: [`ln-play ${name}`], changes };
};

const option = (
  flag: string,
  summary: string,
  kind: 'text' | 'flag' | 'list' = 'flag',
  value: string | null = null,
) => ({
  name: flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  flag,
  summary,
  kind,
  value,
});

export const COMMANDS: readonly Command[] = [
  command('up [network-file]', 'The playground', 'start it again, or repair it', [
    option('--prune', 'also remove what the file has no more'),
  ]),
  command('status', 'The playground', 'what runs: daemons, nodes, channels', [], false),
  command('restart <daemon>', 'The playground', 'stop a node and start it again'),
  command('down', 'The playground', 'stop everything; all stays on disk'),
  command('destroy', 'The playground', 'stop everything and remove its files', [option('--yes', 'yes, remove them')]),
  command('connect <from> <to>', 'Nodes, channels and payments', 'connect a node to another'),
  command('fund <node> <amount>', 'Nodes, channels and payments', "send bitcoin to a node's wallet, in a block"),
  command(
    'open <from> <to> <amount>',
    'Nodes, channels and payments',
    'open a channel, and wait until both ends carry payments',
    [
      option('--feerate', 'of the funding transaction (253perkw)', 'text', 'feerate'),
      option('--private', 'do not announce the channel'),
    ],
  ),
  command(
    'invoice <node> <msat> [description]',
    'Nodes, channels and payments',
    "make an invoice, of an amount or of 'any'",
    [option('--label', 'its unique label (random)', 'text', 'label')],
  ),
  command('pay <node> <bolt11>', 'Nodes, channels and payments', 'have a node pay an invoice', [
    option('--amount', 'for an invoice that leaves it to the payer', 'text', 'msat'),
  ]),
  command('close <from> <to>', 'Nodes, channels and payments', 'close the channel between two nodes', [
    option('--channel', 'its short channel id', 'text', 'channel'),
    option('--force', 'with its commitment transaction'),
  ]),
  command('mine [blocks]', 'The chain', 'mine blocks, and wait until every node has seen them', [
    option('--every', 'a block by the clock: 30s', 'text', 'duration'),
    option('--stop', 'end mining by the clock'),
  ]),
  command('feerate [feerate]', 'Weather', 'what bitcoind is taken to estimate'),
  command('reorg [blocks]', 'Weather', 'replace the last blocks by others'),
  command('partition <groups...>', 'Weather', 'have groups of nodes reach each other no longer'),
  command('heal', 'Weather', 'connect the groups of a partition again', [option('--all', 'take back all weather')]),
  command('link <from> <to>', 'Weather', 'slow, cut by chance, or down', [
    option('--latency', 'so much later', 'text', 'duration'),
  ]),
  command('crash <daemon>', 'Weather', 'end a node with all its parts at once'),
  command('freeze <daemon> [duration]', 'Weather', 'hold a node in the middle of whatever it does'),
  command('thaw [daemon]', 'Weather', 'let what is frozen go on'),
  command('snapshot save [snapshot-name]', 'Snapshots', 'save the playground as it stands', [
    option('--note', 'what it is of', 'text', 'text'),
  ]),
  command('snapshot restore <snapshot>', 'Snapshots', 'put the whole playground back as it was', [
    option('--yes', 'do not ask'),
  ]),
  command('balance [from] [to]', 'Traffic', 'even the channels between two nodes', [option('--all', 'all channels')]),
  command('plugin start <node> <file> [options...]', 'Plugins', 'start a plugin on a running node'),
  command('plugin list <node>', 'Plugins', "a running node's plugins", [], false),
];

const BOLT11 = `lnbcrt100u1p${'qpzry9x8gf2tvdw0s3jn54khce6mua7l'.repeat(9)}`;

/** What a command would answer; some change the playground a little. */
export function runFake(
  playground: FakePlayground,
  name: string,
  { args = [] }: { args?: readonly string[] },
): { reply: unknown; happenings: Happening[]; status: number } {
  if (name === 'mine') {
    const happenings = Array.from({ length: Number(args[0] ?? 1) }, () => playground.mine());
    const text = `${happenings.length} blocks, the chain is ${playground.state.bitcoind.blocks} high`;
    return {
      reply: { json: { blocks: playground.state.bitcoind.blocks }, text, exit_code: 0 },
      happenings,
      status: 200,
    };
  }
  if (name === 'fund')
    return {
      reply: {
        error: {
          code: 'WRONG_AMOUNT',
          message: `'${args[1]}' is no amount`,
          hint: 'an amount with its unit: 0.5btc, 1000sat',
          details: [],
        },
      },
      happenings: [],
      status: 400,
    };
  const json =
    name === 'invoice' ? { bolt11: BOLT11, payment_hash: 'cd'.repeat(32), label: 'shoes' } : { done: name, args };
  const text = name === 'invoice' ? BOLT11 : `${name} ${args.join(' ')}: done`;
  const happening = playground.happening('command', args[0] ?? null, `ln-play ${name} ${args.join(' ')}`, json);
  return { reply: { json, text, exit_code: 0 }, happenings: [happening], status: 200 };
}

export const help = (): Method[] => [
  { command: 'getinfo', category: 'utility', description: 'Show information about this node', parameters: [] },
  {
    command: 'invoice',
    category: 'payment',
    description: 'Create an invoice',
    parameters: [
      { name: 'amount_msat', type: 'msat_or_any', required: true },
      { name: 'label', type: 'string', required: true },
      { name: 'description', type: 'string', required: true },
      { name: 'expiry', type: 'u64', required: false },
    ],
  },
  {
    command: 'listpeerchannels',
    category: 'network',
    description: 'Show channels',
    parameters: [{ name: 'id', type: 'pubkey', required: false }],
  },
  { command: 'shop-url', category: 'plugin', description: 'A method of a plugin', parameters: null },
];

export function nodeDetails(playground: FakePlayground, name: string): NodeDetails {
  const node = playground.state.nodes.find((each) => each.name === name);
  const id = node?.id ?? null;
  return {
    name,
    info: {
      id,
      alias: node?.alias,
      color: node?.color,
      version: node?.version,
      blockheight: 112,
      num_peers: 2,
      network: 'regtest',
    },
    config: {
      configs: {
        network: { value_str: 'regtest', source: 'cmdline' },
        'fee-base': { value_int: 1, source: 'default' },
        'log-level': { value_str: 'debug', source: '/home/ann/.ln-play/l1/config:3' },
      },
    },
    funds: {
      outputs: [
        {
          txid: 'aa'.repeat(32),
          output: 0,
          amount_msat: 99_000_000_000,
          status: 'confirmed',
          blockheight: 104,
          address: 'bcrt1qexample',
        },
      ],
      channels: [],
    },
    channels: playground.state.channels
      .filter(({ from, to }) => from === name || to === name)
      .map(({ short_channel_id, total_msat, to_from_msat, state }) => ({
        short_channel_id,
        total_msat,
        to_us_msat: to_from_msat,
        state,
      })),
    peers: [{ id: '02'.repeat(33), connected: true, netaddr: ['/tmp/play/l2/peer'], features: '08a0000a0a69a2' }],
    invoices: [
      {
        label: 'shoes',
        status: 'unpaid',
        amount_msat: 10_000_000,
        description: 'a pair of shoes',
        bolt11: BOLT11,
        expires_at: 1_900_000_000,
        payment_hash: 'cd'.repeat(32),
      },
      {
        label: 'hat',
        status: 'paid',
        amount_msat: 2_000_000,
        amount_received_msat: 2_000_000,
        description: '<b>hat</b>',
        bolt11: BOLT11,
        payment_hash: 'ce'.repeat(32),
      },
    ],
    payments: [
      {
        payment_hash: 'cd'.repeat(32),
        status: 'complete',
        amount_msat: 2_000_000,
        amount_sent_msat: 2_000_010,
        created_at: 1_796_000_000,
        destination: '03'.repeat(33),
      },
    ],
    forwards: { error: { message: 'the node does not answer', hint: 'ln-play restart l1' } },
    plugins: [{ name: '/usr/libexec/plugins/pay', active: true, dynamic: true }],
    connect: [
      { label: 'RPC socket', value: `/home/ann/.ln-play/${name}/regtest/lightning-rpc` },
      { label: 'lightning-cli', value: `lightning-cli --network=regtest --lightning-dir=/home/ann/.ln-play/${name}` },
      { label: 'Peers', value: `${id ?? ''}@/home/ann/.ln-play/${name}/peer` },
    ],
    processes: [
      { pid: 4123, command: 'lightningd --lightning-dir=/home/ann/.ln-play/l1', cpu: 0.4, memory_kb: 61_200 },
    ],
  };
}
