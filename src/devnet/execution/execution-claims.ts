import { versionParts } from "../../protocol/protocol-version.ts";
import type { GenesisAccount, GenesisOf } from "../../chain/model/genesis.ts";
import { genesisState } from "../../chain/state/genesis-state.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { ExecutionProofError } from "../../execution-proof/batch/execution-proof-error.ts";
import { firstStateRoot } from "../../execution-proof/batch/first-state.ts";
import type { VerifiedExecution } from "../../execution-proof/batch/verify-execution.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { identityOf } from "../../node/described/chain-options.ts";
import type { ServedExecution } from "../../node/execution/node-execution.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { firstStateAccounts, type FirstState } from "../described/first-state.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import { ExecutionCheckError } from "./served-execution.ts";

/** A batch as L1 has it, and the one before it. */
interface RecordedBatch {
  readonly batch: StoredBatch;
  /** Of the first batch: the record of the genesis. */
  readonly previous: StoredBatch;
}

/** What is known of a chain beside its batches. */
interface KnownBirth {
  readonly facts: ChainContractFacts;
  readonly genesis: GenesisOf;
  /** Contracts of bridges with which it may have been born. */
  readonly bridges: readonly GenesisAccount[];
}

/**
 * What a proof may have to show: of the first batch in format 2 several claims, since L1 has the root of the genesis and not
 * which of its choices an operator made of the first state. Throws ExecutionCheckError GenesisMismatch.
 */
export function executionClaims(
  { batch, previous }: RecordedBatch,
  { outputs, coinbase }: Pick<ServedExecution, "outputs" | "coinbase">,
  { facts, genesis, bridges }: KnownBirth,
): readonly ExecutionClaim[] {
  const { chainId, protocolVersion, importBatches } = facts.configuration;
  const claim: ExecutionClaim = { chainId, previous, batch, outputs, coinbase };
  if (batch.batchNumber !== 0n) return [claim];
  const first = genesis(versionParts(protocolVersion).format);
  const { stateRoot } = genesisState(first);
  // Behind imports, whose proofs L1 has checked, it is another.
  if (importBatches === 0n && stateRoot !== previous.newStateRoot)
    throw new ExecutionCheckError(
      "GenesisMismatch",
      `this package's genesis has the state root ${stateRoot}, the chain began with ${previous.newStateRoot}`,
    );
  const { format } = versionParts(batch.protocolVersion);
  if (format === 3) return [claim];
  const { configurationState } = identityOf(facts);
  const compressor = createCompressor();
  return possibleChoices(bridges).map((choices) => {
    const chosen = firstStateAccounts({ chainId, format }, choices);
    return { ...claim, firstState: firstStateRoot(first, [...configurationState, ...chosen], { compressor }) };
  });
}

/** What an operator may have chosen of a first state, the usual first. */
function possibleChoices(bridges: readonly GenesisAccount[]): readonly FirstState[] {
  return (bridges.length === 0 ? [[]] : [[], bridges]).flatMap((born) =>
    [true, false].flatMap((singletons) =>
      [false, true].map((allowUnlimitedContractSize) => ({ singletons, allowUnlimitedContractSize, bridges: born })),
    ),
  );
}

/** The first of the claims that the proof is of. Rejects with ExecutionProofError where it is of none. */
export async function verifyAny(
  verify: (claim: ExecutionClaim, proof: Uint8Array) => VerifiedExecution | Promise<VerifiedExecution>,
  claims: readonly ExecutionClaim[],
  proof: Uint8Array,
): Promise<readonly [VerifiedExecution, ExecutionClaim]> {
  let refusal: unknown;
  for (const claim of claims) {
    try {
      return [await verify(claim, proof), claim];
    } catch (error) {
      if (!(error instanceof ExecutionProofError) || error.code !== "OtherStateBefore") throw error;
      refusal = error;
    }
  }
  throw refusal;
}
