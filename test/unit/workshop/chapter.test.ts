import { describe, expect, test } from 'vitest';
import { linesThatMatter, unmet, type WorkshopStep } from '../../../src/workshop/chapter.js';
import { CHAPTERS } from '../../../src/workshop/chapters.js';

const step = (more: Partial<WorkshopStep>): WorkshopStep => ({ type: 'true', expect: [], after: '', ...more });

describe('a step', () => {
  test('shows the lines that matter, and where it leaves some out', () => {
    const output = 'a 1\nb 2\n\na 3\n';
    expect(linesThatMatter(output, step({ show: [/^a/] }))).toEqual(['a 1', '…', 'a 3']);
    expect(linesThatMatter(output, step({}), 2)).toEqual(['a 1', 'b 2', '…']);
    expect(linesThatMatter('a\nb\n', step({}))).toEqual(['a', 'b']);
  });

  test('is unmet by another output and by another exit code', () => {
    const paid = step({ expect: [/complete/] });
    expect(unmet(paid, { output: '"status": "complete"', exitCode: 0 })).toEqual([]);
    expect(unmet(paid, { output: 'failed', exitCode: 0 })).toEqual(['its output matches /complete/']);
    expect(unmet(paid, { output: 'complete', exitCode: 1 })).toEqual(['it exits with 0, not 1']);
  });
});

test('every step of the workshop says what must come of it and what happened', () => {
  for (const { title, steps } of CHAPTERS) {
    expect(steps.length, title).toBeGreaterThan(0);
    for (const { type, after } of steps) {
      expect(type, title).not.toBe('');
      expect(after, type).not.toBe('');
      expect(type, 'what a beginner need not know').not.toMatch(/\b(until|while|for)\b.*\bdo\b/);
    }
  }
});
