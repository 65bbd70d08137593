import type { Playground } from '../network/playground.js';

/** What a program needs to work with a playground, in any language. Paths are absolute. */
export interface PlaygroundDescription {
  /** The playground's folder: LN_PLAY_DIR for `ln-play` itself. */
  readonly dir: string;
  readonly bitcoind: {
    readonly datadir: string;
    readonly rpc_url: string;
    /** A file with `user:password` for the RPC. */
    readonly cookie_file: string;
    /** The wallet that funds everything. */
    readonly wallet: string;
  };
  readonly nodes: readonly {
    readonly name: string;
    readonly id: string;
    readonly lightning_dir: string;
    /** The unix socket of its JSON-RPC. */
    readonly rpc_socket: string;
  }[];
}

export async function describePlayground(playground: Playground): Promise<PlaygroundDescription> {
  const { dir, bitcoind, faucet, nodes } = playground;
  return {
    dir,
    bitcoind: {
      datadir: bitcoind.datadir,
      rpc_url: `http://127.0.0.1:${bitcoind.rpcPort}`,
      cookie_file: bitcoind.cookieFile,
      wallet: faucet.wallet,
    },
    nodes: await Promise.all(
      nodes.map(async (node) => ({
        name: node.name,
        id: await node.id(),
        lightning_dir: node.lightningDir,
        rpc_socket: node.rpcAddress,
      })),
    ),
  };
}
