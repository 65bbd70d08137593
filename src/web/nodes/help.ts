import { z } from 'zod';
import { readManual, type Field, type Manual } from '../../cln/manual.js';
import type { AnyNode } from '../../nodes/implementations.js';

/** A method of a node. */
export const NodeMethod = z.object({
  command: z.string(),
  usage: z.string().describe('as `help` has it: invoice amount_msat label description [expiry]'),
  category: z.string().nullable(),
  description: z.string().nullable(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        type: z.string().describe("as Core Lightning's schemas name it"),
        required: z.boolean(),
        default: z.string().nullable(),
        about: z.string().nullable(),
      }),
    )
    .nullable()
    .describe("null for a method that Core Lightning's manual does not have"),
});

export type NodeMethod = z.infer<typeof NodeMethod>;

let manual: Manual | undefined;

/** All methods of a node as it runs, those of its plugins among them. */
export async function methodsOf(node: AnyNode): Promise<NodeMethod[]> {
  manual ??= readManual();
  const { help } = (await node.rpc.call('help', {})) as { help: HelpEntry[] };
  const { pages } = manual;
  return help.map(({ command: usage, category = null, description = null }) => {
    const [command = usage] = usage.split(' ');
    const page = Object.hasOwn(pages, command) ? pages[command] : undefined;
    return {
      command,
      usage,
      category,
      description: description ?? page?.title ?? null,
      parameters: page ? (page.request ?? []).flatMap(parameter) : fromUsage(usage),
    };
  });
}

interface HelpEntry {
  readonly command: string;
  readonly category?: string;
  readonly description?: string;
}

/** Those that there are under some condition are optional. */
const parameter = (field: Field): NonNullable<NodeMethod['parameters']> =>
  'when' in field
    ? (field.fields ?? []).flatMap(parameter).map((each) => ({ ...each, required: false }))
    : [
        {
          name: field.name,
          type: field.type,
          required: field.optional !== true,
          default: field.default ?? null,
          about: field.text?.[0] ?? null,
        },
      ];

/** What a method of a plugin says of itself: `shop-url item [count]`. */
function fromUsage(usage: string): NodeMethod['parameters'] {
  const names = usage.split(' ').slice(1).filter(Boolean);
  if (!names.every((name) => /^\[?[a-z_]\w*\]?$/i.test(name))) return null;
  return names.map((name) => ({
    name: name.replaceAll(/[[\]]/g, ''),
    type: 'any',
    required: !name.startsWith('['),
    default: null,
    about: null,
  }));
}
