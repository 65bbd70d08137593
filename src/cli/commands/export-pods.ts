import { stringify } from 'yaml';
import { LnPlayError } from '../../core/errors.js';
import { composeFile } from '../../export/compose.js';
import { kubernetesObjects } from '../../export/kubernetes.js';
import { warnetNetwork } from '../../export/warnet.js';
import { workloadsOf, type Workload } from '../../export/workloads.js';
import { layoutOf, playgroundDir } from '../../network/layout.js';
import { readManifest } from '../../network/manifest.js';
import { Playground } from '../../network/playground.js';
import type { NetworkSpec } from '../../network/spec.js';
import type { CommandContext, Reply } from '../context.js';
import { askedNetwork } from '../network-file.js';
import { imagesOption, namespaceOption, nodeKindOption } from '../pods.js';
import { runningNetwork } from '../running-network.js';

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

/** The network of a file, or the one that runs, in the words of something else that runs networks. */
export const run =
  (format: string) =>
  async (context: CommandContext): Promise<Reply> => {
    const spec = await networkOf(context, format);
    const documents = FORMATS[format]!(spec, context);
    const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
    return { json: documents.length === 1 ? documents[0] : documents, text: text.trimEnd() };
  };

/** Of the file that is named; else of the playground, if it runs; else of a file that is found here. */
async function networkOf(context: CommandContext, format: string): Promise<NetworkSpec> {
  const { args, options, out } = context;
  const isThere = args[0] === undefined && (await readManifest(layoutOf(playgroundDir(options.dir)))) !== undefined;
  const playground = isThere ? await Playground.open(options.dir, context.playground) : undefined;
  if (playground?.daemons().some(({ daemon }) => daemon.attach())) {
    out.note(`using the playground in ${playground.dir}`);
    return await runningNetwork(playground);
  }
  const spec = await askedNetwork(context);
  if (spec) return spec;
  throw new LnPlayError('USAGE', 'Which network? No file was named, and no playground runs', {
    hint: `name one: ln-play export ${format} ln-play.yaml; or start a playground: ln-play up`,
  });
}

function containersOf(spec: NetworkSpec, context: CommandContext): Workload[] {
  const workloads = workloadsOf(spec, { nodeKind: nodeKindOption(context), images: imagesOption(context) });
  for (const { name, leftOut } of workloads)
    for (const plugin of leftOut) context.out.note(`${name}'s plugin ${plugin} is left out: no container has it`);
  if (spec.channels.length > 0)
    context.out.note('channels are not in it: `ln-play up --on kubernetes` opens them, too');
  return workloads;
}
