import type { Provider } from "ethers";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { genesisState } from "../../chain/state/genesis-state.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { ExecutionProofError } from "../../execution-proof/batch/execution-proof-error.ts";
import { firstStateRoot } from "../../execution-proof/batch/first-state.ts";
import { executionVerifier } from "../../execution-proof/batch/verify-execution.ts";
import type { VerifiedExecution } from "../../execution-proof/batch/verify-execution.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { identityOf } from "../../node/chain-options.ts";
import type { ServedExecution } from "../../node/execution/node-execution.ts";
import type { Hex } from "../../protocol/hex.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { findStoredBatch, readTotals } from "../../settlement/l1-sender/chain-reader.ts";
import type { BatchTotals, ChainContract } from "../../settlement/l1-sender/chain-reader.ts";
import { firstStateAccounts } from "../chains/first-state.ts";
import { ChainContractReader } from "../reconstruction/chain-contract.ts";
import type { ChainContractFacts } from "../reconstruction/chain-contract.ts";
import { findCreation } from "../reconstruction/l1-history.ts";
import { ExecutionCheckError } from "./served-execution.ts";

export interface ExecutionCheckOptions {
  readonly l1: Provider;
  /** The chain's contract there. */
  readonly hyperchain: Hex;
  readonly batchNumber: bigint;
  readonly served: ServedExecution;
  /** The protocol's genesis, of which L1 has the root. */
  readonly genesis: readonly GenesisAccount[];
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
  /** Received the fees; L1 does not say what it should be. */
  readonly coinbase: Hex;
}

/**
 * Checks the execution of a batch against what L1 has of it and of the batch before, and a proof that anybody may have served.
 * Rejects with ExecutionCheckError, ExecutionProofError, ReconstructionError NotAHyperchain, or with the provider's error.
 */
export async function checkExecution(options: ExecutionCheckOptions): Promise<CheckedExecution> {
  const { l1, hyperchain, batchNumber, served, genesis } = options;
  const head = await l1.getBlockNumber();
  const reader = new ChainContractReader(l1, hyperchain, head);
  const facts = await reader.facts();
  const contract: ChainContract = {
    provider: l1,
    hyperchain,
    fromBlock: options.fromBlock ?? (await findCreation(l1, hyperchain, head)),
  };
  const batch = await committed(contract, batchNumber);
  const previous = batchNumber === 0n ? await reader.genesisRecord() : await committed(contract, batchNumber - 1n);
  const totals = await readTotals(contract);
  requireListProof(batch, totals);
  const { chainId } = facts.configuration;
  const { outputs, coinbase, proof } = served;
  const claim: ExecutionClaim = { chainId, previous, batch, outputs, coinbase };
  const [verified, firstState] = await verifyAny(batch.protocolVersion, firstClaims(claim, facts, genesis), proof);
  return {
    ...{ ...verified, chainId, batchNumber, coinbase },
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

/** L1 has the root of the genesis; which of its two choices an operator made of the first state, the first batch's proof says. */
function firstClaims(
  claim: ExecutionClaim,
  facts: ChainContractFacts,
  genesis: readonly GenesisAccount[],
): readonly ExecutionClaim[] {
  if (claim.batch.batchNumber !== 0n) return [claim];
  const { stateRoot } = genesisState(genesis);
  if (stateRoot !== claim.previous.newStateRoot)
    throw new ExecutionCheckError(
      "GenesisMismatch",
      `this package's genesis has the state root ${stateRoot}, the chain began with ${claim.previous.newStateRoot}`,
    );
  const { configurationState } = identityOf(facts, true);
  const compressor = createCompressor();
  return [true, false].flatMap((singletons) =>
    [false, true].map((allowUnlimitedContractSize) => {
      const chosen = firstStateAccounts(claim.chainId, { singletons, allowUnlimitedContractSize });
      return { ...claim, firstState: firstStateRoot(genesis, [...configurationState, ...chosen], { compressor }) };
    }),
  );
}

/** The first of the claims that the proof is of. */
async function verifyAny(
  protocolVersion: bigint,
  claims: readonly ExecutionClaim[],
  proof: Uint8Array,
): Promise<readonly [VerifiedExecution, Hex | undefined]> {
  const verify = await executionVerifier(protocolVersion);
  let refusal: unknown;
  for (const claim of claims) {
    try {
      return [verify(claim, proof), claim.firstState];
    } catch (error) {
      if (!(error instanceof ExecutionProofError) || error.code !== "OtherStateBefore") throw error;
      refusal = error;
    }
  }
  throw refusal;
}
