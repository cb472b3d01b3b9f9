import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../../src/chain/state/change-set.ts";
import { leafPath } from "../../../../src/chain/state/leaf-path.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { flowFact, flowFactKey, hashAtomicFlow, type AtomicFlow } from "../../../../src/ground/protocol/atomic-flow.ts";
import type { BatchRecord } from "../../../../src/ground/protocol/batch-record.ts";
import { digestToHex } from "../../../../src/ground/protocol/digest.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import type { PubdataLog } from "../../../../src/ground/protocol/pubdata.ts";
import { transactionTreeLeaf, transactionTreeProof } from "../../../../src/ground/protocol/transaction-tree.ts";
import type { BatchContent, TestChain } from "./chain.ts";
import type { Ecosystem } from "./ecosystem.ts";

export const [HELD, RELEASED, REFUNDED] = [1n, 2n, 3n] as const;

/** A leaf of L1's registry: an executed batch or a mark. */
interface RegistryLeaf {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly logRoot: Hex;
  readonly record: BatchRecord;
}

/** State of a chain's flows' contract: the state of legs, and whether pivots ran. */
export function flowState(
  flow: AtomicFlow,
  escrows: Readonly<Record<number, bigint>>,
  ran: readonly number[] = [],
  contract = ATOMIC_FLOWS_ADDRESS,
): StateWrite[] {
  const id = hashAtomicFlow(flow);
  return [
    ...Object.entries(escrows).map(([leg, value]) => ({ ...flowFactKey(contract, id, Number(leg), false), value })),
    ...ran.map((leg) => ({ ...flowFactKey(contract, id, leg, true), value: 1n })),
  ];
}

export const treeOf = (writes: readonly StateWrite[]): StateTree =>
  StateTree.genesis([...writes], { compressor: referenceCompressor });

/** The message of a leg, from the flows' contract or another sender. */
export function factLog(flow: AtomicFlow, leg: number, sender: Hex = ATOMIC_FLOWS_ADDRESS): PubdataLog {
  return { type: "message", sender, body: flowFact(hashAtomicFlow(flow), leg) };
}

/** An executed batch, and what proves things of it. */
export interface SettledLegs {
  readonly leafIndex: number;
  readonly logLeaves: readonly Hex[];
}

/** Executes on L1 a batch of a chain with this state at its end. */
export async function settleLegs(
  ecosystem: Ecosystem,
  chain: TestChain,
  tree: StateTree,
  content: BatchContent = {},
): Promise<SettledLegs> {
  const { formed } = await chain.settle({ ...content, newStateRoot: digestToHex(tree.root) });
  return { leafIndex: (await registryOf(ecosystem)).length - 1, logLeaves: formed.logLeaves };
}

/** The registry's leaves, from its events. */
export async function registryOf({ roots }: Ecosystem): Promise<RegistryLeaf[]> {
  const events = await roots.queryFilter(roots.filters["TransactionRootUpdated"]!());
  return events.map((event) => {
    const { args } = roots.interface.parseLog(event)!;
    const record = (args["record"] as { toObject(): BatchRecord }).toObject();
    return { ...(args.toObject() as unknown as RegistryLeaf), record };
  });
}

/** The contracts' `BatchRoot` of a leaf, under the newest root. */
export async function batchRoot(ecosystem: Ecosystem, leafIndex: number) {
  const leaves = await registryOf(ecosystem);
  const { chainId, batchNumber, logRoot, record } = leaves[leafIndex]!;
  const siblings = transactionTreeProof(leaves.map(transactionTreeLeaf), leafIndex);
  return { chainId, batchNumber, logRoot, record, leafIndex, siblings, rootIndex: leaves.length };
}

/** The contracts' `FlowMessage`: message `index` of a batch. */
export async function flowMessage(ecosystem: Ecosystem, { leafIndex, logLeaves }: SettledLegs, index = 0) {
  return { batch: await batchRoot(ecosystem, leafIndex), index, proof: l2LogProof(logLeaves, index) };
}

/** The contracts' `FlowAbsence`: that a leg is not in this state, by a leaf. */
export async function flowAbsence(ecosystem: Ecosystem, flow: AtomicFlow, leg: number, leafIndex: number, state: StateTree) {
  const key = flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), leg, flow.legs[leg]!.isPivot);
  const proof = state.prove(key);
  return {
    batch: await batchRoot(ecosystem, leafIndex),
    low: { kind: proof.leafKind, key: digestToHex(proof.key), value: proof.value },
    path: leafPath(proof),
  };
}

/** The contracts' `EscrowOnStoppedChain`. */
export function stoppedEscrow(flow: AtomicFlow, leg: number, token: Hex, state: StateTree, fee = 0n) {
  const key = flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), leg, false);
  return { flow, leg, token, fee, path: leafPath(state.prove(key)) };
}
