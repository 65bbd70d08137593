import { LnPlayError, messageOf } from '../core/errors.js';
import type { LightningNode } from '../nodes/node.js';

/** Some of many nodes did not come up; all else did. */
export class SomeNotUp extends LnPlayError {
  readonly names: readonly string[];

  constructor(names: readonly string[], ...error: ConstructorParameters<typeof LnPlayError>) {
    super(...error);
    this.names = names;
  }
}

export function notUp(failed: ReadonlyMap<LightningNode, unknown>, all: number): SomeNotUp {
  const names = Array.from(failed.keys(), ({ name }) => name);
  const details = Array.from(failed, ([{ name }, error]) => [
    messageOf(error).startsWith(name) ? messageOf(error) : `${name}: ${messageOf(error)}`,
    ...(error instanceof LnPlayError ? error.details.map((line) => `  ${line}`) : []),
  ]).flat();
  return new SomeNotUp(names, 'DAEMON', `${failed.size} of ${all} nodes did not come up: ${names.join(', ')}`, {
    details,
    hint: `the others run; mend ${failed.size === 1 ? 'it' : 'them'}, then run the same command again`,
    cause: [...failed.values()][0],
  });
}
