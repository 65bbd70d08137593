import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, runCli, runJson, useTemporaryFolder } from './support.js';

/** A mainnet invoice: the first example of BOLT #11, "Please make a donation of any amount". */
const MAINNET =
  'lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql';

/** What is wrong on a command line: the thing, its value and the way out, exit code 1 or 2, and nothing changed. */
describeEach((_implementation, { flags }) => {
  const folder = useTemporaryFolder();
  let dir: string;
  const json = <T = Record<string, unknown>>(...args: string[]) => runJson<T>(args, { env: { LN_PLAY_DIR: dir } });
  beforeAll(async () => {
    dir = join(folder.path, 'p');
    await json('up', ...flags);
    await json('fund-and-channel');
    return async () => void (await json('destroy', '--yes'));
  });

  /** All that a wrong command must leave as it was. */
  const state = async () => {
    const [{ bitcoind, nodes, channels }, invoices, ...funds] = await Promise.all([
      json<PlaygroundStatus>('status'),
      json('cli', 'l1', 'listinvoices'),
      ...['l1', 'l2'].map((node) => json<{ outputs: unknown }>('cli', node, 'listfunds')),
    ]);
    const configs = await Promise.all(['l1', 'l2'].map((node) => readFile(join(dir, node, 'config'), 'utf8')));
    const pids = [bitcoind, ...nodes].map(({ pid }) => pid);
    const manifest = await readFile(join(dir, 'ln-play.json'), 'utf8');
    return {
      blocks: bitcoind.blocks,
      pids,
      channels,
      invoices,
      funds: funds.map(({ outputs }) => outputs),
      configs,
      manifest,
    };
  };

  /** Runs it with --json: then standard output has a document, and standard error what a person reads. */
  async function refused(code: number, args: readonly string[], ...says: RegExp[]): Promise<void> {
    const result = await runCli(['--json', ...args], { env: { LN_PLAY_DIR: dir } });
    expect({ args, ...result }).toMatchObject({ args, code });
    for (const what of says) expect(result.stderr).toMatch(what);
    expect(JSON.parse(result.stdout)).toEqual({
      error: {
        code: expect.any(String) as string,
        message: expect.any(String) as string,
        details: expect.any(Array) as unknown[],
        hint: expect.any(String) as string,
      },
    });
  }

  const WRONG: readonly (readonly [code: number, command: string, ...says: RegExp[]])[] = [
    [2, 'fund l9 1btc', /There is no node "l9"/, /hint: its nodes are l1, l2/],
    [2, 'cli l9 getinfo', /There is no node "l9"/, /hint: its nodes are l1, l2/],
    [2, 'logs l9', /There is no "l9"/, /hint: choose one of bitcoind, l1, l2/],
    [2, 'restart L1', /There is no "L1"/, /hint: choose one of bitcoind, l1, l2/],
    [2, 'pay-demo --from l3', /There is no node "l3"/],
    [2, 'up --option l7:alias=x', /There is no node "l7"/, /the nodes are l1, l2/],
    [2, 'nonsense', /unknown command 'nonsense'/, /--help/],
    [2, 'statsu', /unknown command 'statsu'/, /status/],
    [
      2,
      'plugin strat',
      /^error: unknown command 'strat'\nhint: Did you mean start\? .* plugin --help lists its commands\n$/,
    ],
    [2, 'mine --nonsense', /unknown option '--nonsense'/],
    [2, 'fund l1', /missing required argument 'amount'/, /Examples|--help/],
    [2, 'status extra words', /too many arguments/],
    [2, 'fund l1 1.5msat', /error: "1.5msat" is not an amount/, /hint: .*0\.042btc/],
    [2, 'fund l1 1e400btc', /error: "1e400btc" is not an amount/, /hint: /],
    [2, 'fund l1 999msat', /"999msat" is not a whole number of sat/, /hint: /],
    [2, 'fund l1 0btc', /error: "0btc" is not above zero/, /hint: /],
    [2, 'fund l1 21000001btc', /"21000001btc" is more than the 21 million/, /hint: /],
    [1, 'fund l1 1000000btc', /1000000btc is more than the faucet has: \d+(\.\d+)?btc/, /hint: send less: mining/],
    [1, 'fund l1 1sat', /1sat is dust: bitcoind sends no such output/, /hint: send 330sat at least/],
    [2, 'fund l1 -- -1', /error: "-1" is not an amount/],
    [2, 'open l2 l1 -- -1', /error: "-1" is not an amount/],
    [2, 'open l2 l1 fast', /error: "fast" is not an amount/],
    [2, 'open l2 l2 0.01btc', /l2 cannot open a channel to itself/, /hint: name two different nodes/],
    [
      1,
      'open l2 l1 15btc',
      /l2 cannot fund a channel of 15btc: its wallet has \d+/,
      /hint: fund it first: ln-play fund l2 5\.\d+btc/,
    ],
    [1, 'fund l1 1000btc', /1000btc is more than the faucet has/, /hint: .*ln-play mine 11\d$/m],
    [1, 'open l2 l1 1sat', /A channel of 1sat is too small/, /hint: nodes take 10000sat/],
    [1, 'open l2 l1 0.01btc --feerate 100000000perkw', /100000000perkw is absurd: .*above 2500000perkw/, /hint: /],
    [1, 'open l2 l1 0.01btc --feerate 1perkw', /1perkw is too low: .*below 250perkw/, /hint: /],
    [2, 'open l2 l1 0.01btc --feerate fast', /--feerate "fast" is not a feerate/, /hint: .*253perkw.*slow/],
    [2, 'connect l1 l1', /l1 cannot connect to itself/, /hint: /],
    [2, 'fund-and-channel --feerate fast', /--feerate "fast" is not a feerate/],
    [2, 'fund-and-channel --capacity 0', /--capacity "0" is not above zero/],
    [2, 'fund-and-channel --from l1 --to l1', /--from and --to are both l1/, /hint: /],
    [2, 'demo --amount 1.5msat', /--amount "1.5msat" is not an amount/],
    [1, 'demo --fund 1sat', /1sat is dust/],
    [1, 'demo --capacity 1sat', /A channel of 1sat is too small/],
    [1, 'demo --fund 0.01btc', /A channel of 0.042btc at 253perkw can't be funded with 0.01btc/, /--fund 0.043btc/],
    [2, 'demo --nodes 1', /A demo takes two nodes at least, and these are l1/],
    [2, 'demo --nodes 2x', /--nodes "2x" is not a whole number from 1 to 500/],
    [2, 'demo --nodes alice,bitcoin', /"bitcoin" cannot be a node's name: it is bitcoind's folder or name/],
    [2, 'demo --from l5', /There is no node "l5"/, /hint: its nodes are l1, l2/],
    [2, 'invoice l1 -- -5', /error: "-5" is not an amount/],
    [2, 'invoice l1 1e400btc', /is not an amount/],
    [2, 'invoice l1 foo', /error: "foo" is not an amount/, /hint: .*24msat.*; any leaves it to the payer/],
    [2, 'mine 0', /error: "0" is not a whole number from 1 to/],
    [2, 'mine 1.5', /error: "1.5" is not a whole number/],
    [2, 'mine ten', /error: "ten" is not a whole number/],
    [2, 'up --nodes 0', /--nodes "0" is not a whole number from 1 to 500/],
    [2, 'up --nodes alice,bt', /"bt" cannot be a node's name: it is a function of `ln-play env`/],
    [2, 'up --nodes l1,,l3', /"" cannot be a node's name/],
    [2, 'up --nodes 1000', /--nodes "1000" is not a whole number/],
    [2, 'up --option fee-base=1', /--option "fee-base=1" is not NODE:KEY=VALUE/, /hint: /],
    [2, 'up --debugger l1', /--debugger "l1" is not NODE:SUBDAEMON/],
    [2, 'up --debugger l2:nosuch', /There is no subdaemon "nosuch"\nhint: the subdaemons are hsmd, connectd, /],
    [2, 'up --node l7=embedded', /There is no node "l7"\nhint: the nodes are l1, l2\n/],
    [1, 'up --bitcoind /nonexistent', /--bitcoind names \/nonexistent: there is no such file/, /hint: /],
    [2, 'status --timeout soon', /--timeout "soon" is not a number of seconds/, /hint: /],
    [2, 'status --timeout 0', /--timeout 0 leaves no time at all/, /hint: give more than 0 seconds/],
    [2, 'status --timeout=-3', /--timeout -3 leaves no time at all/, /hint: /],
    [
      2,
      'status --timeout 2147484',
      /--timeout 2147484 is longer than can be waited for/,
      /hint: give at most 2147483 s/,
    ],
    [2, 'logs l1 -n many', /--lines "many" is not a whole number/],
    [2, 'env --shell tcsh', /--shell "tcsh" is not a shell/, /hint: .*bash/],
    [2, 'completion tcsh', /no completion for "tcsh"/, /hint: .*bash/],
    [2, 'decode lnbcrt1nonsense', /"lnbcrt1nonsense" cannot be decoded/, /hint: /],
    [2, 'pay l2 nonsense', /"nonsense" cannot be decoded/, /hint: /],
    [1, `pay l2 ${MAINNET}`, /is for the network with prefix "bc", not regtest/, /hint: .*lnbcrt/],
    [1, 'destroy', /would be removed, with all its nodes/, /hint: .*--yes/],
  ];

  test(
    'a wrong command says the thing, the value and the way out, and changes nothing',
    { timeout: 240_000 },
    async () => {
      const before = await state();
      for (const [code, command, ...says] of WRONG) await refused(code, command.split(' '), ...says);
      expect(await state()).toEqual(before);
    },
  );

  test('with --json wrong usage is a document too', async () => {
    for (const line of ['nonsense --json', '--json fund l1', 'status --json --nonsense'])
      expect(await runCli(line.split(' '))).toMatchObject({
        code: 2,
        stdout: expect.stringMatching(/^\{\n {2}"error": \{\n {4}"code": "USAGE",\n {4}"message": "[a-z]/) as string,
      });
  });

  test('without --json nothing goes to standard output', async () => {
    expect(await runCli(['fund', 'l9', '1btc', '--dir', dir])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: There is no node "l9".*\nhint: its nodes are l1, l2\n$/) as string,
    });
  });

  test('an invoice that cannot be paid', async () => {
    const bolt11 = async (...args: string[]) => (await json<{ bolt11: string }>('invoice', ...args)).bolt11;
    const paid = await bolt11('l1', '10sat');
    await json('pay', 'l2', paid);
    const own = await bolt11('l2', '10sat');
    const any = await bolt11('l1', 'any');
    const tooMuch = await bolt11('l1', '0.05btc');
    const { bolt11: expired } = await json<{ bolt11: string }>('cli', 'l1', 'invoice', '1000', 'old', 'old', '1');
    const { created_at } = await json<{ created_at: number }>('decode', expired);
    const expiry = (created_at + 2) * 1000;
    await waitFor('it to expire', () =>
      Promise.resolve(Date.now() > expiry ? { done: true } : { seen: `${expiry - Date.now()} ms left` }),
    );

    const before = await state();
    await refused(1, ['pay', 'l2', paid], /is paid already, by l2/, /hint: /);
    await refused(1, ['pay', 'l2', own], /is l2's own/, /hint: /);
    await refused(1, ['pay', 'l2', any], /leaves the amount to the payer/, /hint: .*--amount/);
    await refused(2, ['pay', 'l2', any, '--amount', '1.5msat'], /is not an amount/);
    await refused(1, ['pay', 'l2', expired], /expired at \d{4}-/, /hint: make a new one/);
    const poor = await runCli(['pay', 'l2', tooMuch, '--dir', dir]);
    expect(poor.code).toBe(1);
    expect(poor.stderr).toMatch(/^error: l2: pay: /);
    await refused(1, ['pay', 'l2', await bolt11('l1', '10sat'), '--amount', '11sat'], /asks for 10sat, not 11sat/);
    const { invoices: _, ...after } = await state();
    const { invoices: __, ...was } = before;
    expect(after).toEqual(was);
  });

  test('no playground, and one that is down', async () => {
    const nowhere = join(folder.path, 'nowhere');
    for (const command of [
      'status',
      'down',
      'pay-demo',
      'cli l1 getinfo',
      'env',
      'logs l1',
      'ps',
      'destroy --yes',
      'wait',
    ]) {
      const { code, stderr } = await runCli([
        ...command.split(' ').slice(0, 1),
        '--dir',
        nowhere,
        ...command.split(' ').slice(1),
      ]);
      expect({ command, code, stderr }).toEqual({
        command,
        code: 1,
        stderr: expect.stringMatching(/error: There is no playground in .*nowhere\nhint: .*ln-play up/) as string,
      });
    }
    await json('down');
    for (const command of [
      'pay-demo',
      'mine',
      'fund l1 1btc',
      'cli l1 getinfo',
      'connect l1 l2',
      'invoice l1 1sat',
      'decode x',
      'wait',
    ]) {
      const { code, stderr } = await runCli(command.split(' '), { env: { LN_PLAY_DIR: dir } });
      expect({ command, code, stderr }).toEqual({
        command,
        code: 1,
        stderr: expect.stringMatching(/error: .*(is not running|runs).*\n(.*\n)*hint: .*ln-play up/) as string,
      });
    }
  });
});
