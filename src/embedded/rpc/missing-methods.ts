/** Why the embedded lightningd lacks methods that Core Lightning v26.06 has. */
const MISSING: readonly (readonly [why: string, methods: string])[] = [
  ['LDK has no splicing', 'dev-splice splice_init splice_signed splice_update splicein spliceout'],
  [
    'LDK has no dual funding',
    'funderupdate openchannel_abort openchannel_bump openchannel_init openchannel_signed openchannel_update',
  ],
  [
    'bitcoind holds the wallet: build transactions there',
    'addpsbtoutput fundpsbt utxopsbt signpsbt sendpsbt setpsbtversion reserveinputs unreserveinputs txprepare txsend ' +
      'txdiscard multiwithdraw multifundchannel fundchannel_start fundchannel_complete fundchannel_cancel upgradewallet',
  ],
  [
    'it belongs to a plugin of Core Lightning that is not here',
    'askrene-age askrene-bias-channel askrene-bias-node askrene-create-channel askrene-create-layer ' +
      'askrene-disable-node askrene-inform-channel askrene-listlayers askrene-listreservations ' +
      'askrene-remove-channel-update askrene-remove-layer askrene-reserve askrene-unreserve askrene-update-channel ' +
      'autoclean-once autoclean-status bkpr-channelsapy bkpr-dumpincomecsv bkpr-editdescriptionbyoutpoint ' +
      'bkpr-editdescriptionbypaymentid bkpr-inspect bkpr-listaccountevents bkpr-listbalances bkpr-listincome ' +
      'bkpr-report clnrest-register-path commando currencyconvert currencyrate listcurrencyrates listchainmoves ' +
      'listchannelmoves reckless renepay renepaystatus sql sql-template listsqlschemas emergencyrecover ' +
      'getemergencyrecoverdata exposesecret fetchbip353',
  ],
  ['access is a matter of the socket’s file mode here', 'createrune checkrune blacklistrune showrunes'],
  [
    'LDK keeps onions to itself',
    'createonion sendonion sendpay waitsendpay injectonionmessage injectpaymentonion createinvoice signinvoice',
  ],
  [
    'LDK’s BOLT12 does not support it',
    'offer listoffers enableoffer disableoffer fetchinvoice sendinvoice invoicerequest listinvoicerequests ' +
      'disableinvoicerequest cancelrecurringinvoice createproof',
  ],
  [
    'it has no use on regtest',
    'recover recoverchannel staticbackup addgossip graceful dev-forget-channel delforward delnetworkevent ' +
      'listnetworkevents preapproveinvoice preapprovekeysend signmessagewithkey estimatefees sendamount',
  ],
];

const WHY = new Map(MISSING.flatMap(([why, methods]) => methods.split(' ').map((name) => [name, why] as const)));

/** CLN's answer to an unknown command; if Core Lightning has the command, it says why we do not. */
export function unknownCommand(name: string): string {
  const why = WHY.get(name);
  return why === undefined
    ? `Unknown command '${name}'`
    : `Unknown command '${name}': Core Lightning has it, the embedded lightningd has not (${why})`;
}
