/** A coinbase can be spent after this many blocks (consensus rule COINBASE_MATURITY). */
export const MATURITY = 100;

/** How many coins of 50 BTC the faucet begins with; each costs some 3 ms. */
export const FIRST_COINS = 10;

/** The height that every playground's chain has from its first moment on. */
export const FIRST_BLOCKS = FIRST_COINS + MATURITY;
