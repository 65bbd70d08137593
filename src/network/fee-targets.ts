/** For how many blocks lightningd wants estimates. */
export const FEE_TARGETS = [2, 6, 12, 100] as const;
