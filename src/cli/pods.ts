import { LnPlayError } from '../core/errors.js';
import { EMBEDDED } from '../daemons/executables/embedded.js';
import type { Implementation } from '../daemons/implementation.js';
import type { DaemonKind, Images } from '../export/workloads.js';
import type { PodsOptions } from '../network/pods-record.js';
import type { PodsPlace } from '../pods/cluster.js';
import { listOption, textOption, type CommandContext } from './context.js';

const PLACES: { readonly [K in PodsPlace['on']]: (namespace: string, context: string | undefined) => PodsPlace } = {
  kubernetes: (namespace, context) => ({ on: 'kubernetes', namespace, ...(context !== undefined && { context }) }),
  podman: (network) => ({ on: 'podman', network }),
};
const KINDS: readonly DaemonKind[] = ['bitcoind', 'cln', 'embedded'];

/**
 * `--on`, with what belongs to it; undefined for this machine.
 *
 * @throws {LnPlayError} USAGE
 */
export function podsOption(context: CommandContext): PodsOptions | undefined {
  const on = textOption(context, 'on');
  const kubectlContext = textOption(context, 'context');
  if (on === undefined) {
    const without = ['namespace', 'context'].find((name) => textOption(context, name) !== undefined);
    const stray = without ?? (listOption(context, 'image').length > 0 ? 'image' : undefined);
    if (stray === undefined) return undefined;
    throw new LnPlayError('USAGE', `--${stray} is for --on`, { hint: 'for example: ln-play up --on kubernetes' });
  }
  const place = PLACES[on as PodsPlace['on']];
  if (!place)
    throw new LnPlayError('USAGE', `--on ${JSON.stringify(on)} is no place for a playground`, {
      hint: `choose one of ${Object.keys(PLACES).join(', ')}, or leave it out for this machine`,
    });
  if (kubectlContext !== undefined && on !== 'kubernetes')
    throw new LnPlayError('USAGE', `--context is kubectl's, and --on is ${on}`, { hint: 'leave it out' });
  return {
    place: place(namespaceOption(context), kubectlContext),
    nodeKind: nodeKindOption(context),
    images: imagesOption(context),
  };
}

/** A name of RFC 1123, as namespaces have it: `ln-play` by default. */
export function namespaceOption(context: CommandContext): string {
  const name = textOption(context, 'namespace') ?? 'ln-play';
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new LnPlayError('USAGE', `--namespace ${JSON.stringify(name)} is no name of a namespace`, {
    hint: 'small letters, digits, and - between them: ln-play',
  });
}

/** What a node runs in a pod that does not say: Core Lightning, unless `--lightningd embedded`. */
export function nodeKindOption(context: CommandContext): Implementation {
  const lightningd = textOption(context, 'lightningd');
  if (lightningd === undefined) return 'cln';
  if (lightningd === EMBEDDED) return EMBEDDED;
  throw new LnPlayError('USAGE', `--lightningd ${lightningd} is of this machine, and no pod has it`, {
    hint: `name an image that has it with --image cln=IMAGE, or say --lightningd ${EMBEDDED}`,
  });
}

/** `--image KIND=IMAGE`, as often as it is given. */
export function imagesOption(context: CommandContext): Partial<Images> {
  return Object.fromEntries(
    listOption(context, 'image').map((text) => {
      const [, kind, image] = /^([a-z]+)=(\S+)$/.exec(text) ?? [];
      if (KINDS.some((each) => each === kind)) return [kind, image];
      throw new LnPlayError('USAGE', `--image ${JSON.stringify(text)} is not KIND=IMAGE`, {
        hint: `KIND is one of ${KINDS.join(', ')}: --image embedded=localhost/ln-play`,
      });
    }),
  );
}
