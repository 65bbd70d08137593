import { expect, test } from 'vitest';
import { cannotAfford } from '../../../../src/embedded/node/errors.js';

test.each([
  [100n, 2, 70n, 'Could not afford 100sat using all 2 available UTXOs: 30sat short'],
  [100n, 2, 100n, 'Could not afford 100sat using all 2 available UTXOs: 0sat short'],
  [100n, 2, 120n, 'Could not afford 100sat using all 2 available UTXOs: 0sat short'],
  [undefined, 1, 70n, 'Could not afford all using all 1 available UTXOs: 0sat short'],
])('%s of %s coins with %s sat', (amountSat, coins, haveSat, message) => {
  expect(cannotAfford(amountSat, coins, haveSat)).toMatchObject({ code: 'FUND_CANNOT_AFFORD', message });
});
