/** The options of lightningd v26.06 and of the plugins that come with it (`lightningd --help`): no plugin may register one of these. */
export const BUILTIN_OPTIONS: ReadonlySet<string> = new Set(
  `
    accept-htlc-tlv-type addr alias allow-deprecated-apis always-use-proxy announce-addr announce-addr-discovered
    announce-addr-discovered-port askrene-max-threads askrene-timeout autoclean-cycle autoclean-expiredinvoices-age
    autoclean-failedforwards-age autoclean-failedpays-age autoclean-networkevents-age autoclean-paidinvoices-age
    autoclean-succeededforwards-age autoclean-succeededpays-age autoconnect-seeker-peers autolisten bind-addr
    bitcoin-cli bitcoin-datadir bitcoin-retry-timeout bitcoin-rpcclienttimeout bitcoin-rpcconnect
    bitcoin-rpcpassword bitcoin-rpcport bitcoin-rpcuser bkpr-currency channel-fee-max-base-msat
    channel-fee-max-proportional-thousandths clear-plugins cltv-delta cltv-final commit-fee commit-feerate-offset
    commit-time conf daemon database-upgrade developer disable-dns disable-mpp disable-plugin experimental-dual-fund
    experimental-shutdown-wrong-funding experimental-splicing exposesecret-passphrase fee-base fee-per-satoshi
    fetchinvoice-noconnect force-feerates funder-fund-probability funder-fuzz-percent funder-lease-requests-only
    funder-max-their-funding funder-min-their-funding funder-per-channel-max funder-per-channel-min funder-policy
    funder-policy-mod funder-reserve-tank funding-confirms help hsm-passphrase htlc-maximum-msat htlc-minimum-msat
    i-promise-to-fix-broken-api-user ignore-fee-limits important-plugin invoices-onchain-fallback lease-fee-base-sat
    lease-fee-basis lease-funding-weight lightning-dir list-features-only log-file log-level log-prefix
    log-timestamps mainnet max-concurrent-htlcs max-dust-htlc-exposure-msat message-padding min-capacity-sat
    min-emergency-msat network offline payment-fronting-node pid-file plugin plugin-dir proxy recover regtest
    require-confirmed-inputs rescan rgb rpc-file rpc-file-mode signet subdaemon testnet testnet4
    tor-service-password version wallet watchtime-blocks xpay-handle-pay xpay-slow-mode xpay-user-layer
  `
    .trim()
    .split(/\s+/),
);
