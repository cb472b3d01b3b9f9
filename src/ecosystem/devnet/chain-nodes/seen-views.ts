import { VIEW_WINDOW } from "../../../chain/consensus/draft.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";

/** Views that nodes have reached, as their votes say. */
export class SeenViews {
  readonly #views = new Map<number, number>();

  /**
   * Notes the votes of a node's message. No honest node is far ahead of the certificates that its host has, so a view far ahead
   * is a lie, and the next life would begin there.
   */
  note(message: GroupMessage, from: number, hostView: number): void {
    const votes = message.type === "votes" ? message.votes : message.type === "proposal" ? [message.vote] : [];
    for (const { view } of votes)
      if (view <= hostView + VIEW_WINDOW) this.#views.set(from, Math.max(this.#views.get(from) ?? 0, view));
  }

  of(index: number): number | undefined {
    return this.#views.get(index);
  }

  newest(hostView: number): number {
    return Math.max(hostView, ...this.#views.values());
  }
}
