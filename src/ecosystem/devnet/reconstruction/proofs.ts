import { PORTER_ROOT } from "../../../chain/reconstruction/rebuilt-porter.ts";
import { proveHolding as proveHoldingIn, type HoldingProof } from "../../../chain/state/holding-proof.ts";
import type { StateTree } from "../../../chain/state/state-tree.ts";
import { proveUndelivered, type UndeliveredProof } from "../../../chain/state/undelivered-proof.ts";
import { isLeafOf, leafPath } from "../../../chain/state/leaf-path.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../ground/protocol/held-accounts-address.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { l2LogProof } from "../../../ground/protocol/log-proof.ts";
import type { WithdrawalClaim } from "../../relayer/inclusion-proof.ts";
import type { AskedNode, ShownSlot } from "../../relayer/state-proof.ts";
import type { ReconstructedBatch, Reconstruction } from "./reconstruct.ts";

/** Slot of the leaves' mapping in the contract of held accounts. */
const HELD_LEAVES_SLOT = 0n;

/** A message that a batch sent to L1. */
interface ReconstructedMessage {
  readonly batchNumber: bigint;
  /** In the batch's log tree. */
  readonly index: number;
  /** 20 bytes. */
  readonly sender: Hex;
  readonly body: Hex;
  /** keccak of the body. */
  readonly hash: Hex;
  /** Whether L1 accepts a proof of it. */
  readonly isExecuted: boolean;
}

/** Every message of the applied batches, in order. */
export function messagesOf({ batches }: Reconstruction): ReconstructedMessage[] {
  return batches.flatMap(({ stored, logs, executed }) =>
    logs.flatMap((log, index) => {
      if (log.type !== "message") return [];
      const { sender, body } = log;
      return [
        {
          batchNumber: stored.batchNumber,
          index,
          sender,
          body: toHex(body),
          hash: keccak(body),
          isExecuted: executed !== undefined,
        },
      ];
    }),
  );
}

/**
 * Proof of a message for the bridge on L1, or any contract there that calls the factory: it finalizes a withdrawal,
 * whether its chain still runs or not. Throws RangeError if the batch has no such message, or is not executed.
 */
export function proveMessage(reconstruction: Reconstruction, batchNumber: bigint, index: number): WithdrawalClaim {
  const batch = executedBatch(reconstruction, batchNumber);
  const log = batch.logs[index];
  if (log?.type !== "message") throw new RangeError(`log ${index} of batch ${batchNumber} is not a message`);
  return {
    chainId: reconstruction.contract.configuration.chainId,
    l2BatchNumber: batchNumber,
    l2MessageIndex: index,
    l2Sender: log.sender,
    l2TxNumberInBatch: 0,
    message: toHex(log.body),
    merkleProof: l2LogProof(batch.logLeaves, index),
  };
}

/** The result of a priority operation, and its proof: with a failure's, a deposit is claimed back on L1. */
interface OperationResultProof {
  readonly chainId: bigint;
  readonly canonicalTxHash: Hex;
  readonly success: boolean;
  readonly l2BatchNumber: bigint;
  readonly l2MessageIndex: number;
  readonly merkleProof: readonly Hex[];
}

/** Undefined where no executed batch has taken the operation. */
export function proveOperationResult(reconstruction: Reconstruction, canonicalTxHash: Hex): OperationResultProof | undefined {
  const { batches, contract } = reconstruction;
  for (const batch of batches) {
    const place = batch.canonicalTxHashes.indexOf(canonicalTxHash);
    if (place === -1 || batch.executed === undefined) continue;
    // Results are logged in the operations' order.
    const results = batch.logs.flatMap((log, index) => (log.type === "priorityOp" ? [{ success: log.success, index }] : []));
    const result = results[place];
    if (result === undefined) throw new TypeError(`batch ${batch.stored.batchNumber} has fewer results than operations`);
    return {
      chainId: contract.configuration.chainId,
      canonicalTxHash,
      success: result.success,
      l2BatchNumber: batch.stored.batchNumber,
      l2MessageIndex: result.index,
      merkleProof: l2LogProof(batch.logLeaves, result.index),
    };
  }
  return undefined;
}

/**
 * Balance of an account on the chain and its proof, by which L1's state exit pays it out after the chain has stopped.
 * `token` is on L1; 0 and 1 are ETH. `undefined` if the account never had any. Throws RangeError if batches were applied
 * that L1 has not executed, which would change the root.
 */
export function proveHolding(reconstruction: Reconstruction, account: Hex, token: Hex): HoldingProof | undefined {
  const { settlementChainId, configuration } = reconstruction.contract;
  return proveHoldingIn(executedTree(reconstruction), { settlementChainId, baseToken: configuration.baseToken, token, account });
}

/** Leaf of a held account, and its path in a state. */
interface ProvenHeldAccount {
  readonly leaf: Hex;
  readonly path: ReturnType<typeof leafPath>;
}

/**
 * Leaf of a held account in the state that L1 executed last, and its path, as `HeldExit.claimProven` takes them. Undefined for a
 * number that is not registered. Throws RangeError as `proveHolding` does.
 */
export function proveHeldAccount(reconstruction: Reconstruction, number: number): ProvenHeldAccount | undefined {
  const slot = BigInt(keccak(fromHex(wordToHex(BigInt(number))), fromHex(wordToHex(HELD_LEAVES_SLOT))));
  const key = { leafKind: LeafKind.storage, address: BigInt(HELD_ACCOUNTS_ADDRESS), slot };
  const proof = executedTree(reconstruction).prove(key);
  if (!isLeafOf(key, proof)) return undefined;
  return { leaf: wordToHex(proof.value), path: leafPath(proof) };
}

/** Proof of an account of a chain's porter, as `StateExit.claimPorterHolding` takes it, and the base token that it has. */
interface PorterHolding {
  /** In the base token's smallest unit. */
  readonly amount: bigint;
  readonly proof: {
    readonly value: bigint;
    readonly path: ReturnType<typeof leafPath>;
    readonly porterRoot: Hex;
    readonly rootPath: ReturnType<typeof leafPath>;
  };
}

/**
 * Proof of the base token that an account of the porter has. Undefined for an account that is not in the porter. Throws
 * RangeError as `proveHolding` does, and ReconstructionError if a list of the porter is missing.
 */
export function provePorterHolding(reconstruction: Reconstruction, account: Hex): PorterHolding | undefined {
  const { porter } = reconstruction;
  if (porter?.missing !== undefined) throw porter.missing;
  const tree = executedTree(reconstruction);
  if (porter?.state === undefined) return undefined;
  const key = { leafKind: LeafKind.account, address: BigInt(account), slot: 0n };
  const header = porter.state.prove(key);
  if (!isLeafOf(key, header)) return undefined;
  const { value } = header;
  const paths = { path: leafPath(header), rootPath: leafPath(tree.prove(PORTER_ROOT)) };
  return { amount: value / NONCE_LIMIT, proof: { value, porterRoot: porter.state.stateRoot, ...paths } };
}

/** Nonces of a header are below this; the balance is above them. */
const NONCE_LIMIT = 2n ** 64n;

/**
 * That the chain has not taken a transfer of another chain, by the keccak of its message's body: L1's state exit gives it back
 * then. Undefined where the chain has taken it. Throws RangeError as `proveHolding` does.
 */
export function proveNotDelivered(
  reconstruction: Reconstruction,
  sourceChainId: bigint,
  messageHash: Hex,
): UndeliveredProof | undefined {
  return proveUndelivered(executedTree(reconstruction), sourceChainId, messageHash);
}

/**
 * Answers `zks_getProof` for the slots of a contract after the chain's last executed batch, as a node of the chain would. Any
 * other question is refused by a RangeError, and so are batches that L1 has not executed.
 */
export function rebuiltNode(reconstruction: Reconstruction): AskedNode {
  const tree = executedTree(reconstruction);
  const last = reconstruction.onL1.totals.executed - 1n;
  const show = (contract: Hex, slot: string): ShownSlot => {
    const key = { leafKind: LeafKind.storage, address: BigInt(contract), slot: BigInt(slot) };
    const leaf = tree.prove(key);
    const { nextKey, index, leafCount, siblings } = leafPath(leaf);
    const value = wordToHex(leaf.value);
    return {
      value: isLeafOf(key, leaf) ? value : wordToHex(0n),
      index,
      proof: siblings,
      leafCount,
      leaf: { kind: leaf.leafKind, key: digestToHex(leaf.key), nextKey, value },
    };
  };
  return {
    send(method, params) {
      const [contract, slots, batch] = params as [Hex, readonly string[], number];
      if (method === "zks_getProof" && BigInt(batch) === last)
        return Promise.resolve({ storageProof: slots.map((slot) => show(contract, slot)) });
      const message = `a rebuilt chain proves the state after batch ${last} alone, not ${method} of batch ${batch}`;
      return Promise.reject(new RangeError(message));
    },
  };
}

/** The tree of the chain's last executed batch. Throws RangeError where others were applied. */
export function executedTree({ state, stateRoot, onL1 }: Reconstruction): StateTree {
  if (stateRoot === onL1.executedStateRoot) return state.tree;
  throw new RangeError('this is proven in the executed state; reconstruct up to "executed"');
}

function executedBatch({ batches }: Reconstruction, batchNumber: bigint): ReconstructedBatch {
  const batch = batches[Number(batchNumber)];
  if (batch === undefined) throw new RangeError(`batch ${batchNumber} is not one of the ${batches.length} applied`);
  if (batch.executed === undefined)
    throw new RangeError(`batch ${batchNumber} is not executed: L1 does not know its messages yet`);
  return batch;
}
