import type { BatchRecord } from "../../ground/protocol/batch-record.ts";
import { hexQuantity, type Hex } from "../../ground/protocol/hex.ts";
import type { L1View, PlacedLeaf } from "../../chain/settlement-layer/reader/l1-view.ts";

/** The contracts' `BatchRoot`. */
export interface BatchRoot {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly logRoot: Hex;
  readonly record: BatchRecord;
  readonly leafIndex: bigint;
  readonly siblings: readonly Hex[];
  readonly rootIndex: bigint;
}

/** The contracts' `SlotProof`. */
export interface SlotProof {
  readonly isWritten: boolean;
  readonly leaf: { readonly kind: number; readonly key: Hex; readonly value: bigint };
  readonly path: {
    readonly nextKey: Hex;
    readonly index: number;
    readonly leafCount: number;
    readonly siblings: readonly Hex[];
  };
}

/** A node of a chain, as ethers' `JsonRpcProvider` is one. What it proves is verified by contracts. */
export interface AskedNode {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** Answer of `zks_getProof` for a slot. */
export interface ShownSlot {
  readonly value: Hex;
  readonly index: number;
  readonly proof: readonly Hex[];
  readonly leaf: { readonly kind: number; readonly key: Hex; readonly nextKey: Hex; readonly value: Hex };
  readonly leafCount: number;
}

/** A batch or a mark, and its place under a root. */
export function batchRootOf(
  view: L1View,
  { chainId, leaf, rootIndex }: { readonly chainId: bigint; readonly leaf: PlacedLeaf; readonly rootIndex: bigint },
): BatchRoot {
  const { index, batchNumber, logRoot, record } = leaf;
  const siblings = view.registry.prove(index, Number(rootIndex));
  return { chainId, batchNumber, logRoot, record, leafIndex: BigInt(index), siblings, rootIndex };
}

/** Asks a node for what a slot held after a batch of its chain. Rejects with the node's error for one that it cannot prove. */
export async function askSlot(node: AskedNode, contract: Hex, slot: bigint, batchNumber: bigint): Promise<ShownSlot> {
  const question = [contract, [hexQuantity(slot)], Number(batchNumber)];
  const answer = (await node.send("zks_getProof", question)) as { storageProof: readonly ShownSlot[] };
  const [shown] = answer.storageProof;
  if (shown === undefined) throw new Error(`a node of the chain proved nothing of slot ${slot}`);
  return shown;
}

export function slotProof({ index, proof, leaf, leafCount }: ShownSlot, isWritten: boolean): SlotProof {
  const { kind, key, nextKey, value } = leaf;
  return { isWritten, leaf: { kind, key, value: BigInt(value) }, path: { nextKey, index, leafCount, siblings: proof } };
}
