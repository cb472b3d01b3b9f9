import { AbiCoder, Interface, type Provider } from "ethers";
import { dataAvailabilityPolicyAbi } from "../../../ground/abi/data-availability-policy.ts";
import { commitmentOf } from "../../../chain/reconstruction/published-batch.ts";
import { boundOfAll, boundOfAny, NOTHING_BOUND } from "../../../ground/protocol/data-choice.ts";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";

const policies = new Interface(dataAvailabilityPolicyAbi);
const coder = AbiCoder.defaultAbiCoder();
/** Levels of a composed policy, its simple parts included. */
const MAX_LEVELS = 4;
const MAX_PARTS = 8;
/** Answers that are compared with a record. Data of a stranger could have more. */
const MAX_ANSWERS = 1_024;

/** Claim and policy data of a commit. */
interface ShownBatch {
  readonly claim: {
    readonly published: boolean;
    readonly preCommitment: Hex;
    readonly pubdataHash: Hex;
    readonly transactionsHash: Hex;
  };
  readonly policyData: Hex;
  /** True if the batch's commitment follows from this answer. */
  readonly isBound: (answer: Hex) => boolean;
}

/** A call's claim and policy data for a batch, and the commitment that follows from an answer of the policy. */
export function shownBatch(
  { pubdata, withheldHash, transactionsHash, policyData }: CommitCall,
  stored: StoredBatch,
  preCommitment: Hex,
): ShownBatch & { readonly claimedWith: (answer: Hex) => Hex } {
  const published = pubdata.length > 0;
  const pubdataHash = published ? hashPubdata(pubdata) : withheldHash;
  const claimedWith = (answer: Hex): Hex => commitmentOf(stored, preCommitment, pubdataHash, answer);
  return {
    claim: { published, preCommitment, pubdataHash, transactionsHash },
    policyData,
    claimedWith,
    isBound: (answer) => claimedWith(answer) === stored.commitment,
  };
}

/**
 * A policy's answer to a commit, by the batch's commitment: a simple policy binds nothing or its data. Only a contract of
 * another kind is asked, because a policy may refuse later what it accepted: a program's key and signatures expire, and weights
 * change. Throws CallRefusal by the policy; rejects with the provider's error if the node is at fault.
 */
export async function boundBy(provider: Provider, policy: Hex, batch: ShownBatch): Promise<Hex> {
  let compared = 0;
  for (const answer of answersTo(batch.policyData)) {
    if (batch.isBound(answer)) return answer;
    if (++compared === MAX_ANSWERS) break;
  }
  const args = [batch.claim, batch.policyData];
  return (await askContract(provider, { to: policy, contract: policies, name: "checkAvailability", args })) as Hex;
}

/** Answers of policies of the package to these data, of any composition. */
function* answersTo(data: Hex, levels = MAX_LEVELS): Generator<Hex, void> {
  yield NOTHING_BOUND;
  if (data === "0x") return;
  yield keccak(fromHex(data));
  if (levels === 1) return;
  const chosen = chosenPart(data);
  if (chosen !== undefined) for (const answer of answersTo(chosen.data, levels - 1)) yield boundOfAny(chosen.member, answer);
  const parts = allParts(data);
  if (parts !== undefined) for (const answers of combined(parts, levels - 1)) yield boundOfAll(answers);
}

function* combined([first, ...others]: readonly Hex[], levels: number): Generator<readonly Hex[], void> {
  if (first === undefined) {
    yield [];
    return;
  }
  for (const answer of answersTo(first, levels)) for (const rest of combined(others, levels)) yield [answer, ...rest];
}

/** All data that policies of any composition were shown: parts of the data of each commit. Data of a stranger are among them. */
export function policyDataParts(data: Hex, levels = MAX_LEVELS): readonly Hex[] {
  if (data === "0x" || levels === 0) return [];
  const chosen = chosenPart(data);
  const parts = [...(chosen === undefined ? [] : [chosen.data]), ...(allParts(data) ?? [])];
  return [data, ...parts.flatMap((part) => policyDataParts(part, levels - 1))];
}

/** Part that an any-of policy was shown; undefined for other data. */
function chosenPart(policyData: Hex): { readonly member: number; readonly data: Hex } | undefined {
  return ifDecodable(
    () => coder.decode(["uint256", "bytes"], policyData),
    (values) => {
      const [member, data] = values as unknown as [bigint, Hex];
      return member < BigInt(MAX_PARTS) ? { member: Number(member), data } : undefined;
    },
  );
}

/** Parts that an all-of policy was shown; undefined for other data. */
function allParts(policyData: Hex): readonly Hex[] | undefined {
  return ifDecodable(
    () => coder.decode(["bytes[]"], policyData),
    (values) => {
      const [parts] = values as unknown as [readonly Hex[]];
      return parts.length > 0 && parts.length <= MAX_PARTS ? [...parts] : undefined;
    },
  );
}
