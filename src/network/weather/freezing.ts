import type { Sections } from '../background/sections.js';

type ByHand = { readonly [N in keyof Sections]?: Sections[N] | null };

/** Has a frozen daemon go on at a time, in ms since 1970. */
export const withThaw =
  (name: string, atMs: number) =>
  (byHand: ByHand): ByHand => ({ ...byHand, thaw: { at: { ...byHand.thaw?.at, [name]: atMs } } });

/** Forgets when a daemon was to go on. */
export const withoutThaw =
  (name: string) =>
  ({ thaw, ...byHand }: ByHand): ByHand => {
    const at = Object.fromEntries(Object.entries(thaw?.at ?? {}).filter(([other]) => other !== name));
    return Object.keys(at).length > 0 ? { ...byHand, thaw: { at } } : byHand;
  };
