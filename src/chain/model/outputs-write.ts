import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../ground/protocol/outputs-leaf.ts";
import type { GenesisLeaf } from "./genesis.ts";

/** A batch's net writes, with the one apart by which its closing transaction stored the hash of its outputs. */
interface SplitWrites {
  /** Value of the outputs slot after the batch; 0 if nothing was written. */
  readonly storedOutputs: bigint;
  /** All others, in their order. */
  readonly writes: readonly GenesisLeaf[];
}

export function splitOutputs(writes: readonly GenesisLeaf[]): SplitWrites {
  return {
    storedOutputs: writes.find(isOutputs)?.value ?? 0n,
    writes: writes
      .filter((write) => !isOutputs(write))
      .map(({ leafKind, address, slot, value }) => ({ leafKind, address, slot, value })),
  };
}

function isOutputs({ leafKind, address, slot }: GenesisLeaf): boolean {
  return leafKind === LeafKind.storage && address === OUTPUTS_ADDRESS && slot === OUTPUTS_SLOT;
}
