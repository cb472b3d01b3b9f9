import { AbiCoder } from "ethers";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { availabilityDigest, requireSigners } from "./quorum.ts";
import { Refusal, requireThat } from "./refusal.ts";
import type { World } from "./world.ts";

/** Claim of a chain about a batch's data. */
export interface AvailabilityClaim {
  readonly published: boolean;
  readonly preCommitment: Hex;
  readonly pubdataHash: Hex;
}

const NOTHING_BOUND = keccak();
const WORD = 32;

/** Value that the policy binds. */
export function checkAvailability(world: World, policy: Hex, claim: AvailabilityClaim, policyData: Hex): Hex {
  const kind = world.kinds.get(policy);
  if (kind === "RollupCalldataPolicy") return checkRollup(claim, policyData);
  if (kind === "CommitteePolicy") return checkCommittee(world, policy, claim, policyData);
  if (kind === "AllOfPolicy") return checkAll(world, policy, claim, policyData);
  if (kind === "AnyOfPolicy") return checkAny(world, policy, claim, policyData);
  throw new Error(`${policy} is not a policy: ${String(kind)}`);
}

function checkRollup({ published }: AvailabilityClaim, policyData: Hex): Hex {
  requireThat(published, "RollupCalldataPolicy", "PubdataNotPublished");
  const length = (policyData.length - 2) / 2;
  requireThat(length === 0 || length === WORD, "RollupCalldataPolicy", "MalformedPolicyData", () => [WORD, length]);
  return keccak(fromHex(policyData));
}

function checkCommittee(world: World, policy: Hex, claim: AvailabilityClaim, policyData: Hex): Hex {
  const { members, threshold } = world.committees.get(policy)!;
  const [signatures] = decode<[Hex[]]>("CommitteePolicy", ["bytes[]"], policyData);
  const isEnough = BigInt(signatures.length) >= threshold;
  requireThat(isEnough, "CommitteePolicy", "TooFewSignatures", () => [threshold, signatures.length]);
  const digest = availabilityDigest(world, policy, claim.preCommitment, claim.pubdataHash);
  requireSigners("CommitteePolicy", "NotAMember", (signer) => members.includes(signer), digest, signatures);
  return NOTHING_BOUND;
}

function checkAll(world: World, policy: Hex, claim: AvailabilityClaim, policyData: Hex): Hex {
  const parts = world.compositions.get(policy)!;
  const [data] = decode<[Hex[]]>("AllOfPolicy", ["bytes[]"], policyData);
  requireThat(data.length === parts.length, "AllOfPolicy", "MalformedPolicyData", () => [parts.length, data.length]);
  return keccak(...parts.map((part, i) => fromHex(checkAvailability(world, part, claim, data[i]!))));
}

function checkAny(world: World, policy: Hex, claim: AvailabilityClaim, policyData: Hex): Hex {
  const parts = world.compositions.get(policy)!;
  const [member, data] = decode<[bigint, Hex]>("AnyOfPolicy", ["uint256", "bytes"], policyData);
  const part = parts[Number(member)];
  requireThat(part !== undefined, "AnyOfPolicy", "MemberUnknown", () => [parts.length, member]);
  const bound = checkAvailability(world, part, claim, data);
  return keccak(fromHex(wordToHex(member)), fromHex(bound));
}

/** Data in another form make the decoder revert without an error. */
function decode<Values extends unknown[]>(
  raisedBy: "CommitteePolicy" | "AllOfPolicy" | "AnyOfPolicy",
  types: string[],
  data: Hex,
): Values {
  try {
    return AbiCoder.defaultAbiCoder().decode(types, data).toArray(true) as Values;
  } catch {
    throw new Refusal(raisedBy, "0x");
  }
}
