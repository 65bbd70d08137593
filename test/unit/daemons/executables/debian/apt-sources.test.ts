import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findDebianMirror,
  parseDeb822,
  parseOneLine,
  shownMirror,
} from '../../../../../src/daemons/executables/debian/apt-sources.js';
import { fakeDebian, type FakeDebian } from '../../../../fakes/apt/fake-debian.js';

let debian: FakeDebian;
beforeEach(async () => {
  debian = await fakeDebian();
  await rm(join(debian.aptEtc, 'sources.list'));
  await mkdir(join(debian.aptEtc, 'sources.list.d'));
});
afterEach(() => debian.remove());

const DEB822 = `# written by the installer
Types: deb deb-src
URIs: http://security.debian.org/debian-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Enabled: yes
Types: deb
# http://commented.test/debian
URIs: http://first.test/debian
 http://second.test/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Enabled: no
Types: deb
URIs: http://disabled.test/debian
Suites: trixie
Components: main

Types: deb-src
URIs: http://sources.test/debian
Suites: trixie
Components: main
`;

test('reads the stanzas of .sources', () => {
  expect(parseDeb822(DEB822).map(({ uri }) => uri)).toEqual([
    'http://security.debian.org/debian-security',
    'http://first.test/debian',
    'http://second.test/debian',
  ]);
  expect(parseDeb822(DEB822)[1]).toMatchObject({
    suites: ['trixie', 'trixie-updates'],
    components: ['main', 'contrib'],
    signedBy: '/usr/share/keyrings/debian-archive-keyring.pgp',
  });
});

test('reads a key that is written into a stanza as such', () => {
  const [source] = parseDeb822(
    'Types: deb\nURIs: http://a.test/debian\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN\n .\n x\n',
  );
  expect(source?.signedBy).toMatch(/^-----BEGIN/);
});

test('reads the lines of .list', () => {
  const lines = `
# deb http://commented.test/debian bookworm main
deb-src http://sources.test/debian bookworm main
deb [ arch=amd64 signed-by=/usr/share/keyrings/k.gpg ] https://a.test/debian bookworm main contrib # why
  deb http://b.test/debian/ sid main`;
  expect(parseOneLine(lines)).toEqual([
    {
      uri: 'https://a.test/debian',
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/k.gpg',
    },
    { uri: 'http://b.test/debian/', suites: ['sid'], components: ['main'], signedBy: undefined },
  ]);
});

const KEY = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';

test.each([
  ['the plain case', 'deb http://a.test/debian bookworm main', 'http://a.test/debian'],
  ['another path, told by the key', `deb ${KEY} http://a.test/proxy/deb bookworm main`, 'http://a.test/proxy/deb'],
  ['the key wins', `deb http://a.test/debian sid main\ndeb ${KEY} http://b.test/d sid main`, 'http://b.test/d'],
  [
    'a list of mirrors',
    'deb mirror+file:/etc/apt/mirrors/debian.list bookworm main',
    'mirror+file:/etc/apt/mirrors/debian.list',
  ],
  ['security alone', 'deb http://a.test/debian-security bookworm-security main', undefined],
  ['Ubuntu', 'deb http://archive.ubuntu.com/ubuntu noble main universe', undefined],
  ['somebody else’s', 'deb [signed-by=/etc/k.gpg] https://apt.other.test/debian bookworm main', undefined],
  ['somebody else’s component', 'deb https://download.other.test/linux/debian bookworm stable', undefined],
  ['a disc', 'deb cdrom:[Debian]/debian bookworm main', undefined],
  ['nothing', '', undefined],
])('finds the mirror: %s', async (_name, lines, mirror) => {
  await writeFile(join(debian.aptEtc, 'sources.list.d', 'some.list'), lines);
  expect(await findDebianMirror(debian.host)).toBe(mirror);
});

test('finds the mirror in .sources, and ignores files that apt ignores', async () => {
  const parts = join(debian.aptEtc, 'sources.list.d');
  await writeFile(join(parts, 'a.list.disabled'), 'deb http://ignored.test/debian sid main');
  await writeFile(join(parts, 'debian.sources'), DEB822);
  expect(await findDebianMirror(debian.host)).toBe('http://first.test/debian');
});

test('shows no password of a mirror', () => {
  expect(shownMirror('https://ann:secret@mirror.test/debian')).toBe('https://mirror.test/debian');
});
