import { z } from 'zod';
import { isInside, type ImageManifest } from './image.js';

/*
 * What an `image.json` may say that comes from a file: it is anybody's, and is shown on a terminal. Loaded by who reads such
 * a file alone.
 */

/** What a terminal does not show as it is: control characters, and what ends a line or turns its direction. */
const UNSHOWN = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
const line = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !UNSHOWN.test(text));
const path = line(4096).refine(isInside);
const count = z.int().nonnegative();
/** In msat. */
const amount = z.string().regex(/^\d{1,19}$/);

const node = z.object({ name: line(100), implementation: line(20), version: line(200).nullable() });

const balance = z.object({
  channels: z.array(
    z.object({
      from: line(100),
      to: line(100),
      shortChannelId: line(40).nullable(),
      phase: line(40),
      capacityMsat: amount,
      oursMsat: amount,
    }),
  ),
  nodes: z.array(
    z.object({
      name: line(100),
      onchainMsat: amount,
      invoices: z.object({ made: count, paid: count, receivedMsat: amount }),
    }),
  ),
});

const schema = z.object({
  format: z.literal(1),
  note: z
    .string()
    .max(10_000)
    .transform((text) => text.replaceAll(new RegExp(UNSHOWN, 'gu'), ' '))
    .nullable(),
  created: z.iso.datetime(),
  lnPlay: line(100),
  platform: line(100),
  imported: z.boolean(),
  bitcoind: z.object({ version: line(200).nullable() }),
  nodes: z.array(node).max(1000),
  height: count.nullable(),
  balance: balance.nullable(),
  diskBytes: count,
  folders: z.array(path),
  files: z.array(z.object({ path, size: count, mode: count.max(0o777), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  links: z.array(z.unknown()),
}) satisfies z.ZodType<Omit<ImageManifest, 'links'>>;

/**
 * Of a manifest from a file what we know, without its links: what they lead to is of one machine.
 *
 * @returns why it cannot be one instead, as text
 */
export function asUntrusted(manifest: ImageManifest): ImageManifest | string {
  const { data, error } = schema.safeParse(manifest);
  if (data) return { ...data, imported: true, links: [] };
  const [issue] = error.issues;
  return `has something else than it should in ${JSON.stringify(issue!.path.join('.'))}`;
}
