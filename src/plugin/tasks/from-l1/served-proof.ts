import { readFile } from "node:fs/promises";
import { ExecutionCheckError } from "../../../devnet/execution/served-execution.ts";
import { reasonOf } from "../../../errors/reason-of.ts";
import { printable } from "../../../runtime/printable.ts";
import { AnswerTooLongError, callJsonRpc, JsonRpcError } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import type { FoundOnL1 } from "./chain-on-l1.ts";

/** Six times the answer for the longest proof that was measured: 100 ERC-20 transfers, 10 MiB, two digits a byte. */
const MOST_ANSWER_BYTES = 128 * 2 ** 20;
/** Longest that such an answer may take. */
const ANSWER_MS = 60_000;

/**
 * Asks for what is said of a batch's proof: the chain, or what answers at `chainUrl`. Nothing of it is believed. Rejects with
 * ExecutionCheckError BatchUnknown, ChainSilent or Unreadable.
 */
export function servedProofs(chain: FoundOnL1, chainUrl: string | undefined): ((batch: bigint) => Promise<unknown>) | undefined {
  const asked: FoundOnL1["chain"] =
    chainUrl === undefined ? chain.chain : (method, params, limits) => callJsonRpc(chainUrl, method, params, limits);
  if (asked === undefined) return undefined;
  return async (batch) => {
    try {
      const limits = { mostBytes: MOST_ANSWER_BYTES, timeoutMs: ANSWER_MS };
      return await asked("hyperchain_getExecutionProof", [Number(batch)], limits);
    } catch (error) {
      const reason = printable(reasonOf(error));
      if (error instanceof AnswerTooLongError)
        throw new ExecutionCheckError("Unreadable", `what is served of batch ${batch} is too long: ${reason}`, { cause: error });
      if (isUnknownBatch(error))
        throw new ExecutionCheckError("BatchUnknown", `the chain has no batch ${batch}: ${reason}`, { cause: error });
      throw new ExecutionCheckError("ChainSilent", `no proof of batch ${batch} is served: ${reason}`, { cause: error });
    }
  };
}

function isUnknownBatch(error: unknown): boolean {
  if (!(error instanceof JsonRpcError)) return false;
  return (error.data as { readonly code?: unknown } | null | undefined)?.code === "BatchUnknown";
}

/** Answers as the chain gave them, alone or as JSON-RPC carries them. */
export async function proofFromFile(path: string): Promise<unknown> {
  try {
    const answer: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : answer;
  } catch (error) {
    // The engine's words for text that is no JSON quote it.
    const reason =
      error instanceof SyntaxError ? "it is not the JSON of an answer of hyperchain_getExecutionProof" : reasonOf(error);
    throw new ExecutionCheckError("Unreadable", `${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** What a task says that finds no chain to ask. */
export function nothingServes(): Error {
  return pluginError("the proof is served by the chain or kept in a file: name it by --chain-url or --proof");
}
