import { expect, test } from 'vitest';
import { parseFeerate } from '../../../src/cln/feerate.js';

test.each(['253perkw', '1012perkb', '1000', 'slow', 'normal', 'urgent', 'minimum', '6blocks', 'opening'])(
  '%s is a feerate',
  (text) => expect(parseFeerate(text)).toBe(text),
);

test.each(['fast', '', '-1perkw', '1.5perkw', '253 perkw', 'perkw', 'blocks', 'SLOW', '1sat'])('%j is none', (text) => {
  expect(() => parseFeerate(text)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: `${JSON.stringify(text)} is not a feerate` }),
  );
});
