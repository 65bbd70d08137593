import { request } from 'node:http';
import { LnPlayError, messageOf, systemCode } from '../../core/errors.js';
import type { SectionName, SectionState } from './sections.js';

/** What the resident process says of what it does. */
export interface Told {
  readonly sections: {
    readonly [N in SectionName]?: { readonly state: SectionState; readonly problem: string | null };
  };
}

/** What it can be asked: to read `background.json` again, how far it is, to end. */
export type Question = 'apply' | 'state' | 'stop';

/** How long it may take, in ms: to `apply` is to start whatever it is to do. */
const ANSWER_MS = 30_000;

/**
 * Asks the resident process over its socket.
 *
 * @throws {LnPlayError} CONNECTION where it does not run, or answers something else; TIMEOUT
 */
export async function askResident(socketPath: string, question: Question, timeoutMs = ANSWER_MS): Promise<Told> {
  return (await ask(socketPath, question, timeoutMs)) as Told;
}

/**
 * Asks one of the sections something that it alone knows.
 *
 * @throws {LnPlayError} as `askResident`
 */
export async function askSection(socketPath: string, section: SectionName, question: string): Promise<unknown> {
  return await ask(socketPath, `${section}/${question}`, ANSWER_MS);
}

async function ask(socketPath: string, question: string, timeoutMs: number): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  return await new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      const [code, why] = signal.aborted
        ? (['TIMEOUT', `within ${timeoutMs} ms`] as const)
        : (['CONNECTION', `(${systemCode(cause) ?? messageOf(cause)})`] as const);
      const hint = 'see `ln-play logs background`';
      reject(new LnPlayError(code, `the background does not answer ${question} ${why}`, { hint, cause }));
    };
    const sent = request({ socketPath, path: `/${question}`, method: 'POST', signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode !== 200) return failed(new Error(`HTTP ${response.statusCode}: ${text}`));
        resolve(JSON.parse(text));
      });
    });
    sent.on('error', failed);
    sent.end();
  });
}
