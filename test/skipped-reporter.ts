import type { Reporter, TestModule } from 'vitest/node';

const WHY = /\(skipped: ([^)]*)\)/;

/** At the end of a run, says which tests were skipped and why: those whose own or suite's name says `(skipped: why)`. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const why = WHY.exec(test.fullName)?.[1] ?? 'for no stated reason';
        counts.set(why, (counts.get(why) ?? 0) + 1);
      }
    for (const [why, count] of counts)
      process.stderr.write(`\n  WARNING: ${count} ${count === 1 ? 'test was' : 'tests were'} SKIPPED: ${why}\n`);
  }
}
