import * as v from "valibot";
import { fromHex, isPlainHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../ground/protocol/pubdata.ts";
import type { MessageInBatch } from "./inclusion-proof.ts";
import { dropOldest } from "../../ground/runtime/drop-oldest.ts";

/** Promised batches whose messages are remembered. */
const MAX_BATCHES = 256;

const bytes = v.custom<Hex>((text) => isPlainHex(text));
const promise = v.object({
  logs: v.array(
    v.variant("type", [
      v.object({ type: v.literal("message"), sender: bytes, body: v.pipe(bytes, v.transform(bodyOf)) }),
      v.object({ type: v.literal("priorityOp"), success: v.boolean() }),
    ]),
  ),
  canonicalTxHashes: v.array(bytes),
});

function bodyOf(text: Hex): Uint8Array {
  return fromHex(text);
}

/** Logs that a promise shows, as `hyperchain_getPromise` answers. Throws ValiError for another form. */
function readLogs(answer: unknown): { readonly logs: readonly PubdataLog[]; readonly canonicalTxHashes: readonly Hex[] } {
  return v.parse(promise, answer);
}

/** Messages of promised batches that L1 may not have yet, from the promises. */
export class PromisedMessages {
  /** Messages by chain and batch. */
  readonly #batches = new Map<string, readonly MessageInBatch[]>();

  /** Remembers the messages of a batch, and forgets an earlier batch with its number. */
  add(chainId: ChainId, batchNumber: BatchNumber, answer: unknown): void {
    const { logs, canonicalTxHashes } = readLogs(answer);
    const logLeaves = pubdataLogLeaves(logs, canonicalTxHashes);
    const batch = { chainId, batchNumber };
    const messages = logs.flatMap((log, index) =>
      log.type === "message" ? [{ batch, index, logLeaves, sender: log.sender, body: log.body }] : [],
    );
    this.#batches.set(`${chainId} ${batchNumber}`, messages);
    dropOldest(this.#batches, MAX_BATCHES);
  }

  find(chainId: ChainId, sender: Hex, messageHash: MessageHash): readonly MessageInBatch[] {
    return [...this.#batches.values()].flatMap((messages) =>
      messages.filter(
        ({ batch, ...sent }) => batch.chainId === chainId && sent.sender === sender && keccak(sent.body) === messageHash,
      ),
    );
  }

  /** The chains returned to an earlier state. */
  forget(): void {
    this.#batches.clear();
  }
}
