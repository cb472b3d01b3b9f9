import * as v from "valibot";
import { HyperchainError } from "../../errors/hyperchain-error.ts";
import type { ServedExecution } from "../../node/execution/node-execution.ts";
import { fromHex, type Hex, isPlainHex } from "../../protocol/hex.ts";
import { printable } from "../../runtime/printable.ts";

type ExecutionCheckCode =
  | "NotServed"
  | "NotMade"
  | "NotProven"
  | "ProofPruned"
  | "Unreadable"
  | "NotCommitted"
  | "ChangesUnproven"
  | "GenesisMismatch"
  | "BatchUnknown"
  | "ChainSilent";

/**
 * A batch's execution cannot be checked. NotServed: the chain makes no proofs. NotMade: the proof is not
 * made yet. NotProven: the batch has none, for a reason that is told. ProofPruned: its proof was made, and is not kept any more.
 * Unreadable: what was served is no answer about a proof. NotCommitted: L1 does not have the batch. ChangesUnproven: L1 has not
 * accepted the proof of its published changes, which shows its outputs. GenesisMismatch: L1's chain began with another genesis
 * than this package's. BatchUnknown: the chain answers that it has no such batch. ChainSilent: what serves the proof does not
 * answer.
 */
export class ExecutionCheckError extends HyperchainError<ExecutionCheckCode> {
  override readonly name = "ExecutionCheckError";
}

const number = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((text) => BigInt(text)),
);
const bytes = (length?: number) => v.custom<Hex>((text) => isPlainHex(text, length));

const proven = v.object({
  outputs: v.object({
    batchNumber: number,
    firstBlock: number,
    lastBlock: number,
    firstTimestamp: number,
    lastTimestamp: number,
    l2LogsTreeRoot: bytes(32),
    logCount: number,
    priorityOpCount: number,
    priorityOpsRollingHash: bytes(32),
    importedRootCount: number,
    importedRootsRollingHash: bytes(32),
    cheatCount: number,
    extensions: bytes(32),
    // Of format 3 alone.
    coinbase: v.optional(bytes(20)),
  }),
  coinbase: bytes(20),
  proof: bytes(),
});

const labelled = v.object({ reason: v.string(), detail: v.string() });

/** Characters of a label's two texts that are told: a stranger may serve as many as an answer may have. */
const MOST_OF_REASON = 64;
const MOST_OF_DETAIL = 256;

/** A batch has a label instead of a proof. */
export function noProof({ reason, detail }: Readonly<Record<"reason" | "detail", string>>): ExecutionCheckError {
  const told = `${excerpt(reason, MOST_OF_REASON)} (${excerpt(detail, MOST_OF_DETAIL)})`;
  return new ExecutionCheckError("NotProven", `the batch has no proof: ${told}`);
}

function excerpt(text: string, most: number): string {
  return printable(text.slice(0, most)) + (text.length > most ? "…" : "");
}

/** Reads an answer of `hyperchain_getExecutionProof`. Throws ExecutionCheckError. */
export function readServedExecution(answer: unknown): ServedExecution {
  const kind = (answer as { readonly kind?: unknown } | null | undefined)?.kind;
  const words = v.safeParse(labelled, answer);
  if (kind === "labelled" && words.success) throw noProof(words.output);
  if (kind === "waiting" || kind === "proving")
    throw new ExecutionCheckError("NotMade", "the proof of the batch is not made yet; ask again later");
  if (kind === "pruned")
    throw new ExecutionCheckError(
      "ProofPruned",
      "the chain has proven the batch and keeps the proofs of newer batches alone (prover.keptProofs); give a copy by --proof",
    );
  if (kind === "trusted")
    throw new ExecutionCheckError(
      "NotServed",
      'the chain makes no proofs of its execution: prover.execution is "trusted" there, and "proven" has it make them',
    );
  const read = v.safeParse(proven, answer);
  if (kind !== "proven" || !read.success)
    throw new ExecutionCheckError("Unreadable", "what is served is no answer of hyperchain_getExecutionProof");
  const { outputs, coinbase, proof } = read.output;
  return { outputs, coinbase, proof: fromHex(proof) };
}
