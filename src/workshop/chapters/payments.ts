import type { Chapter } from '../chapter.js';

/** The end of the talk, and what it had no time for: funds, a channel, payments, and what a preimage can carry. */
export const PAYMENTS: readonly Chapter[] = [
  {
    title: 'What an invoice says',
    about: 'An invoice is text that anybody can read, and nobody can change: it is signed.',
    steps: [
      {
        type: 'l2 decode "$bolt11"',
        expect: [/"amount_msat": 24\b/, /"payee"/, /"payment_hash"/],
        show: [
          /"(currency|created_at|expiry|payee|amount_msat|description|min_final_cltv_expiry|payment_hash|signature)"/,
        ],
        after:
          'Who is paid, how much, until when, for what; and the payment hash: the secret behind it is what the payer buys.',
      },
    ],
  },
  {
    title: 'Funds',
    about: 'A channel is opened with bitcoin. On regtest we send ourselves ten.',
    steps: [
      {
        type: 'addr=$(l2 newaddr bech32 | json bech32)\nbt sendtoaddress "$addr" 10',
        expect: [/^[0-9a-f]{64}/m],
        after: 'The transaction is in the mempool, and in no block yet.',
      },
      {
        type: 'bt generatetoaddress 1 "$(bt getnewaddress)"\nln-play wait',
        expect: [/[0-9a-f]{64}/, /at block/],
        after:
          'One block. On the main network you would wait for some of them, of ten minutes each; here one is enough.',
      },
      {
        type: 'l2 listfunds',
        expect: [/"amount_msat": 1000000000000\b/, /"status": "confirmed"/],
        show: [/"(txid|output|amount_msat|address|status|blockheight)"/],
        after: 'A thousand billion millisatoshi: ten bitcoin, confirmed.',
      },
    ],
  },
  {
    title: 'A channel',
    about: 'l2 puts 0.042 BTC into a channel with l1: an output that only both together can spend.',
    steps: [
      {
        type: 'l2 fundchannel "$id1" 0.042btc 253perkw',
        before: 'Regtest has no fees to estimate from, so we name one: 253 per kiloweight, the least there is.',
        expect: [/"txid"/, /"channel_id"/],
        show: [/"(txid|outnum|channel_id)"/],
        after: 'The two have agreed, and the funding transaction is on its way into a block.',
      },
      {
        type: 'l2 listpeerchannels',
        expect: [/CHANNELD_AWAITING_LOCKIN/],
        show: [/"state":|"total_msat"/],
        after: 'Awaiting lock-in: not before its transaction is in a block can the channel be used.',
      },
      {
        type: 'bt generatetoaddress 1 "$(bt getnewaddress)"\nln-play wait\nl2 listpeerchannels',
        expect: [/"state": "CHANNELD_NORMAL"/, /"short_channel_id": "\d+x\d+x\d+"/],
        show: [/"state":|"short_channel_id"|"to_us_msat"|"total_msat"/],
        after: 'Normal. The short channel id says where its transaction is: block x transaction x output.',
      },
    ],
  },
  {
    title: 'Paying',
    about: 'l2 pays the invoice that the web server of l1 gave.',
    steps: [
      {
        type: 'l2 pay "$bolt11"',
        expect: [/"status": "complete"/, /"payment_preimage"/],
        show: [/"(status|payment_preimage|payment_hash|amount_msat|amount_sent_msat)"/],
        after: 'Complete: l2 has the preimage, the proof that it paid.',
      },
      {
        type: 'l1 listinvoices',
        expect: [/"status": "paid"/, /"amount_received_msat": 24\b/],
        show: [/"(label|status|amount_received_msat|description|payment_preimage)"/],
        after: 'And l1 shows the invoice paid, with that same preimage.',
      },
    ],
  },
  {
    title: 'A word in the preimage',
    about: 'A preimage is 32 bytes, and the payer gets them by paying. Then why not sell what is in them?',
    again: 'ln-play plugin start l1 reveal/reveal.js reveal-port=$wordport reveal-word=$word',
    steps: [
      {
        type: 'ln-play -q plugin new reveal --template reveal-word',
        makes: 'reveal',
        expect: [],
        after: 'Two plugins: one that sells, one that buys.',
      },
      {
        type: 'ln-play plugin start l1 reveal/reveal.js reveal-port=$wordport reveal-word=$word',
        asks: {
          variable: 'word',
          question: 'Which word is for sale?',
          standard: 'reckless',
          accept: /^[a-z0-9-]{1,24}$/i,
        },
        expect: [/l1 runs reveal\.js/],
        after:
          '8 random bytes, that nobody can guess, and 24 bytes of text. They could be the key of a file just as well.',
      },
      {
        type: 'l2 decode "$(curl -s http://127.0.0.1:$wordport/)"',
        show: [/"(amount_msat|description)"/],
        expect: [/"amount_msat": 24\b/],
        after: 'A price of one millisatoshi a byte. The word is not in the invoice: only the hash of the preimage is.',
      },
    ],
  },
  {
    title: 'getword',
    about:
      'A plugin for the buyer: it fetches the invoice, looks whether the amount is sane, pays, and shows the word.',
    steps: [
      {
        type: 'ln-play plugin start l2 reveal/getword.js',
        expect: [/l2 runs getword\.js/],
        after: 'This one is for l2, who wants to know.',
      },
      {
        type: 'l2 getword http://127.0.0.1:$wordport/',
        expect: [/"word": "/],
        after: 'Payment and delivery in one: it could not be paid for without being delivered.',
      },
    ],
  },
  {
    title: 'Holding an invoice',
    about:
      'A subscription is told of things; a hook is asked, and all waits for its answer. So a seller can look for stock first.',
    steps: [
      {
        type: 'ln-play -q plugin new hold --template hold-invoice',
        makes: 'hold',
        expect: [],
        after: 'Its one idea is a hook on htlc_accepted.',
      },
      {
        type: 'ln-play plugin start l1 hold/hold.js',
        expect: [/l1 runs hold\.js/],
        after: 'From now on it is asked about every payment that comes in, before the node takes it.',
      },
      {
        type: 'held=$(l1 hold-invoice 24msat "shoes-$RANDOM" "a pair of shoes" | json bolt11)\nl2 pay "$held" > paid.txt &',
        expect: [],
        after: 'l2 pays, in the background.',
      },
      {
        type: 'l1 hold-list',
        expect: [/"payment_hash"/, /"amount_msat": 24\b/],
        eventually: true,
        after: 'Its payment hangs: neither paid nor failed. Have we got shoes? We have.',
      },
      {
        type: 'l1 settle "$(l1 hold-list | json held 0 payment_hash)"; wait; cat paid.txt',
        expect: [/"status": "complete"/],
        show: [/"(status|payment_preimage)"/],
        after:
          'Settled. cancel would have given the money back. Now write a plugin of your own: ln-play plugin new NAME.',
      },
    ],
  },
];
