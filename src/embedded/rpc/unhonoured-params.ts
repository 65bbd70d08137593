/** What becomes of a parameter of Core Lightning's that ours does not honour. */
export type Unhonoured =
  /** Taken and said once in the log: it makes no difference here. */
  | { readonly ignored: string }
  /** Refused by name: whoever gives it relies on what we do not support. A value that asks for nothing is taken. */
  | { readonly refused: string; readonly unless?: unknown };

const ignored = (why: string): Unhonoured => ({ ignored: why });
const refused = (why: string, unless?: unknown): Unhonoured => ({ refused: why, unless });

const NO_BOLT12 = 'LDK’s BOLT12 does not support it';
const PEER_DECIDES = 'LDK sets it itself, to 1 % of the channel';

/** By method. All other parameters that a method takes are honoured. */
export const UNHONOURED: { readonly [method: string]: { readonly [param: string]: Unhonoured } } = {
  close: {
    fee_negotiation_step: ignored('LDK agrees on the fee at once or meets the peer halfway by itself'),
    wrong_funding: refused('LDK closes only the output that it opened'),
    force_lease_closed: ignored('no channel here is leased'),
    feerange: refused('LDK chooses the fee, at 253perkw where it pays it'),
  },
  fundchannel: {
    close_to: refused('give `close` a destination'),
    reserve: refused(PEER_DECIDES),
  },
  getroute: {
    riskfactor: ignored('LDK weighs time against fees by itself'),
    fuzzpercent: ignored('LDK chooses among routes by itself'),
  },
  listfunds: {
    spent: refused('bitcoind keeps no list of coins that are spent: see `listtransactions`', false),
  },
  listhtlcs: {
    index: refused('HTLCs have no index here: name a channel with `id`'),
    start: refused('HTLCs have no index here: name a channel with `id`'),
    limit: refused('HTLCs have no index here: name a channel with `id`'),
  },
  listpeers: {
    level: refused('see `getlog` for what was logged'),
  },
  pay: {
    riskfactor: ignored('LDK weighs time against fees by itself'),
    localinvreqid: refused(NO_BOLT12),
  },
  setchannel: {
    htlcmin: refused('LDK sets it itself'),
    htlcmax: refused('LDK sets it itself'),
    enforcedelay: refused('LDK takes the former fees for five minutes more, whatever is asked for'),
    ignorefeelimits: ignored('whatever feerate the peer proposes is taken here'),
  },
  xpay: {
    payer_note: refused(`${NO_BOLT12}: a payer’s note can only go into the invoice of an offer`),
    localinvreqid: refused(NO_BOLT12),
    dev_use_shadow: ignored('LDK adds blocks to the last hop by itself'),
  },
};
