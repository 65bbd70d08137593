import type { Chapter, WorkshopStep } from '../chapter.js';

/** Stops the plugin and starts it: the dance of the talk after each change. */
const dance = (before: string): WorkshopStep => ({
  type: 'ln-play plugin stop l1 web/web.js; ln-play plugin start l1 web/web.js web-port=$webport',
  before,
  expect: [/l1 runs web\.js/],
  after: '(ln-play plugin watch l1 web/web.js would do these two at each save.)',
});

const VISIT = 'curl -s http://127.0.0.1:$webport/';

/** The talk's web server that asks for money, bugs and all. */
export const WEB: readonly Chapter[] = [
  {
    title: 'A web server with three bugs',
    about: 'A plugin can be a web server: each visit gives a fresh invoice. We write it as the talk did, bugs and all.',
    steps: [
      {
        type: 'ln-play -q plugin new web --template web-invoice',
        makes: 'web',
        expect: [],
        after: 'A web server in a plugin, as it should be.',
      },
      {
        type: [
          'cp web/web.js web/right.js',
          "sed -i.bak -e '/node:crypto/d' -e 's/, description })/ })/' -e 's/{ bolt11 }/bolt11/' web/web.js",
        ].join('\n'),
        makes: 'web/right.js',
        before: 'Somebody in a hurry types it anew.',
        expect: [],
        after: 'Three little mistakes. We shall meet them one after another.',
      },
      {
        type: 'sed -n "/async function visit/,/^}/p" web/web.js',
        expect: [/invoice/],
        after: 'A random label, since a label must be unique: it keeps a retry from making a second invoice.',
      },
      {
        type: 'ln-play plugin start l1 web/web.js web-port=$webport',
        expect: [/l1 runs web\.js/],
        after: 'It runs, and it listens. Now let us visit it.',
      },
      {
        type: `${VISIT}\ngrep "not defined" "$LN_PLAY_DIR/l1/log"`,
        expect: [/no invoice/, /randomBytes is not defined/],
        eventually: true,
        after: 'The first bug is in the log: a name that nobody imported.',
      },
      {
        type: `sed -i.bak "s/^import { once }/import { randomBytes } from 'node:crypto'; &/" web/web.js`,
        before: 'You may mend it yourself, with vi web/web.js and then s; or import it like this.',
        expect: [],
        after: 'Once more, then.',
      },
      dance('The plugin runs already, so it must be stopped and started. lightningd goes on meanwhile.'),
      {
        type: `${VISIT}\ngrep "required parameter" "$LN_PLAY_DIR/l1/log"`,
        expect: [/no invoice/, /description/],
        eventually: true,
        after:
          'The second: an invoice needs a description. It tells the payer what they get: "one pair of shoes, to this address".',
      },
      {
        type: `sed -i.bak "s/, label })/, label, description: 'Get a better description' })/" web/web.js`,
        expect: [],
        after: 'Up to 640 bytes, and nobody but the two of them can hold each other to it.',
      },
      dance('Stop, start.'),
      {
        type: VISIT,
        expect: [/\[object Object\]/],
        after: 'The third: invoice answers with an object, and we want its bolt11 alone.',
      },
      { type: 'cp web/right.js web/web.js', expect: [], after: 'As it should be.' },
      dance('Stop, start, for the last time.'),
      {
        type: `bolt11=$(${VISIT}); echo "$bolt11"`,
        expect: [/lnbcrt240p1/],
        after: 'There it is: lnbcrt, the invoice of regtest, for 24 millisatoshi.',
      },
    ],
  },
];
