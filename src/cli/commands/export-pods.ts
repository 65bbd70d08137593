import { stringify } from 'yaml';
import { LnPlayError } from '../../core/errors.js';
import { composeFile } from '../../export/compose.js';
import { kubernetesObjects } from '../../export/kubernetes.js';
import { warnetNetwork } from '../../export/warnet.js';
import { workloadsOf, type Workload } from '../../export/workloads.js';
import type { NetworkSpec } from '../../network/spec.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { askedNetwork } from '../network-file.js';
import { imagesOption, namespaceOption, nodeKindOption } from '../pods.js';

/** Regtest coins are worth nothing, and nobody outside reaches that port. */
const RPC_PASSWORD = 'ln-play';
const STORAGE = '1Gi';

/** What each format makes of a network: the documents of its file. */
const FORMATS: { readonly [format: string]: (spec: NetworkSpec, context: CommandContext) => readonly object[] } = {
  kubernetes: (spec, context) =>
    kubernetesObjects(containersOf(spec, context), {
      namespace: namespaceOption(context),
      rpcPassword: RPC_PASSWORD,
      storage: STORAGE,
    }),
  compose: (spec, context) => [
    composeFile(containersOf(spec, context), { name: namespaceOption(context), rpcPassword: RPC_PASSWORD }),
  ],
  warnet: (spec) => [warnetNetwork(spec)],
};

/** The network of a file, in the words of something else that runs networks. */
export const run =
  (format: string) =>
  async (context: CommandContext): Promise<Reply> => {
    const spec = await askedNetwork(context);
    if (!spec)
      throw new LnPlayError('USAGE', 'Which network?', {
        hint: `name its file: ln-play export ${format} ln-play.yaml; ln-play export network writes one of what runs`,
      });
    const documents = FORMATS[format]!(spec, context);
    const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
    return { json: documents.length === 1 ? documents[0] : documents, text: text.trimEnd() };
  };

function containersOf(spec: NetworkSpec, context: CommandContext): Workload[] {
  const workloads = workloadsOf(spec, { nodeKind: nodeKindOption(context), images: imagesOption(context) });
  for (const { name, leftOut } of workloads)
    for (const plugin of leftOut) context.out.note(`${name}'s plugin ${plugin} is left out: no container has it`);
  if (spec.channels.length > 0 && textOption(context, 'quiet') === undefined)
    context.out.note('channels are not in it: `ln-play up --on kubernetes` opens them, too');
  return workloads;
}
