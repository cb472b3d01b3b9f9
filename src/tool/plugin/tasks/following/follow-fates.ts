import { hasArrived } from "../../../../ecosystem/devnet/view/books/has-arrived.ts";
import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { hasFailed, whereItIs } from "../../../../ecosystem/devnet/view/books/message-state.ts";

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

  /**
   * Messages whose outcome has changed since their last report, which this call reports. Forgets messages
   * that no longer exist.
   */
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

/** Key of a message, because several accounts can send equal messages, repeatedly. */
function keyOf({ sourceChainId, sender, messageHash, steps }: MessageInfo): string {
  return [sourceChainId, sender, messageHash, steps[0]?.transactionHash].join(" ");
}

function isAtItsEnd(message: MessageInfo): boolean {
  return hasArrived(message) || hasFailed(message) || message.ended !== undefined;
}

/** The reason of a stuck message can change; the progress of a pending one does not matter. */
function fateOf(message: MessageInfo): string {
  const { kind, text } = whereItIs(message);
  return kind === "under-way" ? kind : text;
}
