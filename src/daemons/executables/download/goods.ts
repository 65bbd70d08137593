/** What is fetched, in the words of the errors about it. */
export interface Goods {
  /** As a person says it: "bitcoind". */
  readonly what: string;
  /** The variable that names a mirror. */
  readonly mirror: string;
  /** What to look at where a server has no such file. */
  readonly notFound: string;
  /** What always helps where it can't be fetched. */
  readonly otherwise: string;
}
