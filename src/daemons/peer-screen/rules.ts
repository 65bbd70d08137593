import { readFile } from 'node:fs/promises';

/**
 * How a node may be connected to some of its peers, by their node ids: not at all; only where it is called by them; or only
 * where it calls them at this address, as `connect` takes it. Whoever is not named may connect as ever.
 */
export interface PeerRules {
  readonly [peerId: string]: 'never' | 'called' | { readonly calling: string };
}

/** Of lightningd's peer_connected hook, what we read. */
export interface ConnectedPeer {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly addr: string;
}

export function isAllowed(rules: PeerRules, { id, direction, addr }: ConnectedPeer): boolean {
  const rule = rules[id];
  if (rule === undefined) return true;
  if (rule === 'never') return false;
  return rule === 'called' ? direction === 'in' : direction === 'out' && addr === rule.calling;
}

/** The rules in a file; none where it is gone, with whoever wrote it. */
export async function readRules(file: string): Promise<PeerRules> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PeerRules;
  } catch {
    return {};
  }
}
