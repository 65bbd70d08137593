import { LnPlayError } from '../core/errors.js';

/** An error as `--json` prints it. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly details: readonly string[];
  };
}

/** Whatever was thrown: of what nobody expected, the text alone. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof LnPlayError) {
    const { code, message, hint = null, details } = error;
    return { error: { code, message, hint, details } };
  }
  return { error: { code: 'UNEXPECTED', message: String(error), hint: null, details: [] } };
}
