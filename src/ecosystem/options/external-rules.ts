import { externalSequencerOf, type PlannedAt } from "./plan.ts";
import type { OptionProblem } from "./problems.ts";

/** Problems of chains that an external sequencer orders: it chooses blocks and order, and all its chains name each other. */
export function externalConflicts(chains: readonly PlannedAt[]): readonly OptionProblem[] {
  return chains.flatMap((chain) => [...orderConflicts(chain), ...peerConflicts(chain, chains)]);
}

function orderConflicts({ path, plan }: PlannedAt): readonly OptionProblem[] {
  if (externalSequencerOf(plan) === undefined) return [];
  const { blocks, transactionOrder } = plan.ordering;
  const refused: readonly (readonly [field: string, isRefused: boolean])[] = [
    ["blocks", blocks.type === "interval"],
    ["transactionOrder", transactionOrder !== "arrival"],
  ];
  return refused
    .filter(([, isRefused]) => isRefused)
    .map(([field]) => ({
      path: [...path, field],
      message: 'is set together with sequencing by "external", whose key chooses blocks and order; leave one of the two out',
    }));
}

function peerConflicts({ path, plan }: PlannedAt, chains: readonly PlannedAt[]): readonly OptionProblem[] {
  const external = externalSequencerOf(plan);
  if (external === undefined) return [];
  const group = groupOf(plan.name, external.peers);
  const at = [...path, "sequencing", "peers"];
  return external.peers.flatMap((name) => {
    const peer = chains.find((other) => other.plan.name === name && name !== plan.name);
    const sequencer = peer === undefined ? undefined : externalSequencerOf(peer.plan);
    if (sequencer?.key === external.key && groupOf(name, sequencer.peers) === group) return [];
    const message = `names "${name}", which must be another chain of ${group} with the same key and these peers`;
    return [{ path: at, message }];
  });
}

function groupOf(name: string, peers: readonly string[]): string {
  return [name, ...peers].toSorted().join(", ");
}
