/** A real bitcoind, and what simulated nodes see of its chain: blocks, coins sent to them, channels that get their block. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 200;
const FEE_SAT = 2_000;

export class Chain {
  height = 0;
  /** Coins of nodes by txid:output, and whose addresses are. */
  coins = new Map();
  #owners = new Map();
  #waiting = new Map();

  constructor({ bitcoind, folder, port, password }) {
    this.port = port;
    this.password = password;
    mkdirSync(folder, { recursive: true });
    const flags = { rpcport: port, rpcuser: 'ln-play', rpcpassword: password, fallbackfee: '0.00002', keypool: 1000 };
    const options = Object.entries({ ...flags, rpcthreads: 32, rpcworkqueue: 512, listen: 0, txindex: 1 });
    this.process = spawn(
      bitcoind,
      [
        '-regtest',
        `-datadir=${folder}`,
        '-printtoconsole=0',
        '-server=1',
        ...options.map(([key, value]) => `-${key}=${value}`),
      ],
      { stdio: 'ignore' },
    );
    this.timer = setInterval(() => void this.#look(), LOOK_MS);
    this.logFile = join(folder, 'regtest', 'debug.log');
  }

  async call(method, params = [], wallet = '') {
    const response = await fetch(`http://127.0.0.1:${this.port}${wallet && `/wallet/${wallet}`}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`ln-play:${this.password}`).toString('base64')}` },
      body: JSON.stringify({ method, params }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** A new address, whose coins are a node's. */
  async address(owner) {
    const wallet = await this.#wallet();
    const address = await this.call('getnewaddress', ['', 'bech32'], wallet);
    this.#owners.set(address, owner);
    return address;
  }

  async #wallet() {
    this.wallet ??= this.call('createwallet', ['simulation']).then(() => 'simulation');
    return await this.wallet;
  }

  /** Spends a coin into a channel. @returns its txid; `confirmed` is called with its short channel id */
  async fund(coin, amountSat, owner, confirmed) {
    const wallet = await this.#wallet();
    const channel = await this.call('getnewaddress', ['', 'bech32'], wallet);
    const rest = coin.sat - amountSat - FEE_SAT;
    const outputs = [{ [channel]: (amountSat / 1e8).toFixed(8) }];
    if (rest > 1_000) outputs.push({ [await this.address(owner)]: (rest / 1e8).toFixed(8) });
    const raw = await this.call('createrawtransaction', [[{ txid: coin.txid, vout: coin.output }], outputs]);
    const { hex } = await this.call('signrawtransactionwithwallet', [raw], wallet);
    const txid = await this.call('sendrawtransaction', [hex]);
    this.coins.delete(`${coin.txid}:${coin.output}`);
    this.#waiting.set(txid, confirmed);
    return txid;
  }

  async #look() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const blocks = await this.call('getblockcount');
      for (; this.height < blocks; this.height++) await this.#read(this.height + 1);
    } catch {
      // it does not answer yet
    }
    this.#isLooking = false;
  }
  #isLooking = false;

  async #read(height) {
    const { tx } = await this.call('getblock', [await this.call('getblockhash', [height]), 2]);
    tx.forEach(({ txid, vout }, index) => {
      for (const { value, n, scriptPubKey } of vout) {
        const owner = this.#owners.get(scriptPubKey.address);
        if (owner !== undefined)
          this.coins.set(`${txid}:${n}`, { txid, output: n, sat: Math.round(value * 1e8), owner });
      }
      this.#waiting.get(txid)?.(`${height}x${index}x0`, height);
    });
  }

  /** Waits for a height. @returns the one that there is then */
  async heightFrom(height, patienceMs) {
    const until = performance.now() + patienceMs;
    while (this.height < height && performance.now() < until) await delay(LOOK_MS);
    return this.height;
  }

  close() {
    clearInterval(this.timer);
    this.process.kill('SIGKILL');
  }
}
