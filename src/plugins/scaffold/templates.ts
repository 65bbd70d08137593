/** A template of `plugin new`: a folder of that name in templates/. */
export interface Template {
  readonly name: string;
  /** What it shows, in a line. */
  readonly idea: string;
  /** The file in it that lightningd starts; if there is `build`, once that has made it. */
  readonly executable: string;
  /** What makes the executable, in its folder. */
  readonly build?: string;
  /** Files of templates/shared that it needs. */
  readonly shared: readonly string[];
  /** What runs its tests, in its folder. */
  readonly test: string;
}

const JAVASCRIPT = ['lightning-plugin.js', 'lightning-plugin-testing.js'];

/** The word in each template's files and file names that becomes the new plugin's name. */
export const PLACEHOLDER = 'my-plugin';

export const TEMPLATES: readonly Template[] = [
  {
    name: 'javascript',
    idea: 'a method, an option and two subscriptions, without dependencies',
    executable: 'my-plugin.js',
    shared: JAVASCRIPT,
    test: 'node --test',
  },
  {
    name: 'typescript',
    idea: 'the same in TypeScript, which Node 22.18 and later run as it is',
    executable: 'my-plugin',
    shared: [...JAVASCRIPT, 'lightning-plugin.d.ts'],
    test: 'node --test',
  },
  {
    name: 'python',
    idea: "the talk's helloworld, with pyln-client",
    executable: 'my-plugin.py',
    shared: [],
    test: 'python3 -m unittest',
  },
  {
    name: 'shell',
    idea: "the talk's simplest plugin: answers getmanifest, and logs what it gets",
    executable: 'my-plugin.sh',
    shared: [],
    test: './my-plugin.test.sh',
  },
  {
    name: 'web-invoice',
    idea: 'a web server in a plugin: each visit gives a fresh invoice',
    executable: 'my-plugin.js',
    shared: JAVASCRIPT,
    test: 'node --test',
  },
  {
    name: 'reveal-word',
    idea: 'a word for sale in the preimage, and getword, which buys it',
    executable: 'my-plugin.js',
    shared: JAVASCRIPT,
    test: 'node --test',
  },
  {
    name: 'hold-invoice',
    idea: 'payments held in htlc_accepted until you settle or cancel them',
    executable: 'my-plugin.js',
    shared: JAVASCRIPT,
    test: 'node --test',
  },
  {
    name: 'rust',
    idea: 'a method, an option and two subscriptions, with cln-plugin',
    executable: 'target/debug/my-plugin',
    build: 'cargo build',
    shared: [],
    test: 'cargo test',
  },
  {
    name: 'go',
    idea: 'the same in Go, with nothing but its standard library',
    executable: 'my-plugin',
    build: 'go build',
    shared: [],
    test: 'go test',
  },
];
