/**
 * The names that Core Lightning v26.06 takes for itself, or knows: what a plugin may not register again, and what it can
 * register for. From `lightning-cli help`, `lightningd --help`, and its guide to hooks and event notifications.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const BUILTIN_METHODS = words(`
    abort_channels addblockdepthwatch addgossip addoutpointwatch addpsbtinput addpsbtoutput addscidwatch
    addscriptpubkeywatch askrene-age askrene-bias-channel askrene-bias-node askrene-create-channel askrene-create-
    layer askrene-disable-node askrene-inform-channel askrene-listlayers askrene-listreservations askrene-remove-
    channel-update askrene-remove-layer askrene-reserve askrene-unreserve askrene-update-channel autoclean-once
    autoclean-status batching bkpr-channelsapy bkpr-dumpincomecsv bkpr-editdescriptionbyoutpoint bkpr-
    editdescriptionbypaymentid bkpr-inspect bkpr-listaccountevents bkpr-listbalances bkpr-listincome bkpr-report
    blacklistrune cancelrecurringinvoice check checkmessage checkrune close commando connect createinvoice
    createinvoicerequest createoffer createonion createproof createrune datastore datastoreusage decode
    decryptencrypteddata delblockdepthwatch deldatastore delforward delinvoice delnetworkevent deloutpointwatch
    delpay delscidwatch delscriptpubkeywatch deprecations destroyrune dev dev-compact-gossip-store dev-connectd-
    exhaust-fds dev-fail dev-feerate dev-finalizepsbt dev-forget-channel dev-ignore-htlcs dev-listaddrs dev-memdump
    dev-memleak dev-peer-shachain dev-queryrates dev-quiesce dev-rawrequest dev-reenable-commit dev-report-fds dev-
    rescan-outputs dev-set-max-scids-encode-size dev-sign-last-tx dev-splice dev-suppress-gossip
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
`);

export const BUILTIN_OPTIONS = words(`
    accept-htlc-tlv-type addr alias allow-deprecated-apis always-use-proxy announce-addr announce-addr-discovered
    announce-addr-discovered-port askrene-max-threads askrene-timeout autoclean-cycle autoclean-expiredinvoices-age
    autoclean-failedforwards-age autoclean-failedpays-age autoclean-networkevents-age autoclean-paidinvoices-age
    autoclean-succeededforwards-age autoclean-succeededpays-age autoconnect-seeker-peers autolisten bind-addr
    bitcoin-cli bitcoin-datadir bitcoin-retry-timeout bitcoin-rpcclienttimeout bitcoin-rpcconnect bitcoin-
    rpcpassword bitcoin-rpcport bitcoin-rpcuser bkpr-currency channel-fee-max-base-msat channel-fee-max-
    proportional-thousandths clear-plugins cltv-delta cltv-final commit-fee commit-feerate-offset commit-time conf
    daemon database-upgrade developer disable-dns disable-mpp disable-plugin experimental-dual-fund experimental-
    shutdown-wrong-funding experimental-splicing exposesecret-passphrase fee-base fee-per-satoshi fetchinvoice-
    noconnect force-feerates funder-fund-probability funder-fuzz-percent funder-lease-requests-only funder-max-
    their-funding funder-min-their-funding funder-per-channel-max funder-per-channel-min funder-policy funder-
    policy-mod funder-reserve-tank funding-confirms help hsm-passphrase htlc-maximum-msat htlc-minimum-msat
    i-promise-to-fix-broken-api-user ignore-fee-limits important-plugin invoices-onchain-fallback lease-fee-base-sat
    lease-fee-basis lease-funding-weight lightning-dir list-features-only log-file log-level log-prefix log-
    timestamps mainnet max-concurrent-htlcs max-dust-htlc-exposure-msat message-padding min-capacity-sat min-
    emergency-msat network offline payment-fronting-node pid-file plugin plugin-dir proxy recover regtest require-
    confirmed-inputs rescan rgb rpc-file rpc-file-mode signet subdaemon testnet testnet4 tor-service-password
    version wallet watchtime-blocks xpay-handle-pay xpay-slow-mode xpay-user-layer
`);

/** The topics that lightningd itself notifies of; a plugin may subscribe to them, but not announce them as its own. */
export const NATIVE_TOPICS = words(`
    balance_snapshot block_added channel_open_failed channel_opened channel_state_changed coin_movement connect
    custommsg deprecated_oneshot disconnect forward_event invoice_creation invoice_payment log
    onionmessage_forward_fail openchannel_peer_sigs plugin_started plugin_stopped sendpay_failure sendpay_success
    shutdown warning
`);

/** The topics that Core Lightning's own plugins notify of. */
export const BUNDLED_TOPICS = words('xpay_pay_part_start xpay_pay_part_end');

/** The hooks there are, with what their `filters` are made of where they take any. */
export const HOOKS: ReadonlyMap<string, 'string' | 'number' | undefined> = new Map([
  ['commitment_revocation', undefined],
  ['custommsg', 'number'],
  ['htlc_accepted', undefined],
  ['invoice_payment', undefined],
  ['onion_message_recv', undefined],
  ['onion_message_recv_secret', undefined],
  ['openchannel', undefined],
  ['openchannel2', undefined],
  ['openchannel2_changed', undefined],
  ['openchannel2_sign', undefined],
  ['peer_connected', undefined],
  ['rbf_channel', undefined],
  ['recover', undefined],
  ['rpc_command', 'string'],
  ['db_write', undefined],
] as const);
