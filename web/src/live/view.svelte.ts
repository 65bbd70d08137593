import type { OptionValues } from '../api-types.js';

/** What the panel on the side is about. */
export type Subject =
  | { readonly of: 'node'; readonly name: string; readonly tab?: string }
  | { readonly of: 'channel'; readonly key: string }
  | { readonly of: 'payment'; readonly hash: string }
  | { readonly of: 'chain' };

/** A command's form that is open, with what is filled in already. */
export interface Doing {
  readonly command: string;
  readonly args?: readonly string[];
  readonly options?: OptionValues;
}

/** An entry of a menu; a line stands above one with `apart`. */
export interface MenuItem {
  readonly label: string;
  readonly do: () => void;
  readonly apart?: boolean;
  readonly disabled?: boolean;
}

export interface OpenMenu {
  readonly title: string;
  readonly items: readonly MenuItem[];
  /** Where, in px of the window. */
  readonly x: number;
  readonly y: number;
}

/** What is open on the page. The subject is in the address, so that a reload and a second window keep it. */
class View {
  subject = $state.raw<Subject>();
  doing = $state.raw<Doing>();
  menu = $state.raw<OpenMenu>();
  palette = $state(false);
  /** The node whose RPC console is open, and the method that it begins with. */
  console = $state.raw<{ readonly node: string; readonly method?: string }>();

  start(): void {
    this.subject = parse(location.hash);
    addEventListener('hashchange', () => (this.subject = parse(location.hash)));
  }

  show(subject: Subject | undefined): void {
    this.subject = subject;
    history.replaceState(null, '', subject === undefined ? location.pathname : `#${written(subject)}`);
  }

  run(command: string, args: readonly string[] = [], options: OptionValues = {}): void {
    this.palette = false;
    this.doing = { command, args, options };
  }
}

const written = (subject: Subject): string =>
  subject.of === 'chain'
    ? 'chain'
    : `${subject.of}/${encodeURIComponent('name' in subject ? subject.name : 'key' in subject ? subject.key : subject.hash)}`;

function parse(hash: string): Subject | undefined {
  const [of, id = ''] = hash.slice(1).split('/');
  let name: string;
  try {
    name = decodeURIComponent(id);
  } catch {
    return undefined;
  }
  if (of === 'node') return { of, name };
  if (of === 'channel') return { of, key: name };
  if (of === 'payment') return { of, hash: name };
  return of === 'chain' ? { of } : undefined;
}

export const view = new View();
