import { AbiCoder, Interface, ZeroHash, type Provider } from "ethers";
import { dataAvailabilityPolicyAbi } from "../../../ground/abi/data-availability-policy.ts";
import { isAttestedPart, isGuardedPart, partsOf, type DataPart } from "../../options/fields/data-policy.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { contractErrorOf } from "../../../chain/settlement/errors/contract-error.ts";
import { askContract, CallRefusal } from "../chain-on-l1/ask-contract.ts";

const policies = new Interface([
  ...dataAvailabilityPolicyAbi,
  "function threshold() view returns (uint256)",
  "function measurement() view returns (bytes32)",
  "function startedAt() view returns (uint48)",
  "function inputsFormat() view returns (uint256)",
  "function maxListBytes() view returns (uint256)",
  "function isStoredByOwners() view returns (bool)",
  "function members() view returns (address[])",
]);
const CLAIM = [true, ZeroHash, ZeroHash, ZeroHash];

/** Answer of a contract, or the name of its error; "" if it does not support the call. */
type Answer = { readonly value: unknown } | { readonly refusal: string };
type Ask = (policy: Hex, name: string, args?: readonly unknown[]) => Promise<Answer>;

/** True if a contract is a data policy of these parts, by its answers. Rejects with the provider's error if the node fails. */
export function isOfParts(part: DataPart | "inputs" | "owners", policy: Hex, l1: Provider): Promise<boolean> {
  return answersAs(part, policy, async (to, name, args = []) => {
    try {
      return { value: await askContract(l1, { to, contract: policies, name, args }) };
    } catch (error) {
      if (!(error instanceof CallRefusal)) throw error;
      return { refusal: contractErrorOf(error)?.name ?? "" };
    }
  });
}

async function answersAs(part: DataPart | "inputs" | "owners", policy: Hex, ask: Ask): Promise<boolean> {
  if (part === "inputs") return "value" in (await ask(policy, "inputsFormat"));
  if (part === "owners") return "value" in (await ask(policy, "isStoredByOwners"));
  if (part === "rollup") return "value" in (await ask(policy, "checkAvailability", [CLAIM, "0x"]));
  if (part === "listed") return "value" in (await ask(policy, "maxListBytes"));
  if (isGuardedPart(part)) return "value" in (await ask(policy, "startedAt"));
  if (isAttestedPart(part)) return "value" in (await ask(policy, "measurement"));
  const inner = partsOf(part);
  if (inner.length === 0) return "value" in (await ask(policy, "threshold"));
  const answer = await ask(policy, "members");
  const members = "value" in answer ? [...(answer.value as readonly string[])] : [];
  if (members.length !== inner.length) return false;
  // An any-of policy reads a member's number first; an all-of policy cannot read this.
  const beyond = AbiCoder.defaultAbiCoder().encode(["uint256", "bytes"], [members.length, "0x"]);
  const shown = await ask(policy, "checkAvailability", [CLAIM, beyond]);
  const isAnyOf = "refusal" in shown && shown.refusal === "MemberUnknown";
  if (isAnyOf !== (typeof part === "object" && "anyOf" in part)) return false;
  for (const [i, each] of inner.entries()) if (!(await answersAs(each, members[i]?.toLowerCase() as Hex, ask))) return false;
  return true;
}
