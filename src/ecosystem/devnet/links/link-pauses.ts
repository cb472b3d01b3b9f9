import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { DoublingPauses } from "../../../ground/runtime/doubling-pauses.ts";
import { LinkRefused } from "./link-refused.ts";
import { pairOf } from "./open-links.ts";

/** First pause of two chains after an undone link, in seconds; the longest is 64. Honest senders of others wait as well. */
const PAIR_SECONDS = 2;
const MAX_PAIR_DOUBLINGS = 5;
/** First pause of a sender, in seconds. The longest is nearly three days. */
const SENDER_SECONDS = 60;
const MAX_SENDER_DOUBLINGS = 12;
const MAX_SENDERS = 10_000;

/**
 * Pauses after undone links, which cost the operators batches and time and their senders next to nothing. The sender waits, and
 * both chains rest for a short time, because a further account is cheap.
 */
export class LinkPauses {
  readonly #byPair: DoublingPauses<string>;
  readonly #bySender: DoublingPauses<Hex>;

  constructor(nowSeconds: () => bigint) {
    this.#byPair = new DoublingPauses({ seconds: PAIR_SECONDS, maxDoublings: MAX_PAIR_DOUBLINGS, nowSeconds });
    const limits = { seconds: SENDER_SECONDS, maxDoublings: MAX_SENDER_DOUBLINGS, maxNames: MAX_SENDERS };
    this.#bySender = new DoublingPauses({ ...limits, nowSeconds });
  }

  /** Throws LinkRefused LinksPaused if the sender or the two chains pause. */
  require(sender: Hex, one: ChainId, other: ChainId): void {
    const ofSender = this.#bySender.until(sender);
    if (ofSender !== undefined)
      throw new LinkRefused(
        "LinksPaused",
        `the last link of ${sender} was undone, so it sends none before second ${ofSender}; send it then`,
      );
    const ofPair = this.#byPair.until(pairOf(one, other));
    if (ofPair !== undefined)
      throw new LinkRefused(
        "LinksPaused",
        `a link between chains ${one} and ${other} was undone, so none is made before second ${ofPair}; send it then`,
      );
  }

  /** A link of the sender was undone. */
  fail(sender: Hex, one: ChainId, other: ChainId): void {
    this.#bySender.begin(sender);
    this.#byPair.begin(pairOf(one, other));
  }

  /** A link of the sender was made. */
  succeed(sender: Hex, one: ChainId, other: ChainId): void {
    this.#bySender.forget(sender);
    this.#byPair.ease(pairOf(one, other));
  }
}
