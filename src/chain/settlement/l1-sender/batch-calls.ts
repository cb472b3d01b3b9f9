import { ZeroHash } from "ethers";
import type { AggregatedBatch } from "../../../ground/protocol/aggregate.ts";
import type { AssetFlow } from "../../../ground/protocol/asset-flows.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchRevert } from "../../../ground/protocol/quorum.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import {
  dataCarrierInterface,
  hyperchainInterface,
  proofAggregatorInterface,
} from "../../settlement-layer/reader/contract-interfaces.ts";
import type { BatchApproval } from "../signing/quorum.ts";
import type { CommitBatch } from "../batch/settlement-batch.ts";

/** A batch with its quorum's approval: the contract's `ApprovedBatch`. */
export interface ApprovedBatch {
  readonly batch: CommitBatch;
  readonly approval: BatchApproval;
}

/** Calldata of `commitBatches`. `previous` is the last committed batch, or the genesis record. */
export function encodeCommit(previous: StoredBatch, batches: readonly ApprovedBatch[]): Hex {
  return hyperchainInterface.encodeFunctionData("commitBatches", [previous, batches]) as Hex;
}

/** Calldata of the carrier's `commit`, which commits one batch of this contract. */
export function encodeCarriedCommit(hyperchain: Hex, previous: StoredBatch, { batch, approval }: ApprovedBatch): Hex {
  return dataCarrierInterface.encodeFunctionData("commit", [hyperchain, previous, batch, approval]) as Hex;
}

/**
 * True if two calls commit the same batch first, after the same record, whatever batches follow and by whatever approvals: these
 * differ by their second.
 */
export function commitsSame(one: Hex, other: Hex): boolean {
  return firstCommit(one) === firstCommit(other);
}

const CARRIED_SELECTOR = dataCarrierInterface.getFunction("commit")?.selector ?? "0x";
const COMMIT_SELECTOR = hyperchainInterface.getFunction("commitBatches")?.selector ?? "0x";
const UNAPPROVED: BatchApproval = { validFrom: 0n, validUntil: 0n, signatures: [] };

function firstCommit(data: Hex): string {
  if (data.startsWith(CARRIED_SELECTOR)) {
    const others = dataCarrierInterface.decodeFunctionData("commit", data).toArray().slice(0, -1);
    return dataCarrierInterface.encodeFunctionData("commit", [...others, UNAPPROVED]);
  }
  if (!data.startsWith(COMMIT_SELECTOR)) return data;
  const [previous, [first]] = hyperchainInterface.decodeFunctionData("commitBatches", data) as unknown as [
    StoredBatch,
    readonly (readonly [CommitBatch, BatchApproval])[],
  ];
  return encodeCommit(previous, first === undefined ? [] : [{ batch: first[0], approval: UNAPPROVED }]);
}

/** The contract's `ImportBatch`, published. */
interface ImportBatch {
  readonly number: number;
  readonly newStateRoot: Hex;
  readonly diffDigest: Hex;
  readonly pubdata: Uint8Array;
  readonly policyData: Hex;
  readonly proof: Uint8Array;
}

/** Calldata of `importBatch`. `later` are the hashes of the data of all imports behind it. */
export function encodeImport(previous: StoredBatch, batch: ImportBatch, later: readonly Hex[]): Hex {
  const published = { pubdata: toHex(batch.pubdata), pubdataHash: ZeroHash, entryCount: 0 };
  const shown = { ...batch, ...published, proof: toHex(batch.proof) };
  return hyperchainInterface.encodeFunctionData("importBatch", [previous, shown, later]) as Hex;
}

/** Calldata of `proveBatch`. */
export function encodeProve(batch: StoredBatch, proof: Uint8Array): Hex {
  return hyperchainInterface.encodeFunctionData("proveBatch", [batch, toHex(proof)]) as Hex;
}

/** Calldata of `confirmBatch`. */
export function encodeConfirm(batch: StoredBatch, proof: Uint8Array): Hex {
  return hyperchainInterface.encodeFunctionData("confirmBatch", [batch, toHex(proof)]) as Hex;
}

/** Calldata of `proveBatches`: one proof of batches' execution, which the aggregator takes. */
export function encodeProveBatches(batches: readonly AggregatedBatch[], { digest, proof }: ShownExecution): Hex {
  return proofAggregatorInterface.encodeFunctionData("proveBatches", [batches, digest, toHex(proof)]) as Hex;
}

/** Calldata of `storeProof`: the same before L1 has the batches. */
export function encodeStoreProof(batches: readonly AggregatedBatch[], { digest, proof }: ShownExecution): Hex {
  return proofAggregatorInterface.encodeFunctionData("storeProof", [batches, digest, toHex(proof)]) as Hex;
}

/** Calldata of `settle`: commits, proves and executes a batch in one call. The proof is empty if `storeProof` has taken it. */
export function encodeSettle(
  previous: StoredBatch,
  batch: CommitBatch,
  { digest, proof }: ShownExecution,
  carried: { readonly imports: readonly ImportedRoot[]; readonly flows: readonly AssetFlow[] },
): Hex {
  const { imports, flows } = carried;
  return hyperchainInterface.encodeFunctionData("settle", [previous, batch, digest, toHex(proof), imports, flows]) as Hex;
}

/** A batch with the lists that its execution takes: the contract's `BatchExecution`. */
export interface BatchExecution {
  readonly batch: StoredBatch;
  readonly imports: readonly ImportedRoot[];
  readonly flows: readonly AssetFlow[];
}

/** Calldata of `executeBatches`. */
export function encodeExecute(executions: readonly BatchExecution[]): Hex {
  const items = executions.map(({ batch, imports, flows }) => ({ batch, imports, flows }));
  return hyperchainInterface.encodeFunctionData("executeBatches", [items]) as Hex;
}

/** True if two calls execute the same batch first, whatever batches follow, or are equal. */
export function executesSame(one: Hex, other: Hex): boolean {
  return one === other || (one.startsWith(EXECUTE_SELECTOR) && firstExecution(one) === firstExecution(other));
}

const EXECUTE_SELECTOR = hyperchainInterface.getFunction("executeBatches")?.selector ?? "0x";

function firstExecution(data: Hex): string | undefined {
  if (!data.startsWith(EXECUTE_SELECTOR)) return undefined;
  const [executions] = hyperchainInterface.decodeFunctionData("executeBatches", data) as unknown as [readonly unknown[]];
  return hyperchainInterface.encodeFunctionData("executeBatches", [executions.slice(0, 1)]);
}

/** Calldata of `revertBatches`. */
export function encodeRevert(reversal: BatchRevert, signatures: readonly Hex[]): Hex {
  return hyperchainInterface.encodeFunctionData("revertBatches", [reversal, signatures]) as Hex;
}
