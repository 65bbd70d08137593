import type { Chapter } from '../chapter.js';

/** The second half of the talk: plugins, from the stupidest that there can be to a web server that asks for money. */
export const PLUGINS: readonly Chapter[] = [
  {
    title: 'The stupidest plugin of the world',
    about:
      'A plugin is a program that lightningd starts and speaks JSON with, over standard input and output. Let us listen.',
    steps: [
      {
        type: "printf '%s\\n' '#!/bin/sh' 'echo $$ > plugin.pid' 'cat > plugin.log' > mute.sh && chmod +x mute.sh && cat mute.sh",
        before: 'Whatever it gets, it puts into plugin.log. It never answers.',
        expect: [/cat > plugin\.log/],
        after: 'Three lines of shell. Never write a real plugin in shell; but it shows what goes over the wire.',
      },
      {
        type: 'l1 plugin start "$PWD/mute.sh" > started.txt & log="$LN_PLAY_DIR/l1/regtest/plugin.log"; until [ -s "$log" ]; do sleep 0.05; done; cat "$log"',
        expect: [/getmanifest/],
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
      {
        type: 'ln-play -q plugin new dumb --template shell && grep -v "^ *#" dumb/dumb.sh',
        expect: [/getmanifest/, /dumbmethod/],
        after:
          'This one reads until it finds the id of a request, and answers with the same id: an option, and a method.',
      },
      {
        type: 'ln-play plugin start l1 dumb/dumb.sh && l1 dumbmethod',
        expect: [/"dumb": "answer"/],
        after: "From a user's point of view a plugin is a part of the node: its method is as good as any.",
      },
    ],
  },
  {
    title: 'Hello, world',
    about: 'A library reads the JSON and answers with the right id, so that the plugin is only what it does.',
    steps: [
      {
        type: 'ln-play -q plugin new hello --template javascript && cat hello/hello.js',
        before: 'In Python it is the same: --template python, with pyln-client.',
        expect: [/plugin\.method\('hello'/, /plugin\.run/],
        after: 'An option, a method, two subscriptions: things that it wants to be told of.',
      },
      {
        type: 'ln-play plugin start l1 hello/hello.js && l1 hello world',
        expect: [/[Hh]ello.*world/],
        after: 'The method hello is there, with no restart of the node.',
      },
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
        type: `printf '{"jsonrpc":"2.0","id":1,"method":"getmanifest","params":{}}\\n\\n' | hello/hello.js`,
        expect: [/"options"/, /"rpcmethods"/],
        after: 'We wrote what lightningd writes, and got the manifest: options, methods, subscriptions.',
      },
      {
        type: 'ln-play plugin check --show hello/hello.js',
        expect: [/getmanifest/, /init/],
        after:
          'The same, done for you: every message both ways, how fast each answer came, and what lightningd would object to.',
      },
      {
        type: 'ln-play plugin call hello/hello.js hello you',
        expect: [/[Hh]ello.*you/],
        after: 'A method called without any node. That is quick enough to do at each save.',
      },
    ],
  },
  {
    title: 'A web server with three bugs',
    about: 'A plugin can be a web server: each visit gives a fresh invoice. We write it as the talk did, bugs and all.',
    steps: [
      {
        type: [
          'ln-play -q plugin new web --template web-invoice && cp web/web.js web/right.js',
          "sed -i.bak '/node:crypto/d; s/, label, description })/, label })/; s/const { bolt11 }/const bolt11/' web/web.js",
          'sed -n "/async function visit/,/^}/p" web/web.js',
        ].join('\n'),
        expect: [/invoice/],
        after:
          'A random label, since a label must be unique: it keeps a retry from making a second invoice. Now let us visit it.',
      },
      {
        type: 'ln-play plugin start l1 web/web.js web-port=0 && url=$(l1 web-url | grep -o "http[^\\"]*") && curl -s "$url"; until grep "not defined" "$LN_PLAY_DIR/l1/log"; do sleep 0.1; done',
        expect: [/randomBytes is not defined/],
        show: [/no invoice|not defined/],
        after: 'The first bug is in the log: a name that nobody imported.',
      },
      {
        type: 'sed -i.bak "2i import { randomBytes } from \'node:crypto\';" web/web.js; ln-play plugin stop l1 web/web.js; ln-play plugin start l1 web/web.js web-port=0 && url=$(l1 web-url | grep -o "http[^\\"]*") && curl -s "$url"; until grep "required parameter" "$LN_PLAY_DIR/l1/log"; do sleep 0.1; done',
        before: 'Import it, stop the plugin, start it. (ln-play plugin watch does these two at each save.)',
        expect: [/description/],
        show: [/no invoice|description/],
        after:
          'The second: an invoice needs a description. It tells the payer what they get: "one pair of shoes, to this address".',
      },
      {
        type: 'sed -i.bak "s/, label })/, label, description: \'Get a better description\' })/" web/web.js; ln-play plugin stop l1 web/web.js; ln-play plugin start l1 web/web.js web-port=0 && url=$(l1 web-url | grep -o "http[^\\"]*") && curl -s "$url"',
        expect: [/\[object Object\]/],
        after: 'The third: invoice answers with an object, and we want its bolt11 alone.',
      },
      {
        type: 'cp web/right.js web/web.js; ln-play plugin stop l1 web/web.js; ln-play plugin start l1 web/web.js web-port=0 && url=$(l1 web-url | grep -o "http[^\\"]*") && bolt11=$(curl -s "$url") && echo "$bolt11"',
        expect: [/lnbcrt240p1/],
        after: 'There it is: lnbcrt, the invoice of regtest, for 24 millisatoshi.',
      },
    ],
  },
];
