import { PortInUseError, requireFreePort } from "../../../chain/node/serving/listening.ts";
import { flatPlan, planOfFlat, type ChainPlan, type FlatPlan } from "../../options/plan.ts";

/** A chain that a kept ecosystem has. */
export interface StoredMember {
  readonly chainId: bigint;
  /** Plan of a chain that was added at run time; each start's options describe the others. */
  readonly added?: FlatPlan;
  /** Absent where it runs. */
  readonly stopped?: true;
}

/** A chain of an ecosystem, and whether it runs. */
export interface MemberPlan {
  readonly plan: ChainPlan;
  readonly isRunning: boolean;
  /** Port of the chain: the one that was chosen if its plan leaves it open. */
  readonly port?: number;
}

/** Stored data of these chains; `first` are those that the options describe. */
export function keptMembers(chains: readonly MemberPlan[], first: readonly ChainPlan[]): readonly StoredMember[] {
  return chains.map(({ plan, isRunning, port = plan.serving.port }) => ({
    chainId: plan.chainId,
    ...(first.some(({ chainId }) => chainId === plan.chainId) ? {} : { added: flatPlan(servedAt(born(plan), port)) }),
    ...(isRunning ? {} : { stopped: true }),
  }));
}

/** The chains that a start opens: those of the options, until others came or some left. */
export function membersToOpen(first: readonly ChainPlan[], stored: readonly StoredMember[] | undefined): readonly MemberPlan[] {
  if (stored === undefined) return first.map((plan) => ({ plan, isRunning: true }));
  return stored.flatMap(({ chainId, added, stopped }) => {
    const plan = first.find((each) => each.chainId === chainId) ?? (added && planOfFlat(added));
    return plan === undefined ? [] : { plan, isRunning: stopped !== true };
  });
}

/**
 * The chains of a start, where those that came while the ecosystem ran were before: their addresses are in users' wallets and
 * settings. One whose port another process has by now, or an option of the start gives to another chain, gets any free one: no
 * option could give it another.
 */
export async function atTheirPorts(
  chains: readonly MemberPlan[],
  first: readonly ChainPlan[],
  host = "127.0.0.1",
): Promise<readonly MemberPlan[]> {
  const named = new Set(first.map(({ serving }) => serving.port));
  const isFree = async (port: number): Promise<boolean> => {
    if (named.has(port)) return false;
    try {
      await requireFreePort("a chain", { host, port });
      return true;
    } catch (error) {
      if (error instanceof PortInUseError) return false;
      throw error;
    }
  };
  return Promise.all(
    chains.map(async (member) => {
      const { plan } = member;
      if (first.some(({ chainId }) => chainId === plan.chainId) || (await isFree(plan.serving.port))) return member;
      return { ...member, plan: servedAt(plan, 0) };
    }),
  );
}

/** Plan without the initial state, which is on L1. */
function born(plan: ChainPlan): ChainPlan {
  return { ...plan, firstState: { ...plan.firstState, imported: undefined } };
}

function servedAt(plan: ChainPlan, port: number): ChainPlan {
  return { ...plan, serving: { ...plan.serving, port } };
}
