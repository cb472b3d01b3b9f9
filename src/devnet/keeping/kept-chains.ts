import type { ChainPlan } from "../options.ts";

/** A chain that a kept ecosystem has. */
export interface KeptMember {
  readonly chainId: bigint;
  /** Of one that came while the ecosystem ran; the others are described by each start's options. */
  readonly added?: ChainPlan;
}

/** What is kept of these chains; `first` are those that the options describe. */
export function keptMembers(running: readonly ChainPlan[], first: readonly ChainPlan[]): readonly KeptMember[] {
  return running.map((plan) =>
    first.some(({ chainId }) => chainId === plan.chainId) ? { chainId: plan.chainId } : { chainId: plan.chainId, added: plan },
  );
}

/** The chains that a start opens: those of the options, until others came or some left. */
export function plansToOpen(first: readonly ChainPlan[], kept: readonly KeptMember[] | undefined): readonly ChainPlan[] {
  if (kept === undefined) return first;
  return kept.flatMap(({ chainId, added }) => first.find((plan) => plan.chainId === chainId) ?? added ?? []);
}
