import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { OptionValues } from '../context.js';
import { parseCommandLine } from './command-line.js';
import { readConfigFile } from './config-file.js';
import { readMsat } from '../../cln/amounts.js';
import { KINDS, networkProblem, readBool, readInteger } from './kinds.js';
import { StartError, textOfSetting, type Setting } from './setting.js';
import type { OptionSpec } from './spec.js';
import { OPTIONS } from './table.js';

const NETWORK_ALIASES: Readonly<Record<string, string>> = {
  testnet: 'testnet',
  testnet4: 'testnet4',
  signet: 'signet',
  mainnet: 'bitcoin',
  regtest: 'regtest',
};

/**
 * The options in force: what the command line and the configuration files say, in lightningd's order of precedence
 * (lightningd-config(5)), of lightningd's own options and of those that plugins register.
 */
export class Options implements OptionValues {
  readonly lightningDir: string;
  readonly networkDir: string;
  readonly #specs = new Map<string, OptionSpec>();
  readonly #settings: Setting[];

  /**
   * Reads the command line and the files that it leads to. What is unknown is kept, since a plugin may know it.
   *
   * @throws {StartError} for what is wrong in lightningd's own options
   */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    for (const spec of OPTIONS) this.#specs.set(spec.name, spec);
    const commandLine = parseCommandLine(args, (name) => this.#findShort(name));
    const conf = last(commandLine, 'conf')?.value;
    const startDir = resolve(
      last(commandLine, 'lightning-dir')?.value ?? resolve(env['HOME'] ?? homedir(), '.lightning'),
    );
    const files =
      conf === undefined
        ? readConfigFile(resolve(startDir, 'config'), 'base', false)
        : readConfigFile(resolve(conf), 'explicit', true);
    this.lightningDir =
      last(commandLine, 'lightning-dir') === undefined
        ? resolve(last(files, 'lightning-dir')?.value ?? startDir)
        : startDir;
    this.networkDir = resolve(this.lightningDir, 'regtest');
    const networkFiles = conf === undefined ? readConfigFile(resolve(this.networkDir, 'config'), 'network', false) : [];
    this.#settings = [...files, ...networkFiles, ...commandLine].map(trimmed(this.#specs));
    for (const setting of this.#settings) this.#check(setting);
  }

  /** Whether something that prints and ends was asked for. */
  asked(name: 'help' | 'version' | 'list-features-only' | 'test-daemons-only'): boolean {
    return this.#settings.some((setting) => setting.name === name);
  }

  /**
   * Checks that the network is regtest.
   *
   * @throws {StartError} for another one; none is needed, though lightningd's own default is bitcoin
   */
  checkNetwork(): void {
    const chosen = this.#settings.findLast(({ name }) => name === 'network' || name in NETWORK_ALIASES);
    const problem = chosen && networkProblem(NETWORK_ALIASES[chosen.name] ?? chosen.value ?? '');
    if (problem !== undefined) throw badSetting(chosen!, problem);
  }

  specs(): readonly OptionSpec[] {
    return Array.from(this.#specs.values());
  }

  spec(name: string): OptionSpec | undefined {
    return this.#specs.get(name);
  }

  /** Adds an option of a plugin; returns false if the name is taken. */
  register(spec: OptionSpec): boolean {
    const older = this.#specs.get(spec.name);
    // one of Core Lightning's own plugins may be run here too, and brings its options itself
    if (older && !(older.use.use === 'ignored' && older.hidden)) return false;
    this.#specs.set(spec.name, spec);
    return true;
  }

  /** Takes back an option of a plugin that is gone, with what `plugin start` set. */
  unregister(name: string): void {
    this.#specs.delete(name);
    const own = OPTIONS.find((spec) => spec.name === name);
    if (own) this.#specs.set(name, own);
    this.#drop((setting) => setting.name === name && setting.source === 'pluginstart');
  }

  /**
   * Checks a setting that is not there yet.
   *
   * @returns what is wrong with it
   */
  problemOf(setting: Setting): string | undefined {
    const spec = this.#specs.get(setting.name);
    return spec ? this.#problem(spec, setting) : 'unknown option';
  }

  /** Adds a setting of `plugin start` or `setconfig`. */
  set(setting: Setting): void {
    if (setting.source === 'setconfig')
      this.#drop(({ name, source }) => name === setting.name && source === 'setconfig');
    this.#settings.push(setting);
  }

  /** All settings, as they were given. */
  settings(): readonly Setting[] {
    return this.#settings;
  }

  /** The settings in force for a name: all of them where it may be given several times, otherwise the last one. */
  settingsOf(name: string): readonly Setting[] {
    const given = this.#settings.filter((setting) => setting.name === name);
    return this.spec(name)?.multi ? given : given.slice(-1);
  }

  /**
   * Once the plugins have registered theirs: every option that is left must be known.
   *
   * @throws {StartError} for the first that is unknown, or of a plugin and wrong
   */
  checkAll(): void {
    for (const setting of this.#settings) {
      if (!this.#specs.has(setting.name)) throw badSetting(setting, 'unknown option');
      this.#check(setting);
    }
  }

  string(name: string): string | undefined {
    return this.settingsOf(name).at(-1)?.value ?? this.spec(name)?.default;
  }

  number(name: string): number | undefined {
    const value = this.string(name);
    if (value === undefined) return undefined;
    return Number(this.spec(name)?.kind === 'msat' ? readMsat(value, 'msat') : readInteger(value));
  }

  flag(name: string): boolean {
    const spec = this.spec(name);
    const setting = this.settingsOf(name).at(-1);
    if (spec && !KINDS[spec.kind].takesValue) return setting !== undefined;
    return readBool(setting?.value ?? spec?.default ?? 'false') ?? false;
  }

  list(name: string): readonly string[] {
    return this.settingsOf(name).flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** Whether it was given at all. */
  isSet(name: string): boolean {
    return this.settingsOf(name).length > 0;
  }

  #findShort(name: string): OptionSpec | undefined {
    if (!name.startsWith('-')) return this.#specs.get(name);
    return this.specs().find(({ short }) => short !== undefined && `-${short}` === name);
  }

  #drop(unwanted: (setting: Setting) => boolean): void {
    this.#settings.splice(0, Infinity, ...this.#settings.filter((setting) => !unwanted(setting)));
  }

  #check(setting: Setting): void {
    const spec = this.#specs.get(setting.name);
    const problem = spec && this.#problem(spec, setting);
    if (problem !== undefined) throw badSetting(setting, problem);
  }

  #problem(spec: OptionSpec, { source, value }: Setting): string | undefined {
    if (spec.developer && !this.#settings.some(({ name }) => name === 'developer')) return 'requires --developer';
    if (spec.deprecated && !this.flag('allow-deprecated-apis')) return 'deprecated option (will be removed!)';
    if (spec.use.use === 'refused') return `the embedded lightningd does not support it: ${spec.use.why}`;
    if (spec.name === 'conf' && source !== 'cmdline') return 'not permitted in configuration files';
    if (spec.name === 'lightning-dir' && source !== 'cmdline' && source !== 'explicit')
      return 'not permitted in implicit configuration files';
    if ((spec.name === 'network' || spec.name in NETWORK_ALIASES) && source === 'network')
      return 'not permitted in network-specific configuration files';
    const kind = KINDS[spec.kind];
    if (!kind.takesValue) return value === undefined ? undefined : "doesn't allow an argument";
    return value === undefined ? 'requires an argument' : kind.problem(value);
  }
}

const last = (settings: readonly Setting[], name: string): Setting | undefined =>
  settings.findLast((setting) => setting.name === name);

const trimmed =
  (specs: ReadonlyMap<string, OptionSpec>) =>
  (setting: Setting): Setting =>
    setting.value === undefined || specs.get(setting.name)?.keepsSpace
      ? setting
      : { ...setting, value: setting.value.trimEnd() };

/** What lightningd says of a setting that is wrong. */
function badSetting(setting: Setting, problem: string): StartError {
  const text = textOfSetting(setting);
  return new StartError(
    setting.file === undefined
      ? `--${text}: ${problem}`
      : `Config file ${setting.file} line ${setting.line}: ${text}: ${problem}`,
  );
}
