/**
 * Prints how many tests passed, failed and were skipped, from vitest's JSON report, and exits non-zero where one failed
 * or none ran. usage: node .ci/count.js REPORT EXIT_CODE_OF_VITEST
 */
import { readFileSync } from 'node:fs';

const [file, vitest] = process.argv.slice(2);
let report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch (error) {
  process.stdout.write(`\nvitest left no report: ${error.message}\n`);
}
const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, testResults } = report;
// a file that could not be loaded, or be set up, has no test that failed
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
);
const failed = numFailedTests + broken.length;
if (passed + failed === 0) process.stdout.write('\nno test ran\n');
process.stdout.write(`\n${passed} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped\n`);
process.exitCode = vitest !== '0' || failed > 0 || passed === 0 ? 1 : 0;
