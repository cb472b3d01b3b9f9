import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../ground/protocol/ids.ts";
import { l2LogProof } from "../../ground/protocol/log-proof.ts";
import { encodeFactProof, encodeMessageProof, l2LogTreeProof } from "../../ground/protocol/message-proof.ts";
import type { L1View, MessagePlace } from "../../chain/settlement-layer/reader/l1-view.ts";

/** The contracts' `MessageInclusionProof`. */
export interface MessageInclusionProof {
  readonly chainId: ChainId;
  readonly l1BatchNumber: BatchNumber;
  readonly l2MessageIndex: number;
  readonly message: { readonly txNumberInBatch: number; readonly sender: Hex; readonly data: Hex };
  readonly proof: readonly Hex[];
}

/** A message in a batch, whether L1 has the batch or not. */
export interface MessageInBatch extends Omit<MessagePlace, "batch"> {
  readonly batch: Pick<MessagePlace["batch"], "chainId" | "batchNumber">;
}

/** The contract's `FinalizeL1DepositParams`. */
export interface WithdrawalClaim {
  readonly chainId: ChainId;
  readonly l2BatchNumber: BatchNumber;
  readonly l2MessageIndex: number;
  readonly l2Sender: Hex;
  readonly l2TxNumberInBatch: number;
  readonly message: Hex;
  readonly merkleProof: readonly Hex[];
}

/**
 * Proof for a chain that has imported root `rootIndex`: message → batch's log tree → registry. Undefined while that root does
 * not hold the message's batch, or the view has not read L1 as far as that root.
 */
export function proveMessage(view: L1View, place: MessagePlace, rootIndex: bigint): MessageInclusionProof | undefined {
  const { batch, index, logLeaves, sender, body } = place;
  const leaf = batch.registryLeaf;
  if (leaf === undefined || BigInt(leaf.index) >= rootIndex || rootIndex > BigInt(view.registry.leafCount)) return undefined;
  return {
    chainId: batch.chainId,
    l1BatchNumber: batch.batchNumber,
    l2MessageIndex: index,
    message: { txNumberInBatch: 0, sender, data: toHex(body) },
    proof: encodeMessageProof({
      logSiblings: l2LogTreeProof(logLeaves, index),
      registryLeafIndex: BigInt(leaf.index),
      registrySiblings: view.registry.prove(leaf.index, Number(rootIndex)),
      registryRootIndex: rootIndex,
      record: leaf.record,
    }),
  };
}

/** Proof for a chain that has imported the fact about the message's batch. */
export function proveByFact({ batch, index, logLeaves, sender, body }: MessageInBatch): MessageInclusionProof {
  return {
    chainId: batch.chainId,
    l1BatchNumber: batch.batchNumber,
    l2MessageIndex: index,
    message: { txNumberInBatch: 0, sender, data: toHex(body) },
    proof: encodeFactProof(l2LogTreeProof(logLeaves, index)),
  };
}

/** Proof of a withdrawal for the bridge on L1; `undefined` until its batch is executed. */
export function proveWithdrawal({ batch, index, logLeaves, sender, body }: MessagePlace): WithdrawalClaim | undefined {
  if (batch.executed === undefined) return undefined;
  return {
    chainId: batch.chainId,
    l2BatchNumber: batch.batchNumber,
    l2MessageIndex: index,
    l2Sender: sender,
    l2TxNumberInBatch: 0,
    message: toHex(body),
    merkleProof: l2LogProof(logLeaves, index),
  };
}
