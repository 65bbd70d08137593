import type { Chapter } from '../chapter.js';

/** The first half of the talk: two nodes, their config, and a connection between them. */
export const NETWORK: readonly Chapter[] = [
  {
    title: 'Set up',
    about: 'A chain of our own and two lightning nodes on it. On regtest we mine whenever we want a block.',
    steps: [
      {
        type: 'ln-play up',
        expect: [/bitcoind\s+running/, /l1\s+running/, /l2\s+running/],
        show: [/running/],
        after: 'One bitcoind and two lightningd run in the background. Each has a folder below $LN_PLAY_DIR.',
      },
      {
        type: 'eval "$(ln-play env)"',
        expect: [],
        after: 'Now l1 and l2 call the two nodes, and bt calls bitcoind: the aliases of the talk.',
      },
      {
        type: 'l1 getinfo',
        expect: [/"network": "regtest"/, /"alias": "l1"/],
        show: [/"(id|alias|color|num_peers|version|blockheight|network)"/],
        after: 'The node introduces itself. The id is its public key: nobody else can answer for it.',
      },
      {
        type: 'ls -l "$LN_PLAY_DIR/l1/regtest"',
        expect: [/hsm_secret/, /lightning-rpc/],
        after:
          'hsm_secret: 32 bytes, from which all keys come. lightning-rpc: the socket that every command speaks to.',
      },
      {
        type: 'ln-play ps',
        expect: [/bitcoind/, /l1/, /l2/],
        after:
          'One process a job. In Core Lightning each peer gets a daemon of its own: one that misbehaves harms itself.',
      },
    ],
  },
  {
    title: 'Two nodes',
    about: 'Two nodes on one machine cannot share a TCP port. A unix socket is a file: there is room for any number.',
    steps: [
      {
        type: 'l2 getinfo | grep -A 5 \'"binding"\'',
        expect: [/local socket/, /l2\/peer/],
        after: 'l2 listens on a file. Only who is on this machine can connect to it, which is what we want here.',
      },
      {
        type: 'grep -v \'^#\' "$LN_PLAY_DIR/l2/config"',
        expect: [/network=regtest/, /bind-addr=/, /log-level=debug/],
        after:
          'What would stand on the command line stands in the config. bind-addr is where it listens; addr would tell the world.',
      },
    ],
  },
  {
    title: 'The config, and deprecated APIs',
    about: 'A config is there to be edited. And an API that is going away should hurt now, not in half a year.',
    steps: [
      {
        type: 'sed -i.bak \'s/^alias=.*/alias=satoshi/\' "$LN_PLAY_DIR/l1/config"',
        before: 'Any suggestions for an alias? Satoshi, ok. Not very original, but you win by being first.',
        expect: [],
        after: 'Up to 32 bytes of UTF-8, and no security around it at all: anybody may call themselves satoshi.',
      },
      {
        type: 'ln-play restart l1',
        expect: [/l1 runs again/],
        after: 'Stopped by RPC, started again with what the config says now.',
      },
      {
        type: 'l1 getinfo | grep alias',
        expect: [/"alias": "satoshi"/],
        after: 'The node has a new name, and the same id.',
      },
      {
        type: 'grep deprecated "$LN_PLAY_DIR/l1/config"',
        expect: [/allow-deprecated-apis=false/],
        after: 'Always set this when you develop: old ways of asking are refused, so that you cannot get used to them.',
      },
      {
        type: 'l1 getroute "$(l2 getinfo | sed -n \'s/.*"id": "\\(.*\\)".*/\\1/p\')" 1000 1',
        expect: [/deprecated/],
        exitCode: 1,
        show: [/code|message/],
        after: 'getroute is on its way out, and says so. With allow-deprecated-apis=true it would still have answered.',
      },
    ],
  },
  {
    title: 'Connect over a socket file',
    about: 'To connect you need the id of the other, for the handshake, and where it listens.',
    steps: [
      {
        type: 'id1=$(l1 getinfo | sed -n \'s/.*"id": "\\(.*\\)".*/\\1/p\'); id2=$(l2 getinfo | sed -n \'s/.*"id": "\\(.*\\)".*/\\1/p\'); echo "$id2"',
        expect: [/^0[23][0-9a-f]{64}/],
        after: 'Two shell variables with the two ids: we shall need them again.',
      },
      {
        type: 'l1 connect "$id2@$LN_PLAY_DIR/l2/peer"',
        expect: [/"id": "0[23]/],
        show: [/"(id|direction|type|socket)"/],
        after: 'Id, @, and the file in place of host and port.',
      },
      {
        type: 'l1 listpeers',
        expect: [/"connected": true/],
        show: [/"(id|connected|num_channels)"/],
        after:
          'l1 has l2 as a peer. Ask l2, and it has l1. There is no channel yet: connected is not the same as able to pay.',
      },
    ],
  },
];
