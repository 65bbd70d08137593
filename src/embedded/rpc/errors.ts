import type { RpcErrorBody } from '../../rpc/json-rpc.js';

/**
 * Core Lightning's error codes, by the names that its manual pages and sources give them (lightningd-rpc(7), and the
 * ERRORS section of each command's page).
 */
export const CODE = {
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  /** The uncategorised error. */
  LIGHTNINGD: -1,
  PARAM_DEV_ERROR: -2,
  PLUGIN_ERROR: -3,
  PLUGIN_TERMINATED: -4,
  LIGHTNINGD_SHUTDOWN: -5,

  PAY_IN_PROGRESS: 200,
  PAY_RHASH_ALREADY_USED: 201,
  PAY_UNPARSEABLE_ONION: 202,
  PAY_DESTINATION_PERM_FAIL: 203,
  PAY_TRY_OTHER_ROUTE: 204,
  PAY_ROUTE_NOT_FOUND: 205,
  PAY_ROUTE_TOO_EXPENSIVE: 206,
  PAY_INVOICE_EXPIRED: 207,
  PAY_NO_SUCH_PAYMENT: 208,
  PAY_UNSPECIFIED_ERROR: 209,
  PAY_STOPPED_RETRYING: 210,
  PAY_STATUS_UNEXPECTED: 211,
  PAY_INVOICE_REQUEST_INVALID: 212,
  PAY_INVOICE_PREAPPROVAL_DECLINED: 213,
  PAY_KEYSEND_PREAPPROVAL_DECLINED: 214,
  PAY_INSUFFICIENT_FUNDS: 215,
  PAY_UNREACHABLE: 216,
  PAY_USER_ERROR: 217,
  PAY_INJECTPAYMENTONION_ALREADY_PAID: 219,

  FUND_MAX_EXCEEDED: 300,
  FUND_CANNOT_AFFORD: 301,
  FUND_OUTPUT_IS_DUST: 302,
  FUNDING_BROADCAST_FAIL: 303,
  FUNDING_STILL_SYNCING_BITCOIN: 304,
  FUNDING_PEER_NOT_CONNECTED: 305,
  FUNDING_UNKNOWN_PEER: 306,
  FUNDING_NOTHING_TO_CANCEL: 307,
  FUNDING_CANCEL_NOT_SAFE: 308,
  FUNDING_PSBT_INVALID: 309,
  FUNDING_V2_NOT_SUPPORTED: 310,
  FUNDING_UNKNOWN_CHANNEL: 311,
  FUNDING_STATE_INVALID: 312,
  FUND_CANNOT_AFFORD_WITH_EMERGENCY: 313,
  FUND_INPUT_IS_ZERO: 314,

  CONNECT_NO_KNOWN_ADDRESS: 400,
  CONNECT_ALL_ADDRESSES_FAILED: 401,
  CONNECT_DISCONNECTED_DURING: 402,

  BCLI_ERROR: 500,
  BCLI_NO_FEE_ESTIMATES: 501,

  HSM_ECDH_FAILED: 800,

  INVOICE_LABEL_ALREADY_EXISTS: 900,
  INVOICE_PREIMAGE_ALREADY_EXISTS: 901,
  INVOICE_HINTS_GAVE_NO_ROUTES: 902,
  INVOICE_EXPIRED_DURING_WAIT: 903,
  INVOICE_WAIT_TIMED_OUT: 904,
  INVOICE_NOT_FOUND: 905,
  INVOICE_STATUS_UNEXPECTED: 906,
  INVOICE_OFFER_INACTIVE: 907,
  INVOICE_NO_DESCRIPTION: 908,

  OFFER_ALREADY_EXISTS: 1000,
  OFFER_ALREADY_DISABLED: 1001,
  OFFER_EXPIRED: 1002,
  OFFER_ROUTE_NOT_FOUND: 1003,
  OFFER_BAD_INVREQ_REPLY: 1004,
  OFFER_TIMEOUT: 1005,
  OFFER_ALREADY_ENABLED: 1006,
  OFFER_USED_SINGLE_USE: 1007,

  DATASTORE_DEL_DOES_NOT_EXIST: 1200,
  DATASTORE_DEL_WRONG_GENERATION: 1201,
  DATASTORE_UPDATE_ALREADY_EXISTS: 1202,
  DATASTORE_UPDATE_DOES_NOT_EXIST: 1203,
  DATASTORE_UPDATE_WRONG_GENERATION: 1204,
  DATASTORE_UPDATE_HAS_CHILDREN: 1205,
  DATASTORE_UPDATE_NO_CHILDREN: 1206,

  SIGNMESSAGE_PUBKEY_NOT_FOUND: 1301,
  DELFORWARD_NOT_FOUND: 1401,
  WAIT_TIMEOUT: 2000,
} as const;

/** What a method answers when it fails: goes to the client as it is. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  /** @param code one of `CODE`; or any other where a plugin chose it */
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }

  /** The `error` member of the reply. */
  toBody(): RpcErrorBody {
    const { code, message, data } = this;
    return data === undefined ? { code, message } : { code, message, data };
  }
}

/** An error of a plugin, which goes to the client as the text that it is. */
export class PassedOnError extends Error {
  readonly text: string;
  constructor(text: string) {
    super(`a plugin answered with the error ${text}`);
    this.name = 'PassedOnError';
    this.text = text;
  }
}

/**
 * A parameter that cannot be read. The server makes the reply of it: with the value for a developer or for `check`,
 * otherwise with the value in the log alone, since it may be a secret.
 */
export class ParamError extends Error {
  readonly param: string;
  /** What was wanted, in CLN's words: "should be a node id". */
  readonly wanted: string;
  /** The JSON text of what came. */
  readonly token: string;

  constructor(param: string, wanted: string, value: unknown) {
    super(`${param}: ${wanted}`);
    this.name = 'ParamError';
    this.param = param;
    this.wanted = wanted;
    this.token = JSON.stringify(value) ?? 'null';
  }
}
