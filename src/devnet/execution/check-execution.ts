import type { Provider } from "ethers";
import type { GenesisAccount, GenesisOf } from "../../chain/model/genesis.ts";
import { executionVerifier, type VerifiedExecution } from "../../execution-proof/batch/verify-execution.ts";
import type { ServedExecution } from "../../node/execution/node-execution.ts";
import type { Hex } from "../../protocol/hex.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import { isProvenOnL1 } from "../../protocol/protocol-version.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import {
  findStoredBatch,
  readFirstRecord,
  readTotals,
  type BatchTotals,
  type ChainContract,
} from "../../settlement/l1-sender/chain-reader.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { findCreation } from "../chain-on-l1/l1-history.ts";
import { executionClaims, verifyAny } from "./execution-claims.ts";
import { ExecutionCheckError } from "./served-execution.ts";

interface ExecutionCheckOptions {
  readonly l1: Provider;
  /** The chain's contract there. */
  readonly hyperchain: Hex;
  readonly batchNumber: bigint;
  readonly served: ServedExecution;
  /** Of the protocol: L1 has the root of the chain's own. */
  readonly genesis: GenesisOf;
  /** Contracts of bridges with which the chain may have been born: L1 does not say whether it was. */
  readonly bridges: readonly GenesisAccount[];
  /** L1 block of the chain's creation or an earlier one. Default: found. */
  readonly fromBlock?: number;
}

/** A batch whose execution has been checked. */
export interface CheckedExecution extends VerifiedExecution {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  /** How far L1 is with the batch. */
  readonly stage: "proven" | "executed";
  /** That of L1's record of the batch before; of the first batch, of the state that its first transaction found. */
  readonly oldStateRoot: Hex;
  readonly newStateRoot: Hex;
  /** Changes of the state that no signed transaction made. */
  readonly cheatCount: bigint;
  /** Whether L1 takes such batches by a proof of their execution alone. */
  readonly isProvenOnL1: boolean;
  /** Received the fees; L1 does not say what it should be. */
  readonly coinbase: Hex;
}

/**
 * Checks the execution of a batch against what L1 has of it and of the batch before, and a proof that anybody may have served.
 * Rejects with ExecutionCheckError, ExecutionProofError, ReconstructionError NotAHyperchain, or with the provider's error.
 */
export async function checkExecution(options: ExecutionCheckOptions): Promise<CheckedExecution> {
  const { l1, hyperchain, batchNumber, served, genesis, bridges } = options;
  const head = await l1.getBlockNumber();
  const reader = new ChainContractReader(l1, hyperchain, head);
  const facts = await reader.facts();
  const contract: ChainContract = {
    provider: l1,
    hyperchain,
    fromBlock: options.fromBlock ?? (await findCreation(l1, hyperchain, head)),
  };
  const batch = await committed(contract, batchNumber);
  const previous = batchNumber === 0n ? await readFirstRecord(contract) : await committed(contract, batchNumber - 1n);
  const totals = await readTotals(contract);
  requireListProof(batch, totals);
  const { chainId } = facts.configuration;
  const { outputs, coinbase, proof } = served;
  const verify = await executionVerifier(batch.protocolVersion);
  const claims = executionClaims({ batch, previous }, served, { facts, genesis, bridges });
  const [verified, { firstState }] = await verifyAny(verify, claims, proof);
  return {
    ...{ ...verified, chainId, batchNumber, coinbase },
    isProvenOnL1: isProvenOnL1(batch.protocolVersion),
    stage: batchNumber < totals.executed ? "executed" : "proven",
    oldStateRoot: firstState ?? batch.oldStateRoot,
    newStateRoot: batch.newStateRoot,
    cheatCount: outputs.cheatCount,
  };
}

async function committed(contract: ChainContract, batchNumber: bigint): Promise<StoredBatch> {
  const stored = await findStoredBatch(contract, batchNumber);
  if (stored !== undefined) return stored;
  throw new ExecutionCheckError("NotCommitted", `L1 does not have batch ${batchNumber}; settle it first`);
}

/**
 * That the outputs are those of the state behind the batch, L1's proof of the published changes shows, and the proof of the
 * execution does not. A marker instead of a proof shows nothing. Throws ExecutionCheckError.
 */
function requireListProof({ batchNumber, protocolVersion }: StoredBatch, { verified }: BatchTotals): void {
  if (isProvenVersion(protocolVersion) && batchNumber < verified) return;
  const why = isProvenVersion(protocolVersion) ? "yet; ask again when it has" : "and never will: it takes markers instead";
  throw new ExecutionCheckError(
    "ChangesUnproven",
    `L1 has not seen the proof of batch ${batchNumber}'s published changes, ${why}`,
  );
}
