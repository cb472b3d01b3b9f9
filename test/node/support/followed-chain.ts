import assert from "node:assert/strict";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { ChainDependencies } from "../../../src/chain/composition/chain-inputs.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { ExecutionWitness } from "../../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import { createPrimitives } from "../../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { kernelRows } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { ExecutedBatches, type ExecutedBatchesOptions } from "../../../src/chain/node/execution/executed-batches.ts";
import { NewestClaims } from "../../../src/chain/node/execution/newest-claims.ts";
import type { VersionOf } from "../../../src/ground/protocol/upgrade.ts";
import { PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { BORN_AT, configurationOf, realGenesis } from "../../chain/support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "../../chain/support/verified-chain.ts";

/** Tools for the plan of a batch's run. */
export const planningTools = () => ({
  program: { rows: kernelRows() },
  primitives: createPrimitives(),
  compress: createCompressor().compress,
});

/** A batch, what a proof of it is made from, and what that has to show. */
interface FollowedBatch {
  readonly batch: FormedBatch;
  readonly witness: ExecutionWitness;
  readonly claim: ExecutionClaim;
}

/** A chain whose batches are followed as validators do that ask for proofs of their execution. */
interface FollowedChain {
  readonly test: VerifiedChain;
  /** Ends the open batch. */
  seal(): Promise<FollowedBatch>;
  /** Returns the data of a batch that was sealed before. */
  followed(batch: FormedBatch): Promise<FollowedBatch>;
}

export async function startFollowedChain({
  accounts,
  versionOf = () => PROVEN_VERSION,
  keeping,
}: {
  readonly accounts: readonly GenesisAccount[];
  readonly versionOf?: VersionOf;
  readonly keeping?: ChainDependencies["keeping"];
}): Promise<FollowedChain> {
  const options: ExecutedBatchesOptions = {
    ...{ chainId: BigInt(CHAIN_ID), coinbase: COINBASE, codes: [] },
    genesis: [...(await realGenesis()), ...accounts],
    initialState: configurationOf(BORN_AT).accounts,
  };
  let executed: ExecutedBatches | undefined;
  const test = await startVerifiedChain({
    ...{ accounts, versionOf, bornAt: BORN_AT, keeping },
    validatorsFollowers: (run) => [(executed = new ExecutedBatches(options, run, () => true))],
    onVerified: (batch) => executed?.addCodes(batch),
  });
  const taken = (batch: FormedBatch): FollowedBatch => {
    const { witness, previous } = executed!.recordOf(batch.outputs.batchNumber);
    assert.equal(witness?.kind, "witness", witness?.kind === "unproven" ? `${witness.reason}: ${witness.detail}` : "");
    return { batch, witness: witness as ExecutionWitness, claim: new NewestClaims().add(batch, previous, options) };
  };
  return {
    test,
    seal: async () => taken(await test.sealAndVerify()),
    async followed(batch) {
      const { commitment } = await test.verifier.verify(test.inputs(batch.outputs.batchNumber));
      assert.equal(commitment, batch.commitment);
      executed!.addCodes(batch);
      return taken(batch);
    },
  };
}
