import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { LnPlayError, type ErrorCode } from '../core/errors.js';
import { ReadOnlyError } from '../interface/call.js';
import { errorBody } from '../interface/errors.js';

/** What is wrong with a request itself. */
export class WebError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: ContentfulStatusCode, code: string, message: string, { hint }: { readonly hint?: string } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const STATUS_OF: { readonly [C in ErrorCode]?: ContentfulStatusCode } = {
  USAGE: 400,
  INVALID: 422,
  STATE: 409,
  LOCKED: 409,
  RPC: 422,
  CONNECTION: 503,
  TIMEOUT: 504,
};

/** An error as an answer: its HTTP status, and the body that `--json` prints. */
export function answerError(error: unknown, c: Context): Response {
  if (error instanceof WebError) {
    const { status, code, message, hint = null } = error;
    return c.json({ error: { code, message, hint, details: [] } }, status);
  }
  const status =
    error instanceof ReadOnlyError ? 403 : error instanceof LnPlayError ? (STATUS_OF[error.code] ?? 500) : 500;
  return c.json(errorBody(error), status);
}

/** The body of a request. */
export async function jsonOf(c: Context): Promise<unknown> {
  try {
    return (await c.req.json()) as unknown;
  } catch {
    throw new WebError(400, 'USAGE', 'The body is no JSON', { hint: 'for example {"args":["l1"],"options":{}}' });
  }
}
