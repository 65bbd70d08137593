import { formatMsat, formatSat } from '../../core/amounts.js';
import type { TrafficEnd } from '../../traffic/traffic.js';
import type { TrafficSummary } from '../../traffic/stats.js';
import { columns, duration, type Output } from '../output.js';

/** What there is to see of traffic while it goes on, the most important first: a line is cut off at its end. */
export function liveText(summary: TrafficSummary): string {
  const { sent, paid, failed, medianMs, p95Ms, failedBy } = summary;
  return [
    `${sent} sent, ${paid} paid${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(medianMs === undefined ? [] : [`median ${duration(medianMs)}, p95 ${duration(p95Ms!)}`]),
    rateText(summary),
    ...failedBy.map(([reason, count]) => `${reason} ${count}`),
  ].join(', ');
}

const rateText = ({ msatPerSecond }: TrafficSummary): string => {
  const msat = BigInt(Math.round(msatPerSecond));
  return `${formatMsat(msat < 10_000n ? msat : (msat / 1000n) * 1000n)}/s`;
};

/** What it has come to, for a person. */
export function summaryText(
  summary: TrafficSummary,
  seed: number,
  end: TrafficEnd | undefined,
  { style }: Output,
): string {
  const { sent, paid, failed, underWay, failedBy, medianMs, p95Ms, amountMsat, feeMsat, elapsedMs } = summary;
  const mark = paid > 0 || sent === 0 ? style.green('✔') : style.red('✘');
  const why = { done: '', time: '', stopped: '', gone: '; no node runs any more' }[end ?? 'done'];
  const counts = [`${paid} paid`, `${failed} failed`, ...(underWay > 0 ? [`${underWay} still under way`] : [])];
  const payments = sent === 1 ? 'payment' : 'payments';
  const rows = [
    ['amount', `${formatSat(amountMsat)}, ${rateText(summary)}, fees ${formatSat(feeMsat)}`],
    ...(medianMs === undefined ? [] : [['latency', `median ${duration(medianMs)}, p95 ${duration(p95Ms!)}`]]),
    ...failedBy.map(([reason, count]) => [reason, `${count} failed`]),
    ['seed', `${seed} ${style.dim('repeats them: --seed')}`],
  ];
  const lines = columns(rows.map(([name, value]) => [`  ${style.bold(name!)}`, value!]));
  return `${mark} ${sent} ${payments} in ${duration(elapsedMs)}: ${counts.join(', ')}${why}\n${lines}`;
}

/** The same for a program: msat as numbers, times in ms. */
export function summaryJson(summary: TrafficSummary, seed: number, end: TrafficEnd | undefined): object {
  const { sent, paid, failed, underWay, failedBy, medianMs, p95Ms, amountMsat, feeMsat, elapsedMs } = summary;
  const round = (ms: number | undefined): number | null => (ms === undefined ? null : Number(ms.toFixed(3)));
  return {
    end: end ?? null,
    seed,
    sent,
    paid,
    failed,
    under_way: underWay,
    failed_by: Object.fromEntries(failedBy),
    amount_msat: amountMsat,
    fee_msat: feeMsat,
    elapsed_ms: round(elapsedMs),
    latency_median_ms: round(medianMs),
    latency_p95_ms: round(p95Ms),
    msat_per_second: Math.round(summary.msatPerSecond),
  };
}
