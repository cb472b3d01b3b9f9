import type { ExecutionWitness } from "../../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import type { ExecutionKey } from "../../../src/proofs/execution-proof/batch/execution-key.ts";
import type { UnprovenExecution } from "../../../src/proofs/execution-proof/batch/unproven-execution.ts";
import {
  createExecutionProver,
  type ExecutionProver,
  type ExecutionProverOptions,
} from "../../../src/proofs/execution-proof/batch/execution-prover.ts";
import type { ExecutionProving } from "../../../src/proofs/execution-proof/batch/prove-execution.ts";
import type {
  BatchProofOptions,
  BatchProver,
  ChunkOptions,
  PlanOptions,
  ProvenExecution,
} from "../../../src/proofs/execution-proof/batch/proven-execution.ts";
import { chunkRefusal } from "../../../src/proofs/execution-proof/batch/verify-execution.ts";
import { MemoryBlobs } from "../../../src/proofs/proving/blobs.ts";
import { chunkPort, executionByQueue } from "../../../src/proofs/proving/execution-proofs.ts";
import { MemoryQueue } from "../../../src/proofs/proving/queue-memory.ts";
import { TestClock } from "../../chain/support/clock.ts";

type ChunkProver = Pick<ExecutionProver, "plan" | "proveChunk" | "checkChunk">;

/** Proves batches through a queue with a single prover. */
export function aloneInQueue(prover: ChunkProver): BatchProver & { close(): Promise<void> } {
  const blobs = new MemoryBlobs();
  const queue = new MemoryQueue({}, { blobs, clock: new TestClock(1_800_000_000_000) });
  const working = queue.work(chunkPort(prover), { name: "own", isOwn: true });
  return {
    ...executionByQueue({ queue, blobs }, prover),
    async close() {
      queue.close();
      await working.stop();
    },
  };
}

/** Opens a prover with a separate queue, like an ecosystem. */
export function openOwnProver(options: ExecutionProverOptions = {}): ExecutionProver & BatchProver {
  const prover = createExecutionProver(options);
  const { prove, close } = aloneInQueue(prover);
  return { ...prover, prove, close: async () => void (await Promise.all([prover.close(), close()])) };
}

/** Proves on the calling thread, with the caller's key and tools. NOT SECURE: accepts weak keys. */
export async function proveHere(
  key: ExecutionKey,
  proving: ExecutionProving,
  witness: ExecutionWitness,
  claim: ExecutionClaim,
  {
    mostCells,
    segmentCells,
    ...options
  }: BatchProofOptions & Pick<PlanOptions, "mostCells"> & Pick<ChunkOptions, "segmentCells"> = {},
): Promise<ProvenExecution | UnprovenExecution> {
  const alone = aloneInQueue({
    async plan(...[from, to, cutting]) {
      const planned = await proving.plan(from, to, { ...cutting, ...(mostCells && { mostCells }) });
      const { system, provenBits } = key;
      return planned.kind === "unproven" ? planned : { ...planned, program: system.verificationKeyDigest, provenBits };
    },
    proveChunk: ({ input }, own) => proving.proveChunk(input, { ...own, ...(segmentCells && { segmentCells }) }),
    checkChunk: (_version, ends, proof) => Promise.resolve(chunkRefusal(key, ends, proof, { acceptsWeakParameters: true })),
  });
  try {
    return await alone.prove(witness, claim, options);
  } finally {
    await alone.close();
  }
}
