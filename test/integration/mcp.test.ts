import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../src/core/wait.js';
import { describeEach, processesOf, usePlaygroundFolders } from './support.js';

const BIN = fileURLToPath(new URL('../../bin/ln-play.js', import.meta.url));

interface Answer {
  readonly text: string;
  readonly json: { readonly [key: string]: unknown };
  readonly isError: boolean;
}

describeEach((_implementation, { lightningd }) => {
  const folders = usePlaygroundFolders();
  let client: Client | undefined;
  afterEach(async () => {
    await client?.close();
    client = undefined;
  });

  async function connect(...flags: string[]): Promise<void> {
    client = new Client({ name: 'test', version: '1' });
    const env = { ...(process.env as { [name: string]: string }), LN_PLAY_DIR: folders.dir };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [BIN, 'mcp', ...flags], env, stderr: 'pipe' }),
    );
  }
  async function use(name: string, input: { readonly [name: string]: unknown } = {}): Promise<Answer> {
    const options = { timeout: 60_000 };
    const { content, structuredContent, isError } = await client!.callTool({ name, arguments: { ...input } }, options);
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    return { text, json: structuredContent as Answer['json'], isError: isError === true };
  }

  test('a network is set up, a payment made to fail, explained, and made to succeed', async () => {
    await connect();
    const { tools } = await client!.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['up', 'status', 'pay', 'cli', 'snapshot_save', 'crash', 'heal']));
    for (const name of ['workshop', 'demo', 'mcp', 'completion', 'plugin_trace']) expect(names).not.toContain(name);
    for (const { description, inputSchema } of tools) {
      expect(description).toContain('As a command: ln-play ');
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
    expect(client!.getInstructions()).toContain('To explain a failure');
    expect(tools.find(({ name }) => name === 'status')).toMatchObject({ annotations: { readOnlyHint: true } });
    expect(tools.find(({ name }) => name === 'destroy')).toMatchObject({ annotations: { destructiveHint: true } });

    expect(await use('status')).toMatchObject({
      isError: true,
      text: expect.stringContaining('There is no playground in') as string,
      json: { error: { code: 'STATE' } },
    });
    const up = await use('up', { topology: 'line:3', lightningd });
    expect(up.text).toContain('l1 → l2');
    expect(up.isError).toBe(false);
    expect(await use('status')).toMatchObject({ json: { nodes: [{ name: 'l1' }, { name: 'l2' }, { name: 'l3' }] } });

    expect(await use('crash', { daemon: 'l2' })).toMatchObject({ isError: false });
    const { json: invoice } = await use('invoice', { node: 'l3', msat: '1000sat' });
    const failed = await use('pay', { node: 'l1', bolt11: invoice['bolt11'] });
    expect(failed).toMatchObject({ isError: true, text: expect.stringMatching(/^error: /) as string });
    expect((await use('status')).text).toMatch(/l2 +dead/);
    expect(await use('restart', { daemon: 'l2' })).toMatchObject({ isError: false });
    const paid = await use('pay', { node: 'l1', bolt11: invoice['bolt11'] });
    expect(paid).toMatchObject({ isError: false, json: { status: 'complete' } });
    const sent = await use('cli', { node: 'l1', method: 'listpays', params: [] });
    expect(JSON.stringify(sent.json)).toContain(invoice['payment_hash']);
  });

  test('what is wrong is refused, and says what would be right; a client that goes ends what it asked for', async () => {
    await connect();
    expect(await use('mine', { blocks: 'many' })).toMatchObject({ isError: true });
    expect((await use('mine', { block: '1' })).text).toMatch(/block/);
    expect(await use('traffic', {})).toMatchObject({ isError: true, json: { error: { code: 'USAGE' } } });
    await use('up', { nodes: '1', lightningd });
    const waiting = use('wait', { node: 'l1', what: 'block 100000' }).catch(() => 'gone');
    await client!.close();
    expect(await waiting).toBe('gone');
    await waitFor('the server to end', async () => {
      const left = (await processesOf(folders.dir)).filter(({ args }) => args.includes('mcp'));
      return left.length === 0 ? { done: undefined } : { seen: left.map(({ pid }) => pid).join(', ') };
    });
  });

  test('with --read-only nothing can be changed', async () => {
    await connect('--read-only');
    const { tools } = await client!.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain('status');
    for (const name of ['mine', 'pay', 'destroy']) expect(names).not.toContain(name);
    expect(await use('feerate', { perkw: '1000perkw' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('nothing may be changed here') as string,
    });
  });
});
