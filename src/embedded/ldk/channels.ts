import * as ldk from '#ldk';
import { bytesOf, hexOf, wireHash } from '../bitcoin/hex.js';
import type { Transaction } from '../bitcoin/transaction.js';
import type { OptionValues } from '../context.js';
import { userConfig, type ChannelChoices } from './config.js';
import { err } from './convert.js';
import type { Engine } from './engine.js';
import { refusalOf } from './events.js';
import { DetailsChannel, type LiveChannel } from './live-channel.js';
import { shutdownScript } from './signers.js';

/** A channel as its peer and we name it: with a temporary id until it is funded. */
export interface ChannelName {
  readonly channelId: string;
  readonly peerId: string;
}

export interface NewChannel extends ChannelName, ChannelChoices {
  readonly amountSat: bigint;
  readonly pushMsat: bigint;
}

/** What we ask for a payment through a channel; what is not given stays as it is. */
export interface NewTerms {
  readonly baseMsat?: number | undefined;
  readonly millionths?: number | undefined;
  readonly cltvDelta?: number | undefined;
}

const someU32 = (value: number | undefined): ldk.Option_u32Z =>
  value === undefined ? ldk.Option_u32Z.constructor_none() : ldk.Option_u32Z.constructor_some(value);
const someU16 = (value: number | undefined): ldk.Option_u16Z =>
  value === undefined ? ldk.Option_u16Z.constructor_none() : ldk.Option_u16Z.constructor_some(value);

/** Those who do not know of new fees yet may pay the old ones for so many ticks of the manager's timer. */
const OLD_FEES_TICKS = 5;

const idOf = ({ channelId }: ChannelName): ldk.ChannelId => ldk.ChannelId.constructor_from_bytes(bytesOf(channelId));

/**
 * LDK's channels. What changes one is called within a turn, and returns LDK's words if it refuses, otherwise
 * undefined.
 */
export class LdkChannels {
  readonly #engine: Engine;
  readonly #options: OptionValues;

  constructor(engine: Engine, options: OptionValues) {
    this.#engine = engine;
    this.#options = options;
  }

  /** All that LDK has not closed. */
  list(): LiveChannel[] {
    return this.#engine.read(() => this.#engine.manager.list_channels()).map((details) => new DetailsChannel(details));
  }

  temporaryId(): string {
    const entropy = this.#engine.keysManager.as_EntropySource();
    return hexOf(ldk.ChannelId.constructor_temporary_from_entropy_source(entropy).get_a());
  }

  create({ amountSat, pushMsat, announce, minimumDepth, ...name }: NewChannel): string | undefined {
    const config = userConfig(this.#options, { announce, minimumDepth });
    const peer = bytesOf(name.peerId);
    return refusalOf(this.#engine.manager.create_channel(peer, amountSat, pushMsat, 0n, idOf(name), config));
  }

  /** Hands over the transaction of which the first output funds the channel, whose id follows from it. */
  fund(name: ChannelName, { txid, raw }: Transaction): { readonly channelId: string } | { readonly refused: string } {
    const { manager } = this.#engine;
    const refused = refusalOf(manager.funding_transaction_generated(idOf(name), bytesOf(name.peerId), raw));
    if (refused !== undefined) return { refused };
    return { channelId: hexOf(ldk.ChannelId.constructor_v1_from_funding_txid(wireHash(txid), 0).get_a()) };
  }

  accept(name: ChannelName): string | undefined {
    return refusalOf(this.#engine.manager.accept_inbound_channel(idOf(name), bytesOf(name.peerId), 0n));
  }

  /** Accepts a channel that can be used before its funding transaction is in a block. */
  acceptAtOnce(name: ChannelName): string | undefined {
    const { manager } = this.#engine;
    return refusalOf(manager.accept_inbound_channel_from_trusted_peer_0conf(idOf(name), bytesOf(name.peerId), 0n));
  }

  /** Ends a channel that has no transaction worth sending; the peer hears why. */
  drop(name: ChannelName, why: string): string | undefined {
    const { manager } = this.#engine;
    return this.#engine.read(() =>
      refusalOf(manager.force_close_without_broadcasting_txn(idOf(name), bytesOf(name.peerId), why)),
    );
  }

  /** Begins to close together with the peer; `isScript` is whether the script is what is refused. */
  close(name: ChannelName, script?: Uint8Array): { readonly refused: string; readonly isScript: boolean } | undefined {
    const { manager } = this.#engine;
    const peer = bytesOf(name.peerId);
    const destination = script && shutdownScript(script);
    const none = ldk.Option_u32Z.constructor_none();
    const begun = destination
      ? manager.close_channel_with_feerate_and_script(idOf(name), peer, none, destination)
      : manager.close_channel(idOf(name), peer);
    const refused = refusalOf(begun);
    if (refused === undefined) return undefined;
    return { refused, isScript: err(begun) instanceof ldk.APIError_IncompatibleShutdownScript };
  }

  /** Sends our commitment transaction. */
  forceClose(name: ChannelName, why: string): string | undefined {
    const { manager } = this.#engine;
    return refusalOf(manager.force_close_broadcasting_latest_txn(idOf(name), bytesOf(name.peerId), why));
  }

  setTerms(name: ChannelName, { baseMsat, millionths, cltvDelta }: NewTerms): string | undefined {
    const update = ldk.ChannelConfigUpdate.constructor_new(
      someU32(millionths),
      someU32(baseMsat),
      someU16(cltvDelta),
      ldk.Option_MaxDustHTLCExposureZ.constructor_none(),
      ldk.Option_u64Z.constructor_none(),
    );
    const { manager } = this.#engine;
    this.#engine.holdTimer(OLD_FEES_TICKS);
    return refusalOf(manager.update_partial_channel_config(bytesOf(name.peerId), [idOf(name)], update));
  }
}
