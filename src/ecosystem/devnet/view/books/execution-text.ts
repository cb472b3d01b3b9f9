import type { ChainInfo } from "./ecosystem-info.ts";

type ExecutedChain = Pick<ChainInfo, "execution" | "orderedBy" | "quorum" | "signsHere">;

/** Execution of a chain: proven on L1, or trusted to the signers that are named. */
export function executionText({ execution, orderedBy, quorum: { members, threshold }, signsHere }: ExecutedChain): string {
  if (execution !== undefined) return "proven (L1 checks a proof of it)";
  if (orderedBy?.kind === "queue") return "trusted (any account that settles)";
  const count = members.length === 1 ? "1 signer" : `${threshold} of ${members.length} signers`;
  return `trusted (${count}, ${signsHere === true ? "this process" : "other processes"})`;
}
