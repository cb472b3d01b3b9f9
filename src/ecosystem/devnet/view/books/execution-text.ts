import { takesExecutionMarkers } from "../../../../ground/protocol/protocol-version.ts";
import type { ChainInfo } from "./ecosystem-info.ts";

type ExecutedChain = Pick<ChainInfo, "execution" | "orderedBy" | "protocolVersion" | "quorum" | "signsHere">;

/** Execution of a chain: proven on L1, or by markers that prove nothing, or trusted to the signers that are named. */
export function executionText(chain: ExecutedChain): string {
  const { execution, orderedBy, quorum, signsHere } = chain;
  const { members, threshold } = quorum;
  if (execution !== undefined) return "proven (L1 checks a proof of it)";
  if (takesExecutionMarkers(BigInt(chain.protocolVersion)))
    return 'as of a proven chain, with proofs: "none" (L1 takes a marker instead of each proof, which proves nothing)';
  if (orderedBy?.kind === "queue") return "trusted (any account that settles)";
  const count = members.length === 1 ? "1 signer" : `${threshold} of ${members.length} signers`;
  return `trusted (${count}, ${signsHere === true ? "this process" : "other processes"})`;
}
