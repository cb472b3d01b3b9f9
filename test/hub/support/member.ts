import { memberSlots } from "../../../src/chain/batch/member-slots.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { OfferedEntry } from "../../../src/ecosystem/hub/hub-node.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { HUB_SLOT_KEYS, type MemberSlots } from "../../../src/ground/protocol/hub-slots.ts";
import { factIndex, hashFact } from "../../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { emptyLogRoot, entryOf } from "./batches.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** A chain that serves facts: its state, and its batches' numbers. */
export class Member {
  readonly chainId: bigint;
  readonly tree = StateTree.genesis([], { compressor: createCompressor() });
  #number: bigint;
  #lastFact: Hex | undefined;

  /** `lastFact`: in the slot of its first state. */
  constructor(chainId: bigint, number: bigint, lastFact?: Hex) {
    this.#lastFact = lastFact;
    this.chainId = chainId;
    this.#number = number;
  }

  /** Closes a batch as the predeploys do (docs/protocol.md §4): facts have the first slots, and a bit of the mask each. */
  batch(facts: readonly ImportedRoot[], logRoot: Hex): { readonly entry: OfferedEntry; readonly slots: MemberSlots } {
    const batchNumber = this.#number++;
    const oldStateRoot = digestToHex(this.tree.root);
    if (logRoot !== emptyLogRoot || this.#lastFact === undefined)
      this.#lastFact = hashFact(factIndex(this.chainId, batchNumber), logRoot);
    const written = [
      { ...HUB_SLOT_KEYS.lastFact, value: BigInt(this.#lastFact) },
      { ...HUB_SLOT_KEYS.factMask, value: BigInt(2 ** 16 + 2 ** facts.length - 1) },
      ...facts.map(({ registryIndex, root }, i) => ({
        ...HUB_SLOT_KEYS.imports[i]!,
        value: BigInt(hashFact(registryIndex, root)),
      })),
    ];
    const writes = [...written, { ...HUB_SLOT_KEYS.lastFact, slot: 1000n + batchNumber, value: 7n }];
    this.tree.apply(
      writes.filter((own) => this.tree.get(own) !== own.value),
      batchNumber + 1n,
    );
    const changes = { oldStateRoot, newStateRoot: digestToHex(this.tree.root), l2LogsTreeRoot: logRoot };
    return { entry: entryOf(this.chainId, batchNumber, facts, changes), slots: memberSlots(this.tree, facts) };
  }
}
