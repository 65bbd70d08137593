import { relative } from 'node:path';
import { newPlugin } from '../../plugins/scaffold/scaffold.js';
import { textOption, type CommandContext, type Reply } from '../context.js';

export async function run(context: CommandContext): Promise<Reply> {
  const [target] = context.args as [string];
  const { name, template, folder, executable, build, files, test } = await newPlugin(
    target,
    textOption(context, 'template'),
  );
  const { bold, dim } = context.out.style;
  const path = relative(process.cwd(), executable) || executable;
  const where = relative(process.cwd(), folder) || '.';
  const text = [
    `${bold(folder)}: ${template.idea}`,
    ...files.map((file) => dim(`  ${file}`)),
    '',
    ...(build === undefined ? [] : [`  (cd ${where} && ${build})`]),
    `  ln-play plugin check ${path}`,
    `  ln-play plugin watch l1 ${path}`,
    `  (cd ${where} && ${test})`,
  ].join('\n');
  return { json: { name, template: template.name, folder, executable, build: build ?? null, files, test }, text };
}
