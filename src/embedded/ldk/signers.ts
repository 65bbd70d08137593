import { canCloseTo } from '../bitcoin/scripts.js';
import * as ldk from '#ldk';
import { ok, some } from './convert.js';

import { gossipSigner, multiplyScalars, sharedSecret, signSchnorr } from '../bitcoin/curve.js';
import { type NodeKeys } from '../node/keys.js';
import type { Ignoring } from './log-taps.js';

/**
 * LDK's node signer with the node key of Core Lightning's derivation: LDK's own KeysManager can only be told a seed.
 * The inbound payment key stays the KeysManager's.
 */
export function nodeSigner(keys: NodeKeys, manager: ldk.KeysManager, ignoring: Readonly<Ignoring>): ldk.NodeSigner {
  const inner = manager.as_NodeSigner();
  const signGossip = gossipSigner(keys.nodeSecret);
  return ldk.NodeSigner.new_impl({
    get_inbound_payment_key: () => inner.get_inbound_payment_key(),
    get_node_id: (recipient) =>
      recipient === ldk.Recipient.LDKRecipient_Node && !ignoring.isOn
        ? ldk.Result_PublicKeyNoneZ.constructor_ok(keys.nodeId)
        : ldk.Result_PublicKeyNoneZ.constructor_err(),
    ecdh: (recipient, otherKey, tweak) => {
      if (recipient !== ldk.Recipient.LDKRecipient_Node) return ldk.Result_ThirtyTwoBytesNoneZ.constructor_err();
      const scalar = some<ldk.BigEndianScalar>(tweak)?.scalar_bytes;
      const secret = scalar ? multiplyScalars(keys.nodeSecret, scalar) : keys.nodeSecret;
      return ldk.Result_ThirtyTwoBytesNoneZ.constructor_ok(sharedSecret(secret, otherKey));
    },
    // invoices are made and signed in bolt11.ts
    sign_invoice: () => ldk.Result_RecoverableSignatureNoneZ.constructor_err(),
    sign_bolt12_invoice: (invoice) =>
      ldk.Result_SchnorrSignatureNoneZ.constructor_ok(signSchnorr(invoice.tagged_hash().as_digest(), keys.nodeSecret)),
    sign_gossip_message: (message) => ldk.Result_ECDSASignatureNoneZ.constructor_ok(signGossip(message.write())),
  });
}

/** LDK's signer provider, except that channels which close together pay to the on-chain wallet. */
export function signerProvider(manager: ldk.KeysManager, walletScript: () => Uint8Array): ldk.SignerProvider {
  const inner = manager.as_SignerProvider();
  return ldk.SignerProvider.new_impl({
    generate_channel_keys_id: (inbound, value, id) => inner.generate_channel_keys_id(inbound, value, id),
    derive_channel_signer: (value, id) => inner.derive_channel_signer(value, id),
    read_chan_signer: (reader) => inner.read_chan_signer(reader),
    get_destination_script: (id) => inner.get_destination_script(id),
    get_shutdown_scriptpubkey: () => {
      const script = shutdownScript(walletScript());
      return script ? ldk.Result_ShutdownScriptNoneZ.constructor_ok(script) : inner.get_shutdown_scriptpubkey();
    },
  });
}

/** How LDK writes a script that is not of its oldest kind: 1, and its length in two bytes. */
const SCRIPT_KIND = 1;

/** The script as one that may stand in `shutdown`, or undefined if it may not. */
export function shutdownScript(script: Uint8Array): ldk.ShutdownScript | undefined {
  if (!canCloseTo(script)) return undefined;
  const serialized = Uint8Array.of(SCRIPT_KIND, 0, script.length, ...script);
  return ok<ldk.ShutdownScript>(ldk.ShutdownScript.constructor_read(serialized));
}
