/** The methods of lightningd v26.06 and of the plugins that come with it (`lightning-cli help`): no plugin may register one of these. */
export const BUILTIN_METHODS: ReadonlySet<string> = new Set(
  `
    abort_channels addblockdepthwatch addgossip addoutpointwatch addpsbtinput addpsbtoutput addscidwatch
    addscriptpubkeywatch askrene-age askrene-bias-channel askrene-bias-node askrene-create-channel
    askrene-create-layer askrene-disable-node askrene-inform-channel askrene-listlayers askrene-listreservations
    askrene-remove-channel-update askrene-remove-layer askrene-reserve askrene-unreserve askrene-update-channel
    autoclean-once autoclean-status batching bkpr-channelsapy bkpr-dumpincomecsv bkpr-editdescriptionbyoutpoint
    bkpr-editdescriptionbypaymentid bkpr-inspect bkpr-listaccountevents bkpr-listbalances bkpr-listincome
    bkpr-report blacklistrune cancelrecurringinvoice check checkmessage checkrune close commando connect
    createinvoice createinvoicerequest createoffer createonion createproof createrune datastore datastoreusage
    decode decryptencrypteddata delblockdepthwatch deldatastore delforward delinvoice delnetworkevent
    deloutpointwatch delpay delscidwatch delscriptpubkeywatch deprecations destroyrune dev dev-compact-gossip-store
    dev-connectd-exhaust-fds dev-fail dev-feerate dev-finalizepsbt dev-forget-channel dev-ignore-htlcs dev-listaddrs
    dev-memdump dev-memleak dev-peer-shachain dev-queryrates dev-quiesce dev-rawrequest dev-reenable-commit
    dev-report-fds dev-rescan-outputs dev-set-max-scids-encode-size dev-sign-last-tx dev-splice dev-suppress-gossip
    disableinvoicerequest disableoffer disconnect emergencyrecover enableoffer estimatefees exposesecret feerates
    fetchinvoice fundchannel fundchannel_cancel fundchannel_complete fundchannel_start funderupdate fundpsbt
    getchaininfo getemergencyrecoverdata getinfo getlog getrawblockbyheight getroutes getutxout graceful help
    injectonionmessage injectpaymentonion injectutxodeposit injectutxospend invoice invoicerequest invokerune
    listaddresses listchainmoves listchannelmoves listchannels listclosedchannels listconfigs listdatastore
    listforwards listfunds listhtlcs listincoming listinvoicerequests listinvoices listnetworkevents listnodes
    listoffers listpays listpeerchannels listpeers listsendpays listsqlschemas listtransactions listwatch makesecret
    multifundchannel multiwithdraw newaddr notifications offer openchannel_abort openchannel_bump openchannel_init
    openchannel_signed openchannel_update parsefeerate pay payersign ping plugin preapproveinvoice preapprovekeysend
    reckless recover recoverchannel reserveinputs restorefrompeer sendamount sendcustommsg sendinvoice sendonion
    sendpay sendpsbt sendrawtransaction setchannel setconfig setleaserates setpsbtversion showrunes signinvoice
    signmessage signmessagewithkey signpsbt splice_init splice_signed splice_update splicein spliceout sql
    staticbackup stfu_channels stop txdiscard txprepare txsend unreserveinputs upgradewallet utxopsbt wait
    waitanyinvoice waitblockheight waitinvoice waitsendpay withdraw xkeysend xpay xpay-as-pay
  `
    .trim()
    .split(/\s+/),
);
