/**
 * Makes data/cln-manual.json of Core Lightning's JSON schemas, doc/schemas of its source: of each RPC method what a
 * manual page says. usage: node scripts/cln-manual.js FOLDER VERSION
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, version] = process.argv.slice(2);
if (!folder || !version) {
  process.stderr.write('usage: node scripts/cln-manual.js FOLDER VERSION\n');
  process.exit(2);
}

/** What is shown elsewhere on the page, or of use to Core Lightning's own tools alone. */
const NOT_A_SECTION = new Set(
  '$schema type rpc title description request response errors see_also added deprecated categories author resources examples additionalProperties'.split(
    ' ',
  ),
);

const lines = (text) => (text === undefined ? [] : Array.isArray(text) ? text.flatMap(line) : [text]);
/** An example among the text is JSON. */
const line = (text) =>
  typeof text === 'string' ? [text] : ['```', ...JSON.stringify(text, undefined, 2).split('\n'), '```'];
/** Leaves out what is empty. */
const compact = (object) =>
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

function typeOf(schema) {
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  if (schema.oneOf) return [...new Set(schema.oneOf.map(typeOf))].join(' or ');
  if (schema.type === 'array' && schema.items?.type) return `array of ${typeOf(schema.items)}`;
  return schema.type ?? 'any';
}

/** The members of an object, or of the objects in a list, and those that it has under some condition. */
function fieldsOf(schema) {
  if (schema.items) return fieldsOf(schema.items);
  if (schema.oneOf) return schema.oneOf.flatMap(fieldsOf);
  const required = new Set(schema.required);
  const own = Object.entries(schema.properties ?? {})
    .filter(([, property]) => Object.keys(property).length > 0 && !property.hidden)
    .map(([name, property]) =>
      compact({
        name,
        type: typeOf(property),
        optional: required.has(name) ? undefined : true,
        default: property.default === undefined ? undefined : String(property.default),
        added: property.added,
        deprecated: lines(property.deprecated),
        text: lines(property.description),
        fields: fieldsOf(property),
      }),
    );
  const cases = [...(schema.allOf ?? []), ...(schema.if ? [schema] : [])].flatMap((each) =>
    each.if
      ? [caseOf(`if ${conditionOf(each.if)}`, each.then), caseOf(`if not ${conditionOf(each.if)}`, each.else)]
      : [],
  );
  return [...own, ...cases.filter(({ fields }) => fields?.length > 0)];
}

const caseOf = (when, schema) => compact({ when, fields: schema ? fieldsOf(schema) : [] });

function conditionOf(schema) {
  const parts = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    property.enum
      ? `${name} is ${property.enum.map((value) => JSON.stringify(value)).join(' or ')}`
      : `${name} is there`,
  );
  for (const name of schema.required ?? []) if (!schema.properties?.[name]) parts.push(`${name} is there`);
  for (const each of schema.allOf ?? schema.anyOf ?? []) parts.push(conditionOf(each));
  if (schema.not) parts.push(`not ${conditionOf(schema.not)}`);
  return parts.join(schema.anyOf ? ' or ' : ' and ') || 'so';
}

const pages = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  .filter(({ rpc }) => rpc !== undefined)
  .sort((one, other) => (one.rpc < other.rpc ? -1 : 1))
  .map((schema) => [
    schema.rpc,
    compact({
      title: schema.title,
      added: schema.added,
      deprecated: lines(schema.deprecated),
      text: lines(schema.description),
      request: fieldsOf(schema.request),
      replyBefore: lines(schema.response.pre_return_value_notes),
      reply: fieldsOf(schema.response),
      replyAfter: lines(schema.response.post_return_value_notes),
      errors: lines(schema.errors),
      sections: Object.entries(schema)
        .filter(([key]) => !NOT_A_SECTION.has(key))
        .map(([key, text]) => ({ heading: key.replaceAll('_', ' '), text: lines(text) })),
      see: lines(schema.see_also),
    }),
  ]);
const file = fileURLToPath(new URL('../data/cln-manual.json', import.meta.url));
const document = {
  source: `Core Lightning ${version}, doc/schemas`,
  license: 'cln-manual.LICENSE',
  pages: Object.fromEntries(pages),
};
writeFileSync(file, `${JSON.stringify(document)}\n`);
