import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLI, describeEach, mountable, processesOf, useTemporaryFolder, withoutProgress } from './support.js';

const whyNot = mountable ? '' : ' (skipped: this user may not mount a file system)';

interface Ran {
  readonly code: number;
  readonly output: string;
}

describeEach((_implementation, { flags }) => {
  const folder = useTemporaryFolder();

  /**
   * Runs shell commands one after the other, on a file system of their own of 300 MB: `$D`, with a playground in `$D/p`.
   *
   * @returns what each came to, by its label
   */
  async function onSmallDisk(commands: readonly (readonly [label: string, command: string])[]) {
    const disk = join(folder.path, `d${Math.random().toString(36).slice(2, 8)}`);
    await mkdir(disk);
    const script = `
      D='${disk}'
      mount -t tmpfs -o size=300m none "$D" || exit 9
      ln-play() { '${process.execPath}' '${CLI}' "$@" --dir "$D/p" 2>&1; }
      leave() { rm -f "$D/filler"; cat /dev/zero 2>/dev/null >"$D/filler"; truncate -s "-$1" "$D/filler"; }
      ${commands.map(([label, command]) => `echo '== ${label}'; ${command}; echo "code $?"`).join('\n')}
      ln-play destroy --yes --quiet`;
    const child = spawn('unshare', ['--mount', 'bash', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    await once(child, 'close');
    expect(await processesOf(disk)).toEqual([]);
    const ran = text.split(/^== /m).slice(1);
    return new Map(
      ran.map((part): [string, Ran] => {
        const [label, ...rest] = part.split('\n');
        const code = rest.findLastIndex((line) => line.startsWith('code '));
        const output = withoutProgress(rest.slice(0, code).join('\n'));
        return [label!, { code: Number(rest[code]!.slice(5)), output }];
      }),
    );
  }

  const make = [
    ['up', `ln-play up --quiet ${flags.join(' ')}`],
    ['channel', 'ln-play fund-and-channel --quiet'],
    ['a', 'ln-play snapshot save a --quiet'],
    ['carry', 'ln-play snapshot export a "$D/a.tar.gz" --quiet'],
    ['since', 'ln-play pay-demo --quiet && ln-play mine 2 --quiet'],
  ] as const;
  const worth = 'ln-play snapshot diff a --json; ln-play status --json; ln-play cli l1 listinvoices';
  const FULL = 'hint: the disk is full: free some space';

  test.skipIf(!mountable)(
    `no room for a copy: the old state stays, and this command and the next one say so${whyNot}`,
    async () => {
      const ran = await onSmallDisk([
        ...make,
        ['before', worth],
        ['down', 'ln-play down --quiet; leave 48K'],
        ['save', 'ln-play snapshot save b'],
        ['after save', 'ln-play snapshot list --json'],
        ['later', 'ln-play snapshot list --json'],
        ['import', 'ln-play snapshot import "$D/a.tar.gz" c'],
        ['after import', 'ln-play snapshot list --json'],
        ['restore', 'ln-play snapshot restore a --yes'],
        ['after restore', 'ln-play snapshot list --json'],
        ['export', 'ln-play snapshot export a "$D/b.tar.gz"'],
        ['files', 'ls -A "$D" "$D/p/.snapshots"; ls -A "$D/p" | grep unfinished'],
        ['room', 'rm "$D/filler"; ln-play up --quiet'],
        ['after', worth],
        [
          'again',
          'ln-play snapshot restore a --yes --quiet && ln-play pay-demo --quiet && ln-play snapshot save b --quiet',
        ],
      ]);
      const told = {
        save: '`snapshot save b` was broken off: there is no snapshot b of it',
        import: '`snapshot import` was broken off: there is no snapshot c of it',
        restore: 'putting back a was broken off before it changed anything: the playground is as it was',
      };
      for (const [verb, says] of Object.entries(told)) {
        const { code, output } = ran.get(verb)!;
        expect({ verb, code, output }).toEqual({
          verb,
          code: 1,
          output: expect.stringMatching(/^error: Cannot .*ENOSPC/) as string,
        });
        expect(output).toContain(`\n  ${says}\n`);
        expect(output).toContain(FULL);
        const next = ran.get(`after ${verb}`)!;
        expect(next.output.split('\n')[0]).toBe(says);
        expect(next.output).toContain('"name": "a"');
        expect(next.code).toBe(0);
      }
      expect(ran.get('later')!.output).toMatch(/^\{/); // it is told once
      const { code, output } = ran.get('export')!;
      expect({ code, output }).toEqual({
        code: 1,
        output: expect.stringMatching(/^error: Cannot write .*b\.tar\.gz/) as string,
      });
      expect(output).toContain(FULL);
      expect(ran.get('files')!.output.trim().split(/\s+/)).toEqual([
        expect.stringMatching(/:$/),
        'a.tar.gz',
        'filler',
        'p',
        expect.stringMatching(/:$/),
        'a',
      ]);
      expect(worthOf(ran.get('after')!)).toEqual(worthOf(ran.get('before')!));
      expect(ran.get('again')!.code).toBe(0);
    },
  );

  test.skipIf(!mountable)(
    `on a disk on which bitcoind would stop by itself nothing is begun that has it write${whyNot}`,
    async () => {
      const ran = await onSmallDisk([
        ...make,
        ['leave', 'leave 30M'],
        ['before', worth],
        ['save', 'ln-play snapshot save b'],
        ['restore', 'ln-play snapshot restore a --yes'],
        ['clone', 'ln-play clone "$D/q"'],
        ['after', worth],
        ['room', 'rm "$D/filler"; ln-play snapshot save b --quiet'],
      ]);
      for (const verb of ['save', 'restore', 'clone']) {
        const { code, output } = ran.get(verb)!;
        expect({ verb, code, output }).toEqual({
          verb,
          code: 1,
          output: expect.stringMatching(
            /^error: The disk is full: 3\d\.\d MB are free.*\n  bitcoind stops.*52\.4 MB.*\nhint: nothing was changed/,
          ) as string,
        });
      }
      expect(ran.get('after')!.output).toBe(ran.get('before')!.output);
      expect(ran.get('room')!).toEqual({ code: 0, output: '' });
    },
  );
});

/** Without what is another each time that it starts. */
const worthOf = ({ output }: Ran): string =>
  output.replaceAll(/"(pid|rpc_port|num_peers)": \d+|127\.0\.0\.1:\d+/g, '$1');
