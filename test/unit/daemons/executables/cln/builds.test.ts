import { expect, test } from 'vitest';
import { buildFor, buildsIn } from '../../../../../src/daemons/executables/cln/builds.js';
import { compareVersions, readVersion } from '../../../../../src/daemons/executables/cln/version.js';

const HASH = 'ab'.repeat(32);
const sums = (...files: string[]) => files.map((file) => `${HASH}  ${file}\n`).join('');

test.each([
  ['clightning-v26.06.6-ubuntu-24.04-amd64.tar.xz', 'v26.06.6', { name: 'ubuntu', number: '24.04' }],
  ['clightning-v25.12-Ubuntu-22.04-amd64.tar.xz', 'v25.12', { name: 'ubuntu', number: '22.04' }],
  ['clightning-v24.11-Ubuntu-22.04.tar.xz', 'v24.11', { name: 'ubuntu', number: '22.04' }],
  ['clightning-v25.12.1-Fedora-40-amd64.tar.gz', 'v25.12.1', { name: 'fedora', number: '40' }],
  ['clightning-v26.06rc1-Ubuntu-24.04-amd64.tar.xz', 'v26.06rc1', { name: 'ubuntu', number: '24.04' }],
])('%s is a build', (file, version, system) => {
  expect(buildsIn(sums(file), version)).toEqual([{ ...system, file, sha256: HASH }]);
});

test('what is no build of this release does not count', () => {
  const others = [
    'clightning-v26.06.6.zip',
    'clightning-v26.06.5-Ubuntu-24.04-amd64.tar.xz', // signed, but older
    'clightning-v26.06.6-Ubuntu-24.04-arm64.tar.xz',
    '../clightning-v26.06.6-Ubuntu-24.04-amd64.tar.xz',
    'clightning-v26.06.6-Ubuntu-24.04-amd64.deb',
  ];
  expect(buildsIn(`${sums(...others)}nonsense\n\n`, 'v26.06.6')).toEqual([]);
});

test('a system takes its own build, or that of the newest before it', () => {
  const builds = buildsIn(
    sums(
      'clightning-v25.12-Ubuntu-22.04-amd64.tar.xz',
      'clightning-v25.12-Ubuntu-24.04-amd64.tar.xz',
      'clightning-v25.12-Fedora-40-amd64.tar.gz',
    ),
    'v25.12',
  );
  const fileFor = (name: 'ubuntu' | 'fedora', number: string) => buildFor({ name, number }, builds)?.file;
  expect(fileFor('ubuntu', '22.04')).toMatch(/Ubuntu-22\.04/);
  expect(fileFor('ubuntu', '24.04')).toMatch(/Ubuntu-24\.04/);
  expect(fileFor('ubuntu', '26.10')).toMatch(/Ubuntu-24\.04/);
  expect(fileFor('ubuntu', '23.10')).toMatch(/Ubuntu-22\.04/);
  expect(fileFor('ubuntu', '20.04')).toBeUndefined();
  expect(fileFor('fedora', '43')).toMatch(/Fedora-40/);
  expect(fileFor('fedora', '39')).toBeUndefined();
});

test('versions are in the order of their releases', () => {
  const sorted = ['v24.08', 'v24.11.1', 'v25.12rc1', 'v25.12rc2', 'v25.12', 'v25.12.1', 'v26.06'];
  expect(sorted.toReversed().sort(compareVersions)).toEqual(sorted);
  expect(compareVersions('v25.12', 'v25.12')).toBe(0);
});

test('a version may leave out its v, and nothing else is one', () => {
  expect(['v25.12', '25.12', 'v26.06.6', 'v26.06rc1', 'v26.06-rc1'].map(readVersion)).toEqual([
    'v25.12',
    'v25.12',
    'v26.06.6',
    'v26.06rc1',
    'v26.06-rc1',
  ]);
  for (const text of ['', 'v', '26', 'latest', 'v25.12/../..', 'v25.12 ', 'vv25.12', 'v1.2.3.4', '../v25.12'])
    expect(() => readVersion(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
