import { AbiCoder, Interface, type Provider } from "ethers";
import { boundOfAll, boundOfAny, NOTHING_BOUND } from "../../protocol/data-choice.ts";
import type { Hex } from "../../protocol/hex.ts";
import { ifDecodable } from "../../protocol/undecodable.ts";
import { askContract, CallRefusal } from "../chain-on-l1/ask-contract.ts";

const policies = new Interface([
  "function checkAvailability((bool published, bytes32 preCommitment, bytes32 pubdataHash) claim, bytes policyData) view returns (bytes32)",
  "function members() view returns (address[])",
  "function measurement() view returns (bytes32)",
]);
const coder = AbiCoder.defaultAbiCoder();
const WORD_DIGITS = 64;

/** What a policy is asked. */
interface Claim {
  readonly published: boolean;
  readonly preCommitment: Hex;
  readonly pubdataHash: Hex;
}

/**
 * What a policy binds of what it is shown, as it answers now. A program's key may have expired since L1 took its word: such a
 * part then bound nothing, which the batch's commitment confirms. Throws CallRefusal by the policy; rejects with the provider's
 * error if the node is at fault.
 */
export async function boundBy(provider: Provider, policy: Hex, claim: Claim, policyData: Hex): Promise<Hex> {
  const ask = async <T>(to: Hex, name: string, args: readonly unknown[] = []): Promise<T> =>
    (await askContract(provider, { to, contract: policies, name, args })) as T;
  const bound = async (to: Hex, shown: Hex): Promise<Hex> => {
    try {
      return await ask<Hex>(to, "checkAvailability", [claim, shown]);
    } catch (refusal) {
      if (!(refusal instanceof CallRefusal)) throw refusal;
      if (await orIfRefused(ask(to, "measurement"), false)) return NOTHING_BOUND;
      const members = [...(await orIfRefused(ask<readonly Hex[]>(to, "members"), []))];
      const parts = shownParts(shown, members);
      if (parts === undefined) throw refusal;
      const bounds = await Promise.all(parts.all.map(([member, data]) => bound(member, data)));
      return parts.chosen === undefined ? boundOfAll(bounds) : boundOfAny(parts.chosen, bounds[0] ?? NOTHING_BOUND);
    }
  };
  return bound(policy, policyData);
}

/** The answer, or another value if the contract refuses the call. Rejects with an error of the node. */
function orIfRefused<Answer, Other>(answer: Promise<Answer>, other: Other): Promise<Answer | Other> {
  return answer.catch((error: unknown) => {
    if (error instanceof CallRefusal) return other;
    throw error;
  });
}

/** What parts of a composed policy were shown. */
interface ShownParts {
  readonly all: readonly (readonly [member: Hex, data: Hex])[];
  /** Of an any-of policy, the number of the one part that was asked. */
  readonly chosen?: number;
}

/** undefined where it is not a composed policy's data. Its first word is an offset in an all-of's, a number in an any-of's. */
function shownParts(shown: Hex, members: readonly Hex[]): ShownParts | undefined {
  const chosen = Number(shown.slice(0, 2 + WORD_DIGITS));
  const one = members[chosen];
  if (one !== undefined)
    return ifDecodable(
      () => coder.decode(["uint256", "bytes"], shown),
      ([, data]) => ({ all: [[one, data as Hex]], chosen }),
    );
  return ifDecodable(
    () => coder.decode(["bytes[]"], shown),
    (values) => {
      const [parts] = values as unknown as [readonly Hex[]];
      if (members.length === 0 || parts.length !== members.length) return undefined;
      return { all: members.map((member, i) => [member, parts[i] ?? "0x"] as const) };
    },
  );
}
