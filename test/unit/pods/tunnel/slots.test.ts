import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Slots, type Holder } from '../../../../src/pods/tunnel/slots.js';

/** One who takes a slot whenever it asks something. */
class Asker implements Holder {
  readonly #slots: Slots;
  idleSince: number | undefined;
  busySince: number | undefined;
  has = false;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  async begin(): Promise<void> {
    this.idleSince = undefined;
    if (!this.has) await this.#slots.take(this);
    this.has = true;
  }

  end(): void {
    this.idleSince = performance.now();
    this.#slots.idle();
  }

  yield(): void {
    this.has = false;
    this.#slots.leave(this);
  }
}

test('a slot stays for a moment with who has done, for its next question; then it goes to who waits', async () => {
  const slots = new Slots(1);
  const [first, second] = [new Asker(slots), new Asker(slots)];
  await first.begin();
  const served = second.begin();
  first.end();
  await delay(10);
  expect([first.has, second.has]).toEqual([true, false]);
  await first.begin(); // its next question
  await delay(100);
  expect(first.has).toBe(true);
  first.end();
  await served;
  expect([first.has, second.has]).toEqual([false, true]);
});
