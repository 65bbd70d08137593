import * as ldk from '#ldk';
import { flag } from './convert.js';
import { hexOf } from '../bitcoin/hex.js';

export interface CustomMessageEvents {
  /** A peer is connected: both sides have sent `init`. */
  readonly connected: (nodeId: string, features: Uint8Array, inbound: boolean) => void;
  readonly disconnected: (nodeId: string) => void;
  /** A message of a type that LDK does not know; `message` with its type in front. */
  readonly received: (nodeId: string, message: Buffer) => void;
}

/** LDK's door for messages that it does not know itself; also the one place where it tells of peers that come and go. */
export class CustomMessages {
  readonly handler: ldk.CustomMessageHandler;
  readonly #outgoing: { nodeId: Uint8Array; message: ldk.Type }[] = [];
  /** LDK holds JavaScript objects weakly: messages stay until they must have been handled. */
  #alive: ldk.Type[] = [];

  constructor(events: CustomMessageEvents) {
    this.handler = ldk.CustomMessageHandler.new_impl(
      {
        handle_custom_message: (message, from) => {
          const type = Buffer.alloc(2);
          type.writeUInt16BE(message.type_id());
          events.received(hexOf(from), Buffer.concat([type, message.write()]));
          return ldk.Result_NoneLightningErrorZ.constructor_ok();
        },
        get_and_clear_pending_msg: () =>
          this.#outgoing
            .splice(0)
            .map(({ nodeId, message }) => ldk.TwoTuple_PublicKeyTypeZ.constructor_new(nodeId, message)),
        peer_connected: (nodeId, init, inbound) => {
          events.connected(hexOf(nodeId), init.get_features().write().subarray(2), flag(inbound));
          return ldk.Result_NoneNoneZ.constructor_ok();
        },
        peer_disconnected: (nodeId) => events.disconnected(hexOf(nodeId)),
        provided_node_features: () => ldk.NodeFeatures.constructor_empty(),
        provided_init_features: () => ldk.InitFeatures.constructor_empty(),
      },
      {
        read: (type, buffer) => {
          const message = this.#type(type, buffer);
          return ldk.Result_COption_TypeZDecodeErrorZ.constructor_ok(ldk.Option_TypeZ.constructor_some(message));
        },
      },
    );
  }

  /** Sends a message with the next turn. */
  send(nodeId: Uint8Array, type: number, content: Uint8Array): void {
    this.#outgoing.push({ nodeId, message: this.#type(type, content) });
  }

  #type(type: number, content: Uint8Array): ldk.Type {
    const message = ldk.Type.new_impl({ type_id: () => type, debug_str: () => `type ${type}`, write: () => content });
    this.#alive = [...this.#alive.slice(-100), message];
    return message;
  }
}
