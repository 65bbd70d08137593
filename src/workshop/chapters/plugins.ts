import type { Chapter } from '../chapter.js';

/** The second half of the talk: plugins, from the stupidest that there can be to one that a library writes half of. */
export const PLUGINS: readonly Chapter[] = [
  {
    title: 'The stupidest plugin of the world',
    about:
      'A plugin is a program that lightningd starts and speaks JSON with, over standard input and output. Let us listen.',
    steps: [
      {
        type: [
          'cat > mute.sh << END',
          '#!/bin/sh',
          'echo \\$\\$ > plugin.pid',
          'cat > plugin.log',
          'END',
          'chmod +x mute.sh',
        ].join('\n'),
        before: 'Whatever it gets, it puts into plugin.log. It never answers.',
        expect: [],
        after: 'Three lines of shell. Never write a real plugin in shell; but it shows what goes over the wire.',
      },
      {
        type: 'l1 plugin start "$PWD/mute.sh" > started.txt &',
        expect: [],
        after: 'The & has it go on in the background, which is as well: it will not come back for a while.',
      },
      {
        type: 'cat "$LN_PLAY_DIR/l1/regtest/plugin.log"',
        expect: [/getmanifest/],
        eventually: true,
        after:
          'lightningd asks: getmanifest, what do you support? Nobody answers. After 60 seconds it would give up on the plugin.',
      },
      {
        type: 'kill "$(cat "$LN_PLAY_DIR/l1/regtest/plugin.pid")"; wait; cat started.txt',
        before: 'We have no 60 seconds. The plugin dies before its time.',
        expect: [/"code"/, /"message"/],
        show: [/code|message/],
        after: 'A plugin that dies before it has answered: lightningd says which one, and goes on without it.',
      },
    ],
  },
  {
    title: 'A plugin that answers',
    about: 'One that says what it supports: an option, and a method. From then on they are a part of the node.',
    steps: [
      {
        type: 'ln-play -q plugin new dumb --template shell',
        makes: 'dumb',
        expect: [],
        after: 'A folder with a plugin that runs at once, and its test.',
      },
      {
        type: 'grep -v "^ *#" dumb/dumb.sh',
        expect: [/getmanifest/, /dumbmethod/],
        after: 'It reads until it finds the id of a request, and answers with the same id.',
      },
      {
        type: 'lightningd --lightning-dir="$LN_PLAY_DIR/l1" --plugin="$PWD/dumb/dumb.sh" --help',
        before: 'Among the options of lightningd there is now that of the plugin.',
        expect: [/--dumboption/],
        show: [/dumboption/],
        after: 'lightningd has started the plugin and asked it, just to be able to print this.',
      },
      {
        type: [
          'echo "plugin=$PWD/dumb/dumb.sh" >> "$LN_PLAY_DIR/l1/config"',
          'echo "dumboption=not so dumb" >> "$LN_PLAY_DIR/l1/config"',
          'ln-play restart l1',
        ].join('\n'),
        before: 'What can stand on the command line can stand in the config, options of plugins too.',
        expect: [/l1 runs again/],
        after: 'From now on the node starts the plugin by itself.',
      },
      {
        type: 'l1 dumbmethod',
        expect: [/"dumb": "answer"/],
        after: "From a user's point of view a plugin is a part of the node: its method is as good as any.",
      },
      {
        type: 'grep init "$LN_PLAY_DIR/l1/regtest/dumb.log"',
        expect: [/not so dumb/],
        after: 'After getmanifest came init: with the value of its option, and with the folder and socket of the node.',
      },
    ],
  },
  {
    title: 'A method that hangs',
    about: 'What becomes of a call that a plugin never answers? In the talk, it hangs for ever.',
    steps: [
      {
        type: [
          `sed -e '/"dumb":"answer"/d' -e s/dumb/hang/g dumb/dumb.sh > hang.sh`,
          'chmod +x hang.sh',
          'ln-play plugin start l1 hang.sh',
        ].join('\n'),
        before: 'The same plugin with other names, and without the line that answers.',
        expect: [/l1 runs hang\.sh/],
        after: 'It has answered getmanifest and init, so all seems well.',
      },
      {
        type: 'l1 hangmethod > hung.txt &',
        expect: [],
        after: 'It would wait here for ever; without the &, Ctrl-C would be the way out.',
      },
      {
        type: 'cat "$LN_PLAY_DIR/l1/regtest/hang.log"',
        expect: [/hangmethod"/],
        eventually: true,
        show: [/hangmethod"/],
        after: 'The question has come to the plugin, with an id, and lightningd waits for an answer with that id.',
      },
      {
        type: 'ln-play plugin stop l1 hang.sh; wait; cat hung.txt',
        expect: [/"code"/, /"message"/],
        show: [/code|message/],
        after: 'When the plugin goes, whoever waits for it is told.',
      },
    ],
  },
  {
    title: 'Hello, world',
    about: 'A library reads the JSON and answers with the right id, so that the plugin is only what it does.',
    again: 'ln-play plugin start l1 hello/hello.js',
    steps: [
      {
        type: 'ln-play -q plugin new hello --template javascript',
        makes: 'hello',
        before: 'In Python it is the same: --template python, with pyln-client.',
        expect: [],
        after: 'Another folder, another plugin.',
      },
      {
        type: 'cat hello/hello.js',
        expect: [/plugin\.method\('hello'/, /plugin\.run/],
        after: 'An option, a method, two subscriptions: things that it wants to be told of.',
      },
      {
        type: 'ln-play plugin start l1 hello/hello.js',
        expect: [/l1 runs hello\.js/],
        after: 'With no restart of the node: most plugins can be started and stopped while it runs.',
      },
      { type: 'l1 hello world', expect: [/[Hh]ello.*world/], after: 'The method hello is there.' },
      {
        type: "l1 help | grep 'hello'",
        expect: [/hello \[name\]/],
        after: 'help shows it beside those of lightningd itself.',
      },
    ],
  },
  {
    title: 'Running a plugin by hand',
    about: 'We are lightningd now. When something goes wrong, this is how to see what.',
    steps: [
      {
        type: [
          'cat > questions.txt << END',
          '{"jsonrpc":"2.0","id":1,"method":"getmanifest","params":{}}',
          '',
          '{"jsonrpc":"2.0","id":2,"method":"init","params":{"options":{"dumboption":"x"},"configuration":{}}}',
          '',
          '{"jsonrpc":"2.0","id":3,"method":"hello","params":["you"]}',
          '',
          'END',
        ].join('\n'),
        before: 'What lightningd would write to it: getmanifest, init, and a call. But look at the option in init.',
        expect: [],
        after: 'Each message has an id, and ends with an empty line.',
      },
      {
        type: 'hello/hello.js < questions.txt',
        expect: [/"rpcmethods"/, /undefined you/],
        after: 'The manifest is well. But dumboption is none of its options: it misses greeting, and says "undefined".',
      },
      {
        type: `sed 's/"dumboption":"x"/"greeting":"Ciao"/' questions.txt | hello/hello.js`,
        expect: [/Ciao you/],
        after:
          'With the option that it asked for, it greets. It still misses configuration, which says where its node is.',
      },
      {
        type: 'ln-play plugin check --show hello/hello.js',
        expect: [/getmanifest/, /init/],
        after:
          'The same, done for you: every message both ways, how fast each answer came, and what lightningd would object to.',
      },
      {
        type: 'ln-play plugin check --option dumboption=x hello/hello.js',
        expect: [/dumboption/],
        exitCode: 1,
        show: [/dumboption|greeting|would/],
        after: 'lightningd would never send an option that the plugin has not asked for: it would refuse to start.',
      },
      {
        type: 'ln-play plugin call hello/hello.js hello you',
        expect: [/[Hh]ello.*you/],
        after: 'A method called without any node. That is quick enough to do at each save.',
      },
    ],
  },
];
