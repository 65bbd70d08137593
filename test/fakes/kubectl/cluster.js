/** What an API server keeps, in a folder: FAKE_CLUSTER. Errors are in the words of kubectl and of API servers. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const cluster = process.env.FAKE_CLUSTER;
const objectsFile = join(cluster, 'objects.json');

export const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
export const readJson = (file, otherwise) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return otherwise;
  }
};
export const writeJson = (file, value) => {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(value));
  renameSync(`${file}.${process.pid}`, file);
};

/** One kubectl at a time; undefined where another has it, with `unlessTaken`. */
export function locked(name, body, unlessTaken = false) {
  const lock = join(cluster, `${name}.lock`);
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = existsSync(lock) ? Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs : 0;
      if (age > 20_000)
        rmSync(lock, { recursive: true, force: true }); // of one that was killed
      else if (unlessTaken) return undefined;
      else sleep(5);
    }
  }
  try {
    return body();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

export const behaviour = () => readJson(join(cluster, 'behaviour.json'), {});
export const objects = () => readJson(objectsFile, []);
export const change = (edit) => locked('api', () => writeJson(objectsFile, edit(objects())));
export const sets = () => objects().filter(({ kind }) => kind === 'StatefulSet');
export const isSame = (a, b) => a.kind === b.kind && a.metadata.name === b.metadata.name;

const PLURALS = {
  Namespace: 'namespaces',
  StatefulSet: 'statefulsets.apps',
  Service: 'services',
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  Pod: 'pods',
};
export const pluralOf = (kind) => PLURALS[kind];

/** `get statefulset,service`: which kinds. */
export const kindsOf = (words) =>
  words.split(',').flatMap((word) => {
    const singular = word.replace(/ies$/, 'y').replace(/s$/, '');
    return Object.keys(PLURALS).filter((kind) => kind.toLowerCase() === singular);
  });

/** `-l A=B,C!=D,E in (F,G)` */
export const selects = (selector) => {
  const terms = (selector ?? '').split(/,(?![^(]*\))/).filter(Boolean);
  return ({ metadata: { labels = {} } }) =>
    terms.every((term) => {
      const [, inKey, values] = /^(\S+) in \((.*)\)$/.exec(term) ?? [];
      if (inKey) return values.split(',').includes(labels[inKey]);
      const [, key, not, value] = /^([^=!]+)(!?)=(.*)$/.exec(term);
      return (labels[key] === value) === (not === '');
    });
};

export const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/** What has no namespace to be in is not made. */
export function assertNamespace(namespace, given) {
  const makes = given.some(({ kind }) => kind === 'Namespace');
  const exists = objects().some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  if (!makes && !exists)
    fail(`Error from server (NotFound): error when creating "STDIN": namespaces "${namespace}" not found`);
}
