/** The states of a channel in lightning-listpeerchannels(7) that a channel without dual funding and splicing can have. */
export type ChannelState =
  | 'OPENINGD'
  | 'CHANNELD_AWAITING_LOCKIN'
  | 'CHANNELD_NORMAL'
  | 'CHANNELD_SHUTTING_DOWN'
  | 'CLOSINGD_SIGEXCHANGE'
  | 'CLOSINGD_COMPLETE'
  | 'AWAITING_UNILATERAL'
  | 'FUNDING_SPEND_SEEN'
  | 'ONCHAIN'
  | 'CLOSED';

/** Why a channel changed its state. */
export type StateCause = 'unknown' | 'local' | 'user' | 'remote' | 'protocol' | 'onchain';
