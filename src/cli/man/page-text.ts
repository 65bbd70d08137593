import { Help } from 'commander';
import type { Field, Manual, ManualPage } from '../../cln/manual.js';
import type { Output } from '../output.js';

type Style = Output['style'];

/** How a page is set. */
export interface Setting {
  readonly style: Style;
  /** In characters. */
  readonly width: number;
}

/** A manual page as text: name, synopsis, description, reply, errors, and whatever else there is to say. */
export function pageText(name: string, page: ManualPage, { source }: Manual, setting: Setting): string {
  const { deprecated = [] } = page;
  const sections: readonly (readonly [heading: string, body: string[]])[] = [
    ['name', prose([`${name} -- ${page.title}`], setting)],
    ['synopsis', prose([synopsis(name, page)], setting)],
    [
      'description',
      [
        ...(page.added ? prose([`Added in ${page.added}.`, ''], setting) : []),
        ...(deprecated.length > 0 ? prose([`Deprecated since ${deprecated.join(', gone after ')}.`, ''], setting) : []),
        ...prose(page.text, setting),
      ],
    ],
    ['parameters', fields(page.request, setting)],
    [
      'reply',
      [...prose(page.replyBefore, setting), ...fields(page.reply, setting), ...prose(page.replyAfter, setting)],
    ],
    ['errors', prose(page.errors, setting)],
    ...(page.sections ?? []).map(({ heading, text }) => [heading, prose(text, setting)] as const),
    ['see also', prose([(page.see ?? []).join(', ')], setting)],
    ['from', [source]],
  ];
  return sections
    .filter(([, body]) => body.some((line) => line !== ''))
    .map(([heading, body]) => section(heading, body, setting.style))
    .join('\n\n');
}

/** A heading, and lines a little to the right of it. */
export const section = (heading: string, body: readonly string[], style: Style): string =>
  [style.bold(heading.toUpperCase()), ...body.map((line) => (line === '' ? '' : `  ${line}`))].join('\n').trimEnd();

const synopsis = (name: string, { request = [] }: ManualPage): string =>
  [
    `**${name}**`,
    ...request.flatMap((field) => ('name' in field ? (field.optional ? `[*${field.name}*]` : `*${field.name}*`) : [])),
  ].join(' ');

function fields(list: readonly Field[] | undefined, setting: Setting, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  return (list ?? []).flatMap((field) => {
    const head =
      'when' in field ? `${field.when}:` : `**${field.name}** (${[field.type, ...remarks(field)].join(', ')})`;
    return [
      ...prose([head], setting, indent),
      ...('text' in field ? prose(field.text, setting, `${indent}    `) : []),
      ...fields(field.fields, setting, depth + 2),
    ];
  });
}

function remarks(field: Exclude<Field, { when: string }>): string[] {
  return [
    ...(field.optional ? ['optional'] : []),
    ...(field.default === undefined ? [] : [`by default ${field.default}`]),
    ...(field.added ? [`since ${field.added}`] : []),
    ...(field.deprecated ? [`deprecated since ${field.deprecated.join(', gone after ')}`] : []),
  ];
}

/** Lines as in Markdown: broken between words, lists hanging, code as it is. */
function prose(lines: readonly string[] | undefined, { style, width }: Setting, indent = ''): string[] {
  let code = false;
  return (lines ?? []).flatMap((line) => {
    if (line.trimStart().startsWith('```')) {
      code = !code;
      return [];
    }
    if (line.trim() === '') return [''];
    if (code) return [`${indent}  ${line}`];
    const bullet = /^\s*(?:[-*] )?/.exec(line)![0];
    const hanging = ' '.repeat(bullet.length);
    const room = width - 3 - indent.length - bullet.length;
    return new Help()
      .boxWrap(emphasised(line.slice(bullet.length), style), room)
      .split('\n')
      .map((part, index) => `${indent}${index === 0 ? bullet : hanging}${part}`);
  });
}

/** `**bold**`, `*italic*` and code, each in words of its own so that a broken line does not carry it on. */
const emphasised = (text: string, style: Style): string =>
  text
    .replaceAll(/\*\*(\S(?:[^*]*\S)?)\*\*/g, (_, words: string) => each(words, style.bold))
    .replaceAll(/(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])/g, (_, words: string) => each(words, style.underline))
    .replaceAll(/`([^`]+)`/g, (_, words: string) => each(words, style.cyan));

const each = (words: string, paint: (word: string) => string): string =>
  words
    .split(' ')
    .map((word) => (word === '' ? '' : paint(word)))
    .join(' ');
