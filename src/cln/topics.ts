/** The notifications that lightningd itself sends (lightningd/notification.c): no plugin may send one of these. */
export const NATIVE_TOPICS: ReadonlySet<string> = new Set([
  'balance_snapshot',
  'block_added',
  'channel_open_failed',
  'channel_opened',
  'channel_state_changed',
  'coin_movement',
  'connect',
  'custommsg',
  'deprecated_oneshot',
  'disconnect',
  'forward_event',
  'invoice_creation',
  'invoice_payment',
  'log',
  'onionmessage_forward_fail',
  'openchannel_peer_sigs',
  'plugin_started',
  'plugin_stopped',
  'sendpay_failure',
  'sendpay_success',
  'shutdown',
  'warning',
]);

/** What the plugins that come with Core Lightning send. */
export const SUITE_TOPICS: ReadonlySet<string> = new Set([
  'channel_hint_update',
  'pay_failure',
  'pay_part_end',
  'pay_part_start',
  'pay_success',
  'utxo_deposit',
  'utxo_spend',
  'xpay_pay_part_end',
  'xpay_pay_part_start',
]);
