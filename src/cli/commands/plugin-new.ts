import { relative } from 'node:path';
import { newPlugin } from '../../plugins/scaffold/scaffold.js';
import { textOption, type CommandContext, type Reply } from '../context.js';

export async function run(context: CommandContext): Promise<Reply> {
  const [target] = context.args as [string];
  const { name, template, folder, executable, files, test } = await newPlugin(target, textOption(context, 'template'));
  const { bold, dim } = context.out.style;
  const path = relative(process.cwd(), executable) || executable;
  const text = [
    `${bold(folder)}: ${template.idea}`,
    ...files.map((file) => dim(`  ${file}`)),
    '',
    `  ln-play plugin check ${path}`,
    `  ln-play plugin watch l1 ${path}`,
    `  (cd ${relative(process.cwd(), folder) || '.'} && ${test})`,
  ].join('\n');
  return { json: { name, template: template.name, folder, executable, files, test }, text };
}
