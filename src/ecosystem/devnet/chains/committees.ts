import { partsOf, type DataPart } from "../../options/fields/data-policy.ts";
import type { ChainPlan } from "../../options/plan.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { MemberProcess } from "../quorum-member/member-process.ts";

/** A committee of the policy, as the chain was created with it. Its only member is in this process where there is no other. */
export interface Committee {
  readonly members: readonly MemberProcess[];
  readonly addresses: readonly Hex[];
  readonly threshold: number;
}

/** Starts `count` members in separate processes; `place` is the index of the first among all of the chain's. */
export type StartKeepers = (count: number, place: number) => Promise<readonly MemberProcess[]>;

/** Starts the members of each committee of a policy, in the policy's order. Rejects as `start` does. */
export async function startCommittees(
  part: DataPart,
  availability: ChainPlan["availability"],
  { operatorAddress, start }: { readonly operatorAddress: Hex; readonly start: StartKeepers },
): Promise<readonly Committee[]> {
  const committees: Committee[] = [];
  let place = 0;
  for (const count of committeesIn(part, availability)) {
    const members = await start(count?.members ?? 0, place);
    place += members.length;
    const addresses = members.length === 0 ? [operatorAddress] : members.map(({ address }) => address);
    committees.push({ members, addresses, threshold: count?.threshold ?? 1 });
  }
  return committees;
}

/** Sizes of the committees that store the data, in the policy's order; `undefined` for one member in this process. */
function committeesIn(
  part: DataPart,
  availability: ChainPlan["availability"],
): readonly (ChainPlan["availability"]["committee"] | undefined)[] {
  if (part === "validium") return [availability.committee];
  if (typeof part === "object" && "committee" in part) return [part.committee];
  return partsOf(part).flatMap((inner) => committeesIn(inner, availability));
}
