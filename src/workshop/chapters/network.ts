import type { Chapter } from '../chapter.js';

/** The first half of the talk: two nodes, their config, and a connection between them. */
export const NETWORK: readonly Chapter[] = [
  {
    title: 'Set up',
    about: 'A chain of our own and two lightning nodes on it. On regtest we mine whenever we want a block.',
    again: 'ln-play up && eval "$(ln-play env)"',
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
        expect: [/"network": "regtest"/, /"alias": "/],
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
    title: 'Starting lightningd by hand',
    about: 'The nodes have been started for us. It is no magic: let us stop one, and do it ourselves.',
    steps: [
      {
        type: 'grep -v "^#" "$LN_PLAY_DIR/l2/config"',
        expect: [/network=regtest/, /bind-addr=/, /log-level=debug/],
        after:
          'What could stand on the command line stands in the config of the node: network, log, where bitcoind is.',
      },
      { type: 'l2 stop', expect: [], after: 'It is asked over its socket, and ends in order.' },
      {
        type: 'lightningd --lightning-dir="$LN_PLAY_DIR/l2" --bind-addr=127.0.0.1:$port --daemon',
        before: 'The folder is all that it has to be told. We add a port: usually 9735, here $port, which is free.',
        expect: [],
        eventually: true,
        after: '--daemon: it is ready, and goes on in the background. Without it, it would write its log here.',
      },
      {
        type: 'l2 getinfo | json binding',
        before: 'json is a small helper of this workshop: it prints one value of what it reads.',
        expect: [/local socket/, /127\.0\.0\.1/],
        after: 'It listens on the file of its config, and on our port. 9735 in hexadecimal, U+2607, is ☇, lightning.',
      },
    ],
  },
  {
    title: 'Two nodes, one port',
    about: 'Two nodes on one machine cannot share a TCP port. A unix socket is a file: there is room for any number.',
    steps: [
      { type: 'l1 stop', expect: [], after: 'Now the other one, by hand too.' },
      {
        type: 'lightningd --lightning-dir="$LN_PLAY_DIR/l1" --bind-addr=127.0.0.1:$port --log-file=-',
        before: 'On the same port, and with its log on the screen: we shall watch it fail.',
        expect: [/address already in use/i],
        exitCode: 1,
        eventually: true,
        show: [/address already in use/i],
        after: 'Address already in use: l2 has that port. With both on 9735, this is what everybody meets first.',
      },
      {
        type: 'lightningd --lightning-dir="$LN_PLAY_DIR/l1" --addr="$LN_PLAY_DIR/l1/file"',
        before: 'A file then. addr is where it listens, and what it tells the world.',
        expect: [/use --bind-addr/],
        exitCode: 1,
        after:
          'Nobody in the world could come to our file. In the talk lightningd crashed here; now it says what to do.',
      },
      {
        type: 'lightningd --lightning-dir="$LN_PLAY_DIR/l1" --bind-addr="$LN_PLAY_DIR/l1/file" --daemon',
        before: 'bind-addr is where it listens, and no more; announce-addr would be what it tells, and no more.',
        expect: [],
        after: 'That is what we want: only who is on this machine can connect to it.',
      },
      {
        type: 'l1 getinfo | json binding',
        expect: [/local socket/, /l1\/file/],
        after: 'Two sockets: one of the config, one of the command line.',
      },
      { type: 'l1 stop; l2 stop', expect: [], after: 'Enough by hand.' },
      {
        type: 'ln-play up',
        expect: [/l1\s+running/, /l2\s+running/],
        show: [/running/],
        eventually: true,
        after: 'ln-play starts what is down, and has them again.',
      },
    ],
  },
  {
    title: 'A debugger on a subdaemon',
    about: 'An aside. The talk looked into a crash of connectd, the daemon that makes and takes connections.',
    steps: [
      {
        type: [
          'connectd=$(pgrep -P "$(cat "$LN_PLAY_DIR/l2/lightningd-regtest.pid")" -f connectd)',
          'gdb -p "$connectd" -batch -ex bt',
        ].join('\n'),
        needs: {
          test: 'connectd=$(pgrep -P "$(cat "$LN_PLAY_DIR/l2/lightningd-regtest.pid")" -f connectd) && gdb -p "$connectd" -batch -ex "info inferiors" | grep "process $connectd"',
          without: 'There is no gdb that may attach to a process here, or no connectd (ln-play doctor)',
        },
        expect: [/#0 /],
        show: [/#\d+ /],
        after:
          'Where it is at this moment: it waits for something to happen. To have it wait for you as it starts: ln-play up --debugger l2:connectd.',
      },
    ],
  },
  {
    title: 'A name and a colour of your own',
    about: 'A config is there to be edited: with an editor (vi works here), or with echo, as the talk did.',
    steps: [
      {
        type: 'echo "alias=$alias" >> "$LN_PLAY_DIR/l1/config"',
        asks: {
          variable: 'alias',
          question: 'Any suggestions for an alias?',
          standard: 'satoshi',
          accept: /^\S(.{0,30}\S)?$/u,
        },
        expect: [],
        after: 'Up to 32 bytes of UTF-8, and no security around it at all: anybody may call themselves satoshi.',
      },
      {
        type: 'echo "rgb=$colour" >> "$LN_PLAY_DIR/l1/config"',
        asks: {
          variable: 'colour',
          question: 'And a colour, as RRGGBB?',
          standard: 'ff0000',
          accept: /^[0-9a-f]{6}$/i,
        },
        expect: [],
        after: 'All red, no green, no blue, if you took ours. Of two lines with one name the last one counts.',
      },
      {
        type: 'ln-play restart l1',
        expect: [/l1 runs again/],
        after: 'Stopped by RPC, started again with what the config says now.',
      },
      {
        type: 'l1 getinfo',
        expect: [/"alias": "/, /"color": "[0-9a-f]{6}"/],
        show: [/"(id|alias|color)"/],
        after: 'The node has a new name, and the same id.',
      },
    ],
  },
  {
    title: 'The manual pages',
    about: 'There are some pretty good manual pages: one for each method, and one for all the options.',
    steps: [
      {
        type: 'ln-play man getinfo',
        before:
          'Type this yourself, and it comes in a pager. Where Core Lightning is installed: man lightning-getinfo.',
        expect: [/getinfo/, /alias/, /color/],
        show: [/^(NAME|SYNOPSIS|DESCRIPTION)/, /^ *getinfo\b/, /\b(alias|color) \(/],
        after: 'What it is for, what it takes, what it answers, what can go wrong. ln-play man lists them all.',
      },
      {
        type: 'ln-play man lightningd-config',
        expect: [/alias/, /bind-addr/, /rgb/],
        show: [/^\s*(--|• )(alias|rgb|addr|bind-addr|announce-addr|log-level)[ =]/],
        after: 'On the command line an option has two dashes before it, in the config none.',
      },
    ],
  },
  {
    title: 'Deprecated APIs',
    about: 'An API that is going away should hurt now, not in half a year.',
    steps: [
      {
        type: 'grep deprecated "$LN_PLAY_DIR/l1/config"',
        expect: [/allow-deprecated-apis=false/],
        after: 'Always set this when you develop: old ways of asking are refused, so that you cannot get used to them.',
      },
      {
        type: 'l1 getroute "$(l2 getinfo | json id)" 1000 1',
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
        type: 'id1=$(l1 getinfo | json id)\nid2=$(l2 getinfo | json id)\necho "$id2"',
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
        after:
          'l1 has l2 as a peer. Ask l2, and it has l1. There is no channel yet: connected is not the same as able to pay.',
      },
    ],
  },
  {
    title: 'What JSON is',
    about:
      'What we have seen all the time is JSON, the JavaScript Object Notation. Nearly every language reads it; bitcoind used it, so lightningd does.',
    steps: [
      {
        type: 'l1 listpeers',
        before: 'The same once more. Curly brackets hold an object: names, each with a value. Square ones hold a list.',
        expect: [/\{/, /\[/],
        after: 'An object with one name, peers. Its value is a list with one object in it, which is l2.',
      },
      {
        type: 'l1 listpeers | json peers 0 id',
        before: 'So a value is found by names and numbers, from the outside in; a list is counted from 0.',
        expect: [/^0[23][0-9a-f]{64}$/m],
        after: 'In the peers the first, and of that the id. With jq it would be: jq -r .peers[0].id',
      },
    ],
  },
];
