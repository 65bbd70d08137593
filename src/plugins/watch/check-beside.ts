import { checkPlugin, type CheckOptions } from '../check/check.js';
import type { CheckReport, Finding } from '../check/report.js';

/**
 * Checks new code of a plugin while its old code runs, as far as that can be seen: getmanifest and init. What a plugin
 * takes hold of in init, such as a port, it cannot have beside the one that runs; where the old code fails in the same
 * way there, the failure says nothing of the new one.
 *
 * @param old a copy of the code that runs; without one nothing runs that is to be spared, and init is left to the node
 */
export async function checkBeside(file: string, old: string | undefined, options: CheckOptions): Promise<CheckReport> {
  if (old === undefined) return await checkPlugin(file, { ...options, depth: 'manifest' });
  const report = await checkPlugin(file, { ...options, depth: 'init' });
  const failure = failureAtInit(report);
  if (!failure) return report;
  const { onMessage: _, onStderr: __, ...quietly } = options;
  const before = failureAtInit(await checkPlugin(old, { ...quietly, depth: 'init' }));
  return before?.text === failure.text ? { ...report, ok: true } : report;
}

/** The first failure of a plugin whose manifest is fine. */
function failureAtInit({ findings }: CheckReport): Finding | undefined {
  const failure = findings.find(({ outcome }) => outcome === 'failed');
  return findings.some(({ subject, outcome }) => subject === 'manifest' && outcome === 'passed') ? failure : undefined;
}
