/** Failure codes of BOLT #4 that LDK can send for us. */
export const FAILURE = {
  INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS: 0x400f,
  TEMPORARY_NODE_FAILURE: 0x2002,
  REQUIRED_NODE_FEATURE_MISSING: 0x6003,
} as const;
