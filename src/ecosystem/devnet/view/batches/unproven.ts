import type { ReasonWithoutProof } from "../../../../proofs/execution-proof/batch/unproven-execution.ts";
import type { ChainStatus } from "../books/ecosystem-info.ts";

type ExecutionOfChain = NonNullable<ChainStatus["execution"]>;

/** Why a batch has no proof of its execution, as the end of a sentence. */
const REASONS: Readonly<Record<ReasonWithoutProof, string>> = {
  "unsupported-precompile": "it calls a precompiled contract that no circuit covers",
  "unsupported-frame-count": "it makes more calls than the circuits cover",
  "unsupported-code-size": "it runs code larger than the circuits cover",
  "refused-by-kernel": "the machine refuses one of its steps",
  "unprovable-row": "it reaches a step that no table of the circuits has",
  "too-large": "one of its steps is larger than a part of a proof may be",
  "cheat-unknown": "a test changed the state by hand, in a way that was not kept",
  "operation-unknown": "an operation of its queue was not kept",
  "code-unknown": "the code of a contract was not kept",
  "block-hash-unknown": "the hash of a block was not kept",
  disagreement: "the machine's state differs from the chain's: one of them is wrong",
  fault: "making the proof failed",
};

/** That a batch has no proof of its execution, and why. */
export function unprovenLine(chain: string, { batch, reason, detail }: ExecutionOfChain["unproven"][number]): string {
  return `Execution of batch ${batch} of ${chain} is not proven, since ${REASONS[reason]}: ${reason} (${detail})`;
}

/** State of the proof of a batch's execution; `undefined` execution: of a chain whose execution is trusted. */
export function executionOfBatch(chain: string, batch: number, execution: ExecutionOfChain | undefined): string {
  if (execution === undefined) return "trusted to the validators: no proof of it is made on this chain (--execution proven)";
  const found = execution.unproven.find((each) => each.batch === batch);
  if (found !== undefined) return unprovenLine(chain, found);
  const { proving, pending, proven, unproven } = execution;
  if (proving?.batch === batch) return `not proven yet: chunk ${proving.chunk + 1} of about ${proving.chunks} is being proven`;
  const before = pending.indexOf(batch);
  if (before !== -1) return `not proven yet: ${before} ${before === 1 ? "batch is" : "batches are"} proven before it`;
  // Every formed batch is proven, unproven or pending.
  return batch < proven + unproven.length + pending.length ? "proven" : "not proven yet: the batch is not formed";
}
