import { expect, test } from 'vitest';
import { ConfigFile } from '../../../src/core/config-file.js';
import { lightningdSettings, ownSettingsOf, type LightningdPlace } from '../../../src/daemons/lightningd-settings.js';
import { formatSettings, rebase } from '../../../src/daemons/settings.js';

const place = (dir: string): LightningdPlace => ({
  lightningDir: `${dir}/l1`,
  bindAddr: `${dir}/l1/peer`,
  bitcoinDatadir: `${dir}/bitcoin`,
  bitcoinRpcPort: 18443,
  bitcoinCli: '/usr/bin/bitcoin-cli',
  bitcoinBackend: `${dir}/bitcoin/bitcoin-backend`,
});
const config = (dir: string): string =>
  formatSettings('l1', lightningdSettings('cln', { alias: 'l1', rgb: 'ff0000' }, place(dir)));

test('groups of settings are paragraphs, with comments that fit', () => {
  const groups = [
    { settings: [{ key: 'network', value: 'regtest' }, { key: 'developer' }] },
    { comment: `${'word '.repeat(30)}end`, settings: [{ key: 'rescan', value: '6' }] },
  ];
  const text = formatSettings('l1 of a playground', groups);
  expect(text.split('\n')).toEqual([
    '# l1 of a playground',
    'network=regtest',
    'developer',
    '',
    `# ${'word '.repeat(23).trim()}`,
    `# ${'word '.repeat(7)}end`,
    'rescan=6',
    '',
  ]);
});

test('a config moved to another folder is what would be written there; all else stays', () => {
  const own = '# mine\nplugin=/a/b-not-this/p.js\nplugin = /a/b/plugins/p.js\nfee-base=7\n';
  const file = new ConfigFile(config('/a/b') + own);
  rebase(file, '/a/b', '/elsewhere');
  expect(file.toString()).toBe(
    config('/elsewhere') + '# mine\nplugin=/a/b-not-this/p.js\nplugin=/elsewhere/plugins/p.js\nfee-base=7\n',
  );
});

test.each(['cln', 'embedded'] as const)(
  'what the config of a %s node has besides what a new one has',
  (implementation) => {
    const text = formatSettings(
      'l1',
      lightningdSettings(implementation, { alias: 'a', rgb: 'ff0000' }, place('/play')),
    );
    expect(ownSettingsOf(new ConfigFile(text), implementation)).toEqual({ options: [], plugins: [] });
    const edited = `${text.replace('log-level=debug', 'log-level=info')}fee-base=1\nfee-base=5\nwumbo\nplugin=/a\nplugin=/b\n`;
    expect(ownSettingsOf(new ConfigFile(edited), implementation)).toEqual({
      options: [
        { key: 'log-level', value: 'info' },
        { key: 'fee-base', value: '5' },
        { key: 'wumbo', value: undefined },
      ],
      plugins: ['/a', '/b'],
    });
  },
);
