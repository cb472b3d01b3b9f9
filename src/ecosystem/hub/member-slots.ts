import { compress } from "../../proofs/kernels/poseidon.ts";
import { keyDigest, valueDigest } from "../../ground/protocol/diff-digest.ts";
import { digestToHex, ZERO_DIGEST, type Digest } from "../../ground/protocol/digest.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../ground/protocol/domain-tags.ts";
import { factMaskOf, HUB_SLOT_KEYS, type MemberSlots, type ProvenSlot, type SlotKey } from "../../ground/protocol/hub-slots.ts";
import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { factIndex, hashFact } from "../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import { factsAmong } from "./hub-block.ts";
import { HubError } from "./hub-error.ts";
import { NO_LOGS } from "./hub-hashes.ts";

/** Batch of a member, with its imports in order. */
interface ShownBatch {
  readonly chainId: ChainId;
  readonly stored: Pick<StoredBatch, "batchNumber" | "newStateRoot" | "l2LogsTreeRoot">;
  readonly imports: readonly ImportedRoot[];
}

/**
 * Checks the slots that a member offers of its state after a batch, so that a program of a hub accepts it. Throws HubError:
 * SlotsMissing, SlotRefused for a path that does not lead to the batch's state root, LastFactMismatch, MaskMismatch, or
 * ImportsMismatch.
 */
export function requireSlots(batch: ShownBatch, slots: MemberSlots | undefined): MemberSlots {
  const { batchNumber, newStateRoot } = batch.stored;
  const named = `batch ${batchNumber} of chain ${batch.chainId}`;
  if (slots === undefined)
    throw new HubError(
      "SlotsMissing",
      `${named} is shown without the slots of its state that a proof of the hub reads; create the chain as a member of the hub`,
    );
  const { leafCount, lastFact, factMask, imports } = slots;
  const facts = factsAmong(batch.imports);
  if (imports.length !== facts.length)
    throw new HubError(
      "ImportsMismatch",
      `${imports.length} slots of imports are shown of ${named}, which imports ${facts.length} facts`,
    );
  const require = (name: string, key: SlotKey | undefined, slot: ProvenSlot): void => {
    if (key !== undefined && rootOf(key, slot, leafCount) === newStateRoot) return;
    throw new HubError(
      "SlotRefused",
      `the path of ${name} of ${named} does not lead to the state root ${newStateRoot} that L1 stores`,
    );
  };
  require("the last fact", HUB_SLOT_KEYS.lastFact, lastFact);
  require("the mask of facts", HUB_SLOT_KEYS.factMask, factMask);
  requireLastFact(batch, lastFact);
  const mask = factMaskOf(facts.length);
  if (factMask.value !== mask)
    throw new HubError(
      "MaskMismatch",
      `the mask of facts in the state after ${named} is ${factMask.value}, and ${mask} follows from its imports`,
    );
  for (const [i, slot] of imports.entries()) {
    require(`import ${i}`, HUB_SLOT_KEYS.imports[i], slot);
    if (wordToHex(slot.value) !== facts[i])
      throw new HubError(
        "ImportsMismatch",
        `the state after ${named} has ${wordToHex(slot.value)} as fact ${i}, and L1 has ${facts[i] ?? "none"}`,
      );
  }
  return slots;
}

/**
 * The hub appends the fact that follows from the record, and the program the one in the slot. The fact of a batch without logs is
 * that of the state before, which was compared then.
 */
function requireLastFact({ chainId, stored }: ShownBatch, { value }: ProvenSlot): void {
  const { batchNumber, l2LogsTreeRoot } = stored;
  if (l2LogsTreeRoot === NO_LOGS && batchNumber > 0n) return;
  const fact = hashFact(factIndex(chainId, batchNumber), l2LogsTreeRoot);
  if (wordToHex(value) === fact) return;
  throw new HubError(
    "LastFactMismatch",
    `the last fact in the state after batch ${batchNumber} of chain ${chainId} is ${wordToHex(value)}, and ${fact} follows from its logs`,
  );
}

/** Root of the state whose slot has this value; undefined for a path of another shape. */
function rootOf(key: SlotKey, { index, nextKey, value, siblings }: ProvenSlot, leafCount: number): Hex | undefined {
  if (siblings.length !== STATE_TREE_DEPTH || index >= 2 ** STATE_TREE_DEPTH) return undefined;
  const own = keyDigest(key.leafKind, key.address, key.slot, compress);
  const pair = compress(DomainTag.pair + key.leafKind, own, [...nextKey]);
  const leaf: Digest = compress(DomainTag.leaf, pair, valueDigest(value, compress));
  const top = siblings.reduce<Digest>((node, sibling, height) => {
    const isRight = Math.floor(index / 2 ** height) % 2 === 1;
    const [left, right] = isRight ? [sibling, node] : [node, sibling];
    return compress(DomainTag.node, [...left], [...right]);
  }, leaf);
  return digestToHex(compress(DomainTag.state, [...top], ZERO_DIGEST.with(0, leafCount)));
}
