import * as v from "valibot";
import { reasonOf } from "../../errors/reason-of.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { MAX_L2_LOGS } from "../../protocol/l2-log.ts";
import { type Hex, isPlainHex } from "../../protocol/hex.ts";
import { QuorumMemberError, type ProvenInputs } from "./messages.ts";

/** Entries of a list that a batch's data have room to count (`encodePubdata`): updates and insertions of two bytes each. */
const MOST_ENTRIES = 2 * 2 ** 16;

const number = v.pipe(v.bigint(), v.minValue(0n));
const hex = (length?: number) => v.custom<Hex>((text) => isPlainHex(text, length));
const bytes = v.instance(Uint8Array);
/** Its length comes before its entries: a list of holes may say any. */
const list = <Entry extends v.GenericSchema>(entry: Entry, most = MOST_ENTRIES) =>
  v.pipe(
    v.custom<unknown[]>((entries) => Array.isArray(entries) && entries.length <= most),
    v.array(entry),
  );

const outputs = v.object({
  ...{ batchNumber: number, firstBlock: number, lastBlock: number, firstTimestamp: number, lastTimestamp: number },
  ...{ l2LogsTreeRoot: hex(32), logCount: number, priorityOpCount: number, priorityOpsRollingHash: hex(32) },
  ...{ importedRootCount: number, importedRootsRollingHash: hex(32), cheatCount: number, extensions: hex(32) },
  // In format 3, whose hash of the outputs has it.
  coinbase: v.exactOptional(hex(20)),
});
const log = v.variant("type", [
  v.object({ type: v.literal("message"), sender: hex(20), body: bytes }),
  v.object({ type: v.literal("priorityOp"), success: v.boolean() }),
]);
const provenInputs = v.object({
  batchNumber: number,
  sealed: v.object({
    ...{ outputs, outputsHash: hex(32), logs: list(log, MAX_L2_LOGS), canonicalTxHashes: list(hex(32), MAX_L2_LOGS) },
    importedRoots: list(v.object({ registryIndex: number, root: hex(32) })),
    writes: list(v.object({ leafKind: v.enum(LeafKind), address: number, slot: number, value: number })),
    ...{ bytecodes: list(hex()), transactionCount: v.pipe(v.number(), v.safeInteger()) },
  }),
  execution: v.variant("kind", [
    v.object({ kind: v.literal("proven"), proof: bytes }),
    v.object({ kind: v.literal("labelled"), reason: v.string() }),
  ]),
});

/**
 * What an operator shows of a batch, as plain data of these shapes and no other: what is neither proven nor labelled, or equal to
 * a number without being one, would pass checks that it does not meet. Throws QuorumMemberError MalformedInputs.
 */
export function readProvenInputs(shown: unknown): ProvenInputs {
  try {
    return v.parse(provenInputs, shown);
  } catch (error) {
    if (!v.isValiError<typeof provenInputs>(error)) throw error;
    const path = v.getDotPath(error.issues[0]);
    throw new QuorumMemberError(
      "MalformedInputs",
      `what is shown of the batch is malformed${path === null ? "" : ` in ${path}`}: ${reasonOf(error)}`,
    );
  }
}
