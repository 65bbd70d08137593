/** The longest that a timer takes, in ms: a signed 32-bit number; with more than that it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
