import { columns } from '../../../dist/cli/output.js';
import { median } from './samples.js';

/**
 * One line of the bench: what was measured, its samples (in ms unless `unit` says otherwise), what their median should
 * not exceed (in all, as a ratio to the baseline's, and on top of it), and what they are compared with; or why it was
 * not measured.
 *
 * @typedef {{ what: string, samples?: number[], unit?: 'ms' | 's' | '%' | 'kB' | 'MB' | '/s' | 'calls', goal?: number,
 *   baseline?: { name: string, samples: number[] }, ratioGoal?: number, addsGoal?: number, skipped?: string, failed?: string }} Row
 */

/** A row as numbers, for `--json`. */
export function summary({ samples, baseline, ...row }) {
  if (!samples) return row;
  const middle = median(samples);
  const base = baseline && { name: baseline.name, median: median(baseline.samples), samples: baseline.samples };
  return { ...row, median: middle, samples, baseline: base, ratio: base && middle / base.median };
}

/** All rows as one table of text. */
export function render(rows) {
  const head = ['', 'median', 'least', 'most', 'runs', 'goal', 'baseline', 'ratio', 'goal', ''];
  const cells = rows.map((row) => cellsOf(summary(row)));
  return columns([head, ...cells], new Set([1, 2, 3, 4, 5, 7, 8]));
}

function cellsOf(row) {
  const { group, what, samples, goal, baseline, ratio, ratioGoal, addsGoal } = row;
  const name = `${group}: ${what}`;
  if (!samples) return [name, ...Array(8).fill(''), row.failed ? `FAILED: ${row.failed}` : row.skipped];
  const show = (value) => format(value, row.unit);
  const more = (value) => (value < 0 ? '' : '+') + show(value);
  const added = baseline && row.median - baseline.median;
  const goals = [
    [row.median, goal],
    [ratio, ratioGoal],
    [added, addsGoal],
  ].filter(([, limit]) => limit !== undefined);
  const met = goals.every(([value, limit]) => value <= limit);
  return [
    name,
    show(row.median),
    show(Math.min(...samples)),
    show(Math.max(...samples)),
    String(samples.length),
    goal === undefined ? '' : show(goal),
    baseline ? `${baseline.name} ${show(baseline.median)}` : '',
    baseline ? (addsGoal === undefined ? ratio.toFixed(2) : more(added)) : '',
    ratioGoal?.toFixed(1) ?? (addsGoal === undefined ? '' : more(addsGoal)),
    goals.length === 0 ? '' : met ? 'met' : 'MISSED',
  ];
}

const format = (value, unit = 'ms') => `${value.toFixed(value < 10 && unit !== 'MB' ? 1 : 0)} ${unit}`;
