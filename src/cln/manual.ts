import { readFileSync } from 'node:fs';
import { closeNames } from '../core/close-names.js';
import { LnPlayError } from '../core/errors.js';

/** A parameter, a member of a reply, or those that there are under some condition. */
export type Field =
  | { readonly when: string; readonly fields?: readonly Field[] }
  | {
      readonly name: string;
      /** As Core Lightning's schemas name it: msat, pubkey, array of string. */
      readonly type: string;
      readonly optional?: true;
      readonly default?: string;
      /** The version that brought it. */
      readonly added?: string;
      /** The version since which it is deprecated, and the last one that has it. */
      readonly deprecated?: readonly string[];
      readonly text?: readonly string[];
      readonly fields?: readonly Field[];
    };

/** What is known of an RPC method. Texts are paragraphs, lists and code as in Markdown, by line. */
export interface ManualPage {
  readonly title: string;
  readonly added?: string;
  readonly deprecated?: readonly string[];
  readonly text?: readonly string[];
  readonly request?: readonly Field[];
  readonly replyBefore?: readonly string[];
  readonly reply?: readonly Field[];
  readonly replyAfter?: readonly string[];
  readonly errors?: readonly string[];
  readonly sections?: readonly { readonly heading: string; readonly text: readonly string[] }[];
  readonly see?: readonly string[];
}

/** The pages of Core Lightning's RPC methods, by method: made of its schemas by scripts/cln-manual.js. */
export interface Manual {
  /** Which version of what they are of. */
  readonly source: string;
  readonly pages: { readonly [method: string]: ManualPage };
}

/** The page on the options of lightningd, which is no method's. */
export const CONFIG_PAGE = 'lightningd-config';

export function readManual(): Manual {
  return JSON.parse(readFileSync(new URL('../../data/cln-manual.json', import.meta.url), 'utf8')) as Manual;
}

/**
 * The name of a page as somebody may write it: pay, lightning-pay, lightning-pay(7).
 *
 * @throws {LnPlayError} USAGE if there is no such page, with names that are close to it
 */
export function pageName({ pages }: Manual, text: string): string {
  const bare = text.toLowerCase().replace(/(\.\d|\(\d\))$/, '');
  if (bare === CONFIG_PAGE || bare === 'lightningd') return CONFIG_PAGE;
  const name = bare.replace(/^lightningd?-/, '');
  if (Object.hasOwn(pages, name)) return name;
  const close = closeNames(name, [...Object.keys(pages), CONFIG_PAGE]);
  throw new LnPlayError('USAGE', `There is no page ${JSON.stringify(text)}`, {
    hint: `${close.length === 0 ? '' : `did you mean ${close.join(', ')}? `}ln-play man lists all pages`,
  });
}
