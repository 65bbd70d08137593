import type { Random } from '../core/random.js';
import type { Capacities, Choices, ReadyActivity } from './activity.js';

/** A payment that is to be made. */
export interface PlannedPayment {
  /** Since the beginning, in ms. */
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly amountMsat: bigint;
}

/** Of how many times the mean the amounts are at most spread. */
const SPREAD = 20;

/** The payments of all activities in their order of time: the same for the same seed, activities and capacities. */
export function* sequence(
  activities: readonly ReadyActivity[],
  capacities: Capacities,
  random: Random,
): Generator<PlannedPayment, void> {
  const streams = activities.map((activity) => ({
    activity,
    atMs: activity.startMs ?? 0,
    left: activity.count ?? Infinity,
  }));
  for (;;) {
    const open = streams.filter(({ left }) => left > 0);
    if (open.length === 0) return;
    const next = open.reduce((first, other) => (other.atMs < first.atMs ? other : first));
    const { activity, atMs } = next;
    const from = random.pick(without(activity.payers, activity.to));
    const to = random.pick(without(activity.payees, from));
    yield { atMs, from, to, amountMsat: amountOf(activity, capacities, from, to, random) };
    next.left--;
    next.atMs += waitMs(activity, random);
  }
}

const without = (choices: Choices, name: string | undefined): Choices => choices.filter(([each]) => each !== name);

/** As sim-ln does: payments of a whole network at random are a Poisson process. */
function waitMs({ everyMs, perSecond }: ReadyActivity, random: Random): number {
  if (everyMs === undefined) return random.exponential(1000 / perSecond);
  return typeof everyMs === 'number' ? everyMs : everyMs[0] + random.next() * (everyMs[1] - everyMs[0]);
}

function amountOf(
  { amountMsat, expectedMsat }: ReadyActivity,
  capacities: Capacities,
  from: string,
  to: string,
  random: Random,
): bigint {
  if (typeof amountMsat === 'bigint') return amountMsat;
  if (amountMsat) return amountMsat[0] + BigInt(random.whole(0, Number(amountMsat[1] - amountMsat[0])));
  const [ours, theirs] = [capacities.get(from) ?? 0n, capacities.get(to) ?? 0n];
  return spread(expectedMsat, (ours < theirs ? ours : theirs) / 2n, random);
}

/**
 * sim-ln's distribution of amounts (simln-lib, `RandomPaymentActivity::payment_amount`): log-normal, with the expected
 * amount for its mean, and a spread with which 95 % of them lie below `limitMsat`; ours is at most some times the mean, as
 * channels that are very large beside it would have nearly all payments be of 1 msat.
 */
function spread(expectedMsat: bigint, limitMsat: bigint, random: Random): bigint {
  const lnExpected = Math.log(Number(expectedMsat));
  const limit = Math.min(Number(limitMsat), Number(expectedMsat) * SPREAD);
  const lnLimit = Math.max(lnExpected, Math.log(limit));
  const mu = 2 * lnExpected - lnLimit;
  const sigma = Math.sqrt(2 * (lnLimit - lnExpected));
  return BigInt(Math.max(1, Math.floor(Math.exp(mu + sigma * random.normal()))));
}
