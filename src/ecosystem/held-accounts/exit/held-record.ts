import { HELD_ACCOUNTS_ADDRESS } from "../../../ground/protocol/held-accounts-address.ts";
import { decodeHeldMessage, type HeldMessage } from "../../../ground/protocol/held-accounts/messages.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { l2LogProof } from "../../../ground/protocol/log-proof.ts";
import type { L1View, MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import type { HeldGift } from "../act.ts";
import { HeldAccountError } from "../held-account-error.ts";

/** Bits of an index in a batch's log tree. */
const INDEX_BITS = 14n;

/** Message of held accounts with its proof, as `HeldExit` takes it. */
interface SentMessage {
  readonly batchNumber: bigint;
  readonly messageIndex: number;
  readonly message: Hex;
  readonly merkleProof: readonly Hex[];
}

/** Listing of an account's act. */
export interface AccountListing {
  /** Root of the tree of acts. */
  readonly root: Hex;
  /** Index of the act in the tree. */
  readonly position: number;
  /** Index of the account's number in the listing. */
  readonly index: number;
  /** Batch number · 2^14 + index of the message. */
  readonly order: bigint;
  readonly sent: () => SentMessage;
}

interface Entry {
  readonly place: MessagePlace;
  readonly message: HeldMessage;
}

/** All that held accounts of a chain have sent to L1 in executed batches, from L1's data alone. */
export class HeldRecord {
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /**
   * Reads the record of a chain. Rejects with HeldAccountError IncompleteRecord if L1's node lacks a commit, because a listing
   * could be missing, and with the provider's error.
   */
  static async read(view: L1View, chainId: bigint): Promise<HeldRecord> {
    await view.poll();
    if (view.hasUnread) {
      const message = "L1's node lacks the call of a commit, which can have a later listing; use a node with the whole history";
      throw new HeldAccountError("IncompleteRecord", message);
    }
    const entries = view.messagesOf(chainId, HELD_ACCOUNTS_ADDRESS).flatMap((place): readonly Entry[] => {
      const message = place.batch.executed === undefined ? undefined : decodeHeldMessage(place.body);
      return message === undefined ? [] : [{ place, message }];
    });
    return new HeldRecord(entries.toSorted((a, b) => (orderOf(a.place) < orderOf(b.place) ? -1 : 1)));
  }

  /** Last listing of an account; undefined if it never acted. */
  lastListing(number: number): AccountListing | undefined {
    return this.#listings((act) => act.number === number).at(-1);
  }

  /** Listing of an act; undefined if L1 has none. */
  listingOf({ root, position }: { readonly root: Hex; readonly position: number }): AccountListing | undefined {
    return this.#listings((act, tree) => tree === root && act.position === position)[0];
  }

  /** Registration of an account; undefined if L1 has none. */
  registrationOf(number: number): SentMessage | undefined {
    const entry = this.#entries.find(({ message }) => message.kind === "registration" && message.number === number);
    return entry && provenMessage(entry.place);
  }

  /** Gifts to an account with their messages, the oldest first. */
  giftsTo(number: number): readonly { readonly gift: HeldGift; readonly sent: SentMessage }[] {
    return this.#entries.flatMap(({ place, message }) => {
      if (message.kind !== "gift" || message.to !== number) return [];
      const { gift, token, amount } = message;
      return [{ gift: { gift, token, amount }, sent: provenMessage(place) }];
    });
  }

  #listings(
    isWanted: (act: { readonly number: number; readonly position: number }, root: Hex) => boolean,
  ): readonly AccountListing[] {
    return this.#entries.flatMap(({ place, message }) => {
      if (message.kind !== "listing") return [];
      const { root, acts } = message;
      return acts.flatMap((act, index) => {
        if (!isWanted(act, root)) return [];
        return [{ root, position: act.position, index, order: orderOf(place), sent: () => provenMessage(place) }];
      });
    });
  }
}

function orderOf({ batch, index }: MessagePlace): bigint {
  return batch.batchNumber * 2n ** INDEX_BITS + BigInt(index);
}

function provenMessage({ batch: { batchNumber }, index, logLeaves, body }: MessagePlace): SentMessage {
  return { batchNumber, messageIndex: index, message: toHex(body), merkleProof: l2LogProof(logLeaves, index) };
}
