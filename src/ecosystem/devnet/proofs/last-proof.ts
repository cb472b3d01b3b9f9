import { Interface, type Provider } from "ethers";
import { viewsOn } from "../../client/governing/read-view.ts";
import { ClientError } from "../../client/ecosystem/client-error.ts";
import { lastProofKey, lastProofOfKey } from "../../../proofs/execution-proof/batch/l1-system.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { LastProof } from "../../../ground/protocol/last-proof.ts";
import { proofAggregatorInterface } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { DevnetOptionsError } from "../described/options.ts";

const verifierInterface = new Interface(["function verificationKey() view returns (bytes32)"]);
const NO_KEY = wordToHex(0n);

/**
 * The last proof that the contracts of L1 check, by their key; a deployment fixes it. Undefined if L1 accepts markers. Rejects
 * with DevnetOptionsError for a key of other software, and with the provider's error.
 */
export async function readLastProof(l1: Pick<Provider, "call">, aggregator: Hex): Promise<LastProof | undefined> {
  const view = viewsOn(l1);
  const verifier = await view<Hex>(aggregator, proofAggregatorInterface, "verifier");
  const key = await view<Hex>(verifier, verifierInterface, "verificationKey").catch((error: unknown) => {
    if (isUnanswered(error)) return "none" as const;
    throw error;
  });
  if (key === NO_KEY) return undefined;
  const last = key === "none" ? undefined : lastProofOfKey(key);
  if (last !== undefined) return last;
  throw new DevnetOptionsError(
    "BadOptions",
    `execution: the contracts of ${aggregator} check last proofs of the key ${key}, and this software makes those of ${lastProofKey("fast")} (fast) and ${lastProofKey("small")} (small); run the software that they were deployed with, or begin with a new ecosystem`,
  );
}

/** Contracts of before this view revert, or answer nothing. */
function isUnanswered(error: unknown): boolean {
  return error instanceof ClientError || (error as { readonly code?: unknown } | undefined)?.code === "CALL_EXCEPTION";
}

/** Throws DevnetOptionsError if the option names another last proof than the one that the contracts check. */
export function requireLastProof(option: LastProof | undefined, checked: LastProof | undefined): void {
  if (option === undefined || checked === undefined || option === checked) return;
  throw new DevnetOptionsError(
    "BadOptions",
    `lastProof is "${option}", and the contracts of this ecosystem check ${checked} proofs: their deployment fixed it; leave lastProof out, or begin with a new ecosystem`,
  );
}
