/** What a command is called with. */
export interface Given {
  /** In the order of its usage; what takes any number comes last, one after the other. */
  readonly args: readonly string[];
  /** By name, in snake_case: a text, a flag, or texts for one that may be given several times. */
  readonly options: { readonly [name: string]: string | boolean | readonly string[] };
}
