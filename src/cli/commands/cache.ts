import { megabytes } from '../../core/bytes.js';
import { LnPlayError } from '../../core/errors.js';
import { ImageCache } from '../../network/images/cache.js';
import type { Image } from '../../snapshots/image.js';
import type { CommandContext, Reply } from '../context.js';
import { columns, elide } from '../output.js';
import { ago, plural } from '../snapshots.js';

/** What is kept of networks that were made before; `clear` removes it. */
export async function run({ args, out }: CommandContext): Promise<Reply> {
  const [action] = args;
  const cache = new ImageCache();
  if (action !== undefined && action !== 'clear')
    throw new LnPlayError('USAGE', `There is no action ${JSON.stringify(action)} of cache`, {
      hint: '`ln-play cache` lists what is kept, `ln-play cache clear` removes it',
    });
  const images = await cache.list();
  if (action === 'clear') {
    await cache.clear();
    return {
      json: { folder: cache.folder, removed: images.length },
      text: `${out.style.green('✔')} removed ${images.length} of ${cache.folder}`,
    };
  }
  const rows = images.map(({ key, image: { manifest }, usedAt }) => [
    out.style.dim(key.slice(0, 8)),
    nodesOf(manifest.nodes),
    plural(manifest.balance?.channels.length ?? 0, 'channel'),
    `block ${manifest.height ?? '?'}`,
    megabytes(manifest.diskBytes),
    `used ${ago(usedAt)}`,
  ]);
  const title = `networks made before, from which others of their like start, in\n${cache.folder}`;
  return {
    json: {
      folder: cache.folder,
      networks: images.map(({ key, image: { manifest }, usedAt }) => ({
        key,
        nodes: manifest.nodes,
        channels: manifest.balance?.channels.length ?? 0,
        height: manifest.height,
        bytes: manifest.diskBytes,
        used_at: usedAt.toISOString(),
      })),
    },
    text: rows.length === 0 ? `no networks in ${cache.folder} yet` : `${title}\n\n${columns(rows)}`,
  };
}

/** `l1, l2 embedded`; `l1 … (20) cln, embedded`. */
function nodesOf(nodes: Image['manifest']['nodes']): string {
  const names = nodes.map(({ name }) => name);
  const few = names.join(', ').length > 12 ? `${elide(names[0]!, 10)} … (${names.length})` : names.join(', ');
  return `${few} ${[...new Set(nodes.map(({ implementation }) => implementation))].join(', ')}`;
}
