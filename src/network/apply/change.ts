import type { ChannelSpec, PolicySpec } from '../spec.js';

/** One thing to do so that a playground is as a spec has it. */
export type Change =
  | { readonly what: 'add node'; readonly node: string }
  /** `value` is undefined for a flag. */
  | { readonly what: 'set option'; readonly node: string; readonly key: string; readonly value: string | undefined }
  | { readonly what: 'add plugin'; readonly node: string; readonly plugin: string }
  /** A node that runs stops and starts, since it reads its config at its start alone. */
  | { readonly what: 'restart'; readonly node: string }
  | { readonly what: 'connect'; readonly from: string; readonly to: string }
  | { readonly what: 'fund'; readonly node: string; readonly amountSat: bigint }
  | { readonly what: 'open channel'; readonly channel: ChannelSpec }
  /** What `from` asks of payments that it forwards to `to`. */
  | { readonly what: 'set policy'; readonly from: string; readonly to: string; readonly policy: PolicySpec };

/** What a spec has no more, and the playground has: to take it away may lose something. */
export type Loss =
  | {
      readonly what: 'close channel';
      readonly from: string;
      readonly to: string;
      readonly capacitySat: bigint;
      readonly channelId: string | undefined;
      readonly shortChannelId: string | undefined;
    }
  | { readonly what: 'disconnect'; readonly from: string; readonly to: string }
  | { readonly what: 'remove option'; readonly node: string; readonly key: string; readonly value: string | undefined }
  | { readonly what: 'remove plugin'; readonly node: string; readonly plugin: string }
  /** Its channels are closed, and its folder goes. */
  | { readonly what: 'remove node'; readonly node: string };

/** The difference between a spec and what there is. */
export interface Changes {
  readonly changes: readonly Change[];
  readonly losses: readonly Loss[];
}

/** A loss of this kind, and no other. */
export const isLoss =
  <W extends Loss['what']>(what: W) =>
  (loss: Loss): loss is Extract<Loss, { readonly what: W }> =>
    loss.what === what;
