import { flatPlan, planOfFlat } from "../../options/plan.ts";
import type { ChainPlan, FlatPlan } from "../../options/plan.ts";

/** A chain that a kept ecosystem has. */
export interface KeptMember {
  readonly chainId: bigint;
  /** Of one that came while the ecosystem ran; the others are described by each start's options. */
  readonly added?: FlatPlan;
  /** Absent where it runs. */
  readonly stopped?: true;
}

/** A chain of an ecosystem, and whether it runs. */
export interface MemberPlan {
  readonly plan: ChainPlan;
  readonly isRunning: boolean;
}

/** What is kept of these chains; `first` are those that the options describe. */
export function keptMembers(chains: readonly MemberPlan[], first: readonly ChainPlan[]): readonly KeptMember[] {
  return chains.map(({ plan, isRunning }) => ({
    chainId: plan.chainId,
    ...(first.some(({ chainId }) => chainId === plan.chainId) ? {} : { added: flatPlan(plan) }),
    ...(isRunning ? {} : { stopped: true }),
  }));
}

/** The chains that a start opens: those of the options, until others came or some left. */
export function membersToOpen(first: readonly ChainPlan[], kept: readonly KeptMember[] | undefined): readonly MemberPlan[] {
  if (kept === undefined) return first.map((plan) => ({ plan, isRunning: true }));
  return kept.flatMap(({ chainId, added, stopped }) => {
    const plan = first.find((each) => each.chainId === chainId) ?? (added && planOfFlat(added));
    return plan === undefined ? [] : { plan, isRunning: stopped !== true };
  });
}
