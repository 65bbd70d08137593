import { hexOf } from './hex.js';

/** Witness version 0 with 20 or 32 bytes, or a later one with 2 to 40 (BOLT #2). */
const SHUTDOWN_SCRIPT = /^(0014.{40}|0020.{64}|(5[1-9a-f]|60)(0[2-9a-f]|1[0-9a-f]|2[0-8])(..){2,40})$/;

/** Whether a channel may close to this script. */
export const canCloseTo = (script: Uint8Array): boolean => SHUTDOWN_SCRIPT.test(hexOf(script));
