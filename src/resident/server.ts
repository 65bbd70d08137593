import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { messageOf } from '../core/errors.js';
import type { Question, Told } from '../network/background/client.js';

/** Answers on our socket, which only its owner may use; see network/background/client.ts. */
export async function serve(
  path: string,
  answers: { readonly [Q in Question]: () => Told | Promise<Told> },
  ofSection: (section: string, question: string) => Promise<unknown>,
): Promise<{ readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const question = request.url!.slice(1);
    const answer = async (): Promise<void> => {
      const [section, own] = question.split('/');
      try {
        if (own !== undefined) response.end(JSON.stringify(await ofSection(section!, own)));
        else if (isQuestion(question)) response.end(JSON.stringify(await answers[question]()));
        else response.writeHead(404).end(`there is no ${question}`);
      } catch (error) {
        response.writeHead(500).end(messageOf(error));
      }
    };
    void answer();
  });
  const isQuestion = (text: string): text is Question => Object.hasOwn(answers, text);
  await rm(path, { force: true }); // of one that was killed: there is none but us
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  await chmod(path, 0o600);
  return { close: async () => await new Promise<void>((resolve) => server.close(() => resolve())) };
}
