/** Simulated lightningds on one chain: what `up` asks of them, in lightningd's words. */
import { createHash } from 'node:crypto';

export class Lightningds {
  #nodes = new Map();
  #channels = [];
  #chain;
  /** How often each method was called, and when first and last. */
  calls = new Map();
  times = new Map();

  constructor(chain) {
    this.#chain = chain;
  }

  #node(host) {
    if (!this.#nodes.has(host)) {
      const id = `02${createHash('sha256').update(host).digest('hex')}`;
      this.#nodes.set(host, { host, id, peers: new Set() });
    }
    return this.#nodes.get(host);
  }

  async answer(host, { id, method, params = {} }) {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    this.times.set(method, [this.times.get(method)?.[0] ?? performance.now(), performance.now()]);
    try {
      const result = await this[`_${method}`]?.(this.#node(host), params);
      if (result === undefined) throw Object.assign(new Error(`Unknown command '${method}'`), { code: -32601 });
      return { jsonrpc: '2.0', id, result };
    } catch (error) {
      return { jsonrpc: '2.0', id, error: { code: error.code ?? -1, message: error.message } };
    }
  }

  _getinfo({ host, id, peers }) {
    const binding = [{ type: 'ipv4', address: '0.0.0.0', port: 9735 }];
    const blockheight = this.#chain.height;
    return { id, alias: host, version: 'v26.06.6', blockheight, num_peers: peers.size, binding, network: 'regtest' };
  }

  async _waitblockheight(_, { blockheight, timeout }) {
    const height = await this.#chain.heightFrom(blockheight, timeout * 1_000);
    if (height < blockheight) throw Object.assign(new Error('Timed out.'), { code: 2000 });
    return { blockheight: height };
  }

  _connect(node, { id }) {
    const [, peerId, host] = /^([0-9a-f]+)@([^:]+):/.exec(id);
    const peer = this.#node(host);
    node.peers.add(peerId);
    peer.peers.add(node.id);
    return { id: peerId, features: '', direction: 'out', address: { type: 'dns', address: host, port: 9735 } };
  }

  _listpeers(node, { id }) {
    const peers = [...node.peers].filter((peer) => id === undefined || peer === id);
    return {
      peers: peers.map((peer) => ({
        id: peer,
        connected: true,
        num_channels: this.#of(node).filter((channel) => channel.ends.includes(peer)).length,
      })),
    };
  }

  _ping() {
    return { totlen: 132 };
  }

  async _newaddr({ host }) {
    return { bech32: await this.#chain.address(host) };
  }

  _listfunds({ host }) {
    const own = [...this.#chain.coins.values()].filter(({ owner }) => owner === host);
    const outputs = own.map(({ txid, output, sat }) => ({
      txid,
      output,
      amount_msat: sat * 1_000,
      status: 'confirmed',
      reserved: false,
    }));
    return { outputs, channels: [] };
  }

  _feerates() {
    return { perkw: { floor: 253, estimates: [] } };
  }

  async _fundchannel(node, { id, amount, push_msat: push = '0msat', utxos = [] }) {
    const coin = this.#chain.coins.get(utxos[0]);
    if (!coin) throw Object.assign(new Error('Could not afford'), { code: 301 });
    const capacity = Number.parseInt(amount, 10);
    const channel = {
      ends: [node.id, id],
      capacity,
      push: Number.parseInt(push, 10),
      scid: undefined,
      height: Infinity,
    };
    const txid = await this.#chain.fund(coin, capacity, node.host, (scid, height) =>
      Object.assign(channel, { scid, height }),
    );
    Object.assign(channel, { txid, channel_id: createHash('sha256').update(txid).digest('hex') });
    this.#channels.push(channel);
    return { txid, channel_id: channel.channel_id, outnum: 0 };
  }

  #of({ id }) {
    return this.#channels.filter(({ ends }) => ends.includes(id));
  }

  _listpeerchannels(node, { id }) {
    const own = this.#of(node).filter(({ ends }) => id === undefined || ends.includes(id));
    return {
      channels: own.map(({ ends, capacity, push, scid, channel_id, txid }) => {
        const isOpener = ends[0] === node.id;
        const total = capacity * 1_000;
        const policy = {
          fee_base_msat: 1,
          fee_proportional_millionths: 10,
          cltv_expiry_delta: 6,
          htlc_minimum_msat: 0,
          htlc_maximum_msat: total,
        };
        return {
          peer_id: ends.find((end) => end !== node.id),
          peer_connected: true,
          channel_id,
          short_channel_id: scid,
          state: scid ? 'CHANNELD_NORMAL' : 'CHANNELD_AWAITING_LOCKIN',
          opener: isOpener ? 'local' : 'remote',
          private: false,
          funding_txid: txid,
          funding_outnum: 0,
          total_msat: total,
          to_us_msat: isOpener ? total - push : push,
          spendable_msat: isOpener ? total - push : push,
          receivable_msat: isOpener ? push : total - push,
          status: ['CHANNELD_NORMAL:Channel ready for use.'],
          reestablished: true,
          updates: { local: policy, remote: policy },
          fee_base_msat: 1,
          fee_proportional_millionths: 10,
          htlcs: [],
        };
      }),
    };
  }

  _listchannels() {
    const heard = this.#channels.filter(({ height }) => this.#chain.height >= height + 5);
    return {
      channels: heard.flatMap(({ ends, scid, capacity }) =>
        ends.map((source, direction) => ({
          source,
          destination: ends[1 - direction],
          short_channel_id: scid,
          direction,
          public: true,
          amount_msat: capacity * 1_000,
          active: true,
        })),
      ),
    };
  }
}
