import * as v from "valibot";
import { MAX_AGGREGATED_BATCHES } from "../../../ground/protocol/aggregate.ts";
import { fromHex, type Hex, isPlainHex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { digestFromHex } from "../../../ground/protocol/digest.ts";
import { MAX_LEAF_COUNT, STATE_TREE_DEPTH } from "../../../ground/protocol/domain-tags.ts";
import type { MemberSlots, ProvenSlot } from "../../../ground/protocol/hub-slots.ts";
import { MAX_CLAIMS } from "../../../ground/protocol/import-kinds.ts";
import { MAX_IMPORTS } from "../../../chain/ordering/limits.ts";
import type { AssetFlow } from "../../../ground/protocol/asset-flows.ts";
import { AssetMessageKind } from "../../../ground/protocol/asset-message.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { AggregatorError } from "./aggregator-error.ts";

const number = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((text) => BigInt(text)),
);
/** Maximum number of flows of a batch: each is at least one message, and L1 takes 4,096 messages. */
const MAX_FLOWS = 4_096;
const bytes = (length?: number) => v.custom<Hex>((text) => isPlainHex(text, length));

const record = v.object({
  batchNumber: number,
  lastBlock: number,
  firstTimestamp: number,
  lastTimestamp: number,
  leafCount: number,
  priorityOpTotal: number,
  committedAt: number,
  importedRootCount: number,
  protocolVersion: number,
  commitment: bytes(32),
  oldStateRoot: bytes(32),
  newStateRoot: bytes(32),
  diffDigest: bytes(32),
  point: bytes(20),
  evaluation: bytes(20),
  outputsHash: bytes(32),
  l2LogsTreeRoot: bytes(32),
  importedRootsRollingHash: bytes(32),
  flowsHash: bytes(32),
  extensions: bytes(32),
  nestedRoot: bytes(32),
  partitionRoot: bytes(32),
  partition: bytes(32),
  partitionDa: bytes(32),
}) satisfies v.GenericSchema<unknown, StoredBatch>;

const records = v.pipe(v.array(record), v.maxLength(MAX_AGGREGATED_BATCHES));
const imports = v.pipe(v.array(v.object({ registryIndex: number, root: bytes(32) })), v.maxLength(MAX_IMPORTS));
const flow = v.object({
  kind: v.picklist(Object.values(AssetMessageKind)),
  destinationChainId: number,
  originChainId: number,
  originToken: bytes(20),
  amount: number,
}) satisfies v.GenericSchema<unknown, AssetFlow>;
const digest = v.pipe(
  bytes(32),
  v.check(isDigest),
  v.transform((text) => digestFromHex(text)),
);
const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_LEAF_COUNT));
const slot = v.object({
  index: position,
  nextKey: digest,
  value: v.pipe(
    bytes(32),
    v.transform((word) => BigInt(word)),
  ),
  siblings: v.pipe(v.array(digest), v.length(STATE_TREE_DEPTH)),
}) satisfies v.GenericSchema<unknown, ProvenSlot>;
const slots = v.object({
  leafCount: position,
  lastFact: slot,
  factMask: slot,
  imports: v.pipe(v.array(slot), v.maxLength(MAX_CLAIMS)),
}) satisfies v.GenericSchema<unknown, MemberSlots>;
const ownProof = v.object({
  commitment: bytes(32),
  program: v.pipe(v.string(), v.maxLength(64)),
  proof: bytes(),
  imports,
  flows: v.pipe(v.array(flow), v.maxLength(MAX_FLOWS)),
  slots: v.optional(slots),
});

/** A batch's own proof, as a node hands it out. */
interface OfferedProof {
  readonly commitment: Hex;
  readonly program: string;
  readonly proof: Uint8Array;
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
  /** Slots of the state after the batch, of a chain that serves facts. Compare them with the record's root before use. */
  readonly slots?: MemberSlots | undefined;
}

/** Reads an answer of `hyperchain_getOfferedBatches`. Throws AggregatorError. */
export function readOfferedBatches(answer: unknown): readonly StoredBatch[] {
  const read = v.safeParse(records, answer);
  if (read.success) return read.output;
  throw new AggregatorError("Unreadable", "the node's answer does not match hyperchain_getOfferedBatches");
}

/** Reads an answer of `hyperchain_getOfferedProof`. Throws AggregatorError. */
export function readOfferedProof(answer: unknown): OfferedProof {
  const read = v.safeParse(ownProof, answer);
  if (read.success) return { ...read.output, proof: fromHex(read.output.proof) };
  throw new AggregatorError("Unreadable", "the node's answer does not match hyperchain_getOfferedProof");
}

function isDigest(text: Hex): boolean {
  try {
    digestFromHex(text);
    return true;
  } catch {
    return false;
  }
}
