import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { DevnetDependencies } from "../../../../src/ecosystem/devnet/devnet.ts";
import type { StateJob } from "../../../../src/proofs/prover/job.ts";
import type { ProvableBatch } from "../../../../src/chain/node/execution/batch-executions.ts";

/** Names the folder in which a replay finds what the suite's batches would be proven from; unset: nothing is kept of them. */
export const REPLAY_VARIABLE = "HYPERCHAIN_EXECUTION_REPLAY";

const REPLAYED_SEED = 7;

/** A batch, and what its list is proven from. */
export type CollectedBatch = ProvableBatch & { readonly job: StateJob };

/** Extension of the batches' files. */
export const COLLECTED = ".batch";

/** Options of ecosystems during the replay: they run unchanged, whatever they prove. */
export function collecting(): Pick<DevnetDependencies, "onProvable"> {
  const folder = process.env[REPLAY_VARIABLE];
  if (folder === undefined) return {};
  mkdirSync(folder, { recursive: true });
  return {
    onProvable(batch, job) {
      const { commitment, claim } = batch;
      // A start repeats batches; they are the same ones.
      const name = `${claim.chainId}-${claim.batch.batchNumber}-${commitment.slice(2, 14)}`;
      writeFileSync(join(folder, `${name}${COLLECTED}`), serialize({ ...batch, job } satisfies CollectedBatch));
    },
  };
}

/**
 * The seed of a random workload. Whether its batches call what no table proves depends on it, so it is always the same while the suite
 * is replayed: the list of batches with a label is fixed.
 */
export function workloadSeed(): number {
  return process.env[REPLAY_VARIABLE] === undefined ? Math.floor(Math.random() * 2 ** 32) : REPLAYED_SEED;
}

/** Whether chains that name no execution are proven, so that their batches can be. */
export function isReplayed(): boolean {
  return process.env[REPLAY_VARIABLE] !== undefined;
}

/** A batch as `collecting` kept it. */
export function readCollected(path: string): CollectedBatch {
  return deserialize(readFileSync(path)) as CollectedBatch;
}
