import { hasArrived } from "../../../devnet/view/books/has-arrived.ts";
import type { MessageInfo } from "../../../devnet/view/books/ecosystem-info.ts";
import { hasFailed, whereItIs } from "../../../devnet/view/feed/feed-words.ts";

/** Follows what becomes of the messages of transactions that were told: for the better or worse, and not each step. */
export class FateFollower {
  /** Fates that were told last, of those that can still have another. */
  readonly #open = new Map<string, string>();

  /** Whether one is followed whose end was not told. */
  get isWaiting(): boolean {
    return this.#open.size > 0;
  }

  /** These were told, with where they were. */
  begin(messages: readonly MessageInfo[]): void {
    for (const message of messages) this.#tell(message);
  }

  /** Those of all messages that fare otherwise than they were told, and are told with this. What is gone is forgotten. */
  news(all: readonly MessageInfo[]): readonly MessageInfo[] {
    const known = new Map(all.map((message) => [keyOf(message), message]));
    for (const key of this.#open.keys()) if (!known.has(key)) this.#open.delete(key);
    const changed = all.filter((message) => {
      const before = this.#open.get(keyOf(message));
      return before !== undefined && before !== fateOf(message);
    });
    for (const message of changed) this.#tell(message);
    return changed;
  }

  #tell(message: MessageInfo): void {
    if (isAtItsEnd(message)) this.#open.delete(keyOf(message));
    else this.#open.set(keyOf(message), fateOf(message));
  }
}

/** The same words can be sent by several accounts, and several times. */
function keyOf({ sourceChainId, sender, messageHash, steps }: MessageInfo): string {
  return [sourceChainId, sender, messageHash, steps[0]?.transactionHash].join(" ");
}

function isAtItsEnd(message: MessageInfo): boolean {
  return hasArrived(message) || hasFailed(message) || message.ended !== undefined;
}

/** Why one is stuck can change; where one is under way does not matter. */
function fateOf(message: MessageInfo): string {
  const { kind, text } = whereItIs(message);
  return kind === "under-way" ? kind : text;
}
