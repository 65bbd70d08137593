import type { NodeView } from './node-view.js';

/** Whose id, and which channel, something is of. */
export class Names {
  readonly #views: () => readonly NodeView[];
  /** Channels that there were, by their short ids: what happens last in one is told when it has gone. */
  readonly #ofShortId = new Map<string, string>();

  constructor(views: () => readonly NodeView[]) {
    this.#views = views;
  }

  /** The name of the node with this id; the id itself where it is of another network. */
  node(id: string): string {
    return this.#views().find((view) => view.id === id)?.name ?? id;
  }

  /** The key of a channel: its channel id; the short channel id where that is all that is known. */
  channel(shortId: string): string {
    const known = this.#ofShortId.get(shortId);
    if (known !== undefined) return known;
    for (const { channels } of this.#views())
      for (const { id, shortChannelId } of channels)
        if (id !== undefined && shortChannelId !== undefined) this.#ofShortId.set(shortChannelId, id);
    return this.#ofShortId.get(shortId) ?? shortId;
  }

  /** The node at the other end of a channel, as one of its ends sees it; undefined if that is not known. */
  otherEnd(node: string, shortId: string): string | undefined {
    const channels = this.#views().find(({ name }) => name === node)?.channels ?? [];
    const peer = channels.find(({ shortChannelId }) => shortChannelId === shortId)?.peer;
    return peer === undefined ? undefined : this.node(peer);
  }
}
