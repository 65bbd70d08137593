import { expect, test } from 'vitest';
import { changesText } from '../../../src/cli/changes.js';
import { Output } from '../../../src/cli/output.js';
import type { Change } from '../../../src/network/apply/change.js';

const text = (...changes: Change[]): string => changesText({ changes, losses: [] }, false, new Output({}));
const option = (node: string, key: string): Change => ({ what: 'set option', node, key, value: '5' });

test('an option that only new channels take is said not to reach those that a node has', () => {
  const said = text(option('l1', 'fee-base'), option('l1', 'alias'), { what: 'restart', node: 'l1' });
  expect(said).toContain('l1: fee-base=5');
  expect(said).toContain('\nfee-base: for new channels; those that there are keep what they ask');
  expect(text(option('l1', 'alias'))).not.toContain('new channels');
  expect(text({ what: 'add node', node: 'l1' }, option('l1', 'fee-base'))).not.toContain('new channels');
});
