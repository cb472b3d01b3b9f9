import { parentId } from "../../ground/protocol/chain-ancestry.ts";
import { HANDS_OUT_PROOFS, handsOutProofs } from "./fields/settlement.ts";
import type { HubOption } from "./fields/hubs.ts";
import type { ChainPlan } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Hubs by name. */
export type Hubs = Readonly<Record<string, HubOption>>;

/** Problems of hubs and of the chains that they name. */
export function hubConflicts(chains: readonly ChainPlan[], hubs: Hubs): readonly OptionProblem[] {
  const members = Object.values(hubs).flatMap((hub) => hub.members);
  return Object.entries(hubs).flatMap(([name, hub]) =>
    hub.members.flatMap((member) => memberConflicts(name, member, chains, members)),
  );
}

function memberConflicts(
  hub: string,
  member: string,
  chains: readonly ChainPlan[],
  members: readonly string[],
): readonly OptionProblem[] {
  const refused = (message: string): readonly OptionProblem[] => [{ path: ["hubs", hub, "members"], message }];
  const plan = chains.find(({ name }) => name === member);
  if (plan === undefined) return refused(`names "${member}", which is not a chain; name one`);
  if (members.filter((name) => name === member).length > 1)
    return refused(`names "${member}", which is named twice; a chain is a member of one hub`);
  if (plan.proving.execution === "trusted")
    return refused(`names "${member}", whose proofs do not prove its execution; set execution: "proven" there`);
  if (!handsOutProofs(plan.settlement))
    return refused(`names "${member}", which hands out no proofs; set ${HANDS_OUT_PROOFS} there`);
  if (parentId(plan.chainId) !== undefined) return refused(`names "${member}", which settles on another chain; remove it`);
  return [];
}
