import { megabytes } from '../../core/bytes.js';
import { LnPlayError } from '../../core/errors.js';
import { ImageCache } from '../../network/images/cache.js';
import type { CommandContext, Reply } from '../context.js';
import { columns } from '../output.js';

/** What is kept of networks that were made before; `clear` removes it. */
export async function run({ args, out }: CommandContext): Promise<Reply> {
  const [action] = args;
  const cache = new ImageCache();
  if (action !== undefined && action !== 'clear')
    throw new LnPlayError('USAGE', `cache has no action ${JSON.stringify(action)}`, {
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
    key.slice(0, 8),
    manifest.nodes.map(({ name, implementation }) => `${name} (${implementation})`).join(', '),
    `${manifest.balance?.channels.length ?? 0} channels`,
    `block ${manifest.height ?? '?'}`,
    megabytes(manifest.diskBytes),
    `used ${usedAt.toISOString().slice(0, 16).replace('T', ' ')}`,
  ]);
  const title = `networks made before, from which others of their like start, in ${cache.folder}`;
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
