import { useState } from "preact/hooks";
import { NODE_FAULT_NAMES, nodeFaultsOf, type NodeFaultName } from "../../src/ecosystem/devnet/view/acts/node-faults.ts";
import { useEcosystem } from "../ecosystem.ts";
import { Menu } from "../parts/menu.tsx";
import { command, useActs } from "./acts.ts";

const LAG_MS = 300;

const EFFECTS: Readonly<Record<NodeFaultName, string>> = {
  crash: "The node ends, and stays dead until its restart.",
  restart: "The node runs again, with its votes, and has no fault.",
  silence: "The node's messages, and those to it, are lost.",
  equivocate: "As a leader the node signs two proposals. Both votes are evidence.",
  withhold: "No other node gets the node's messages.",
  lag: `Messages of the node, and those to it, are ${LAG_MS} ms late.`,
  partition: "Nodes before the chosen one reach each other alone, and so do the others.",
  heal: "All faults of the chain's nodes end.",
};

/** Faults of nodes that decide a chain together; nothing without nodes. */
export function NodeFaults() {
  const { status } = useEcosystem();
  const { act, isBusy } = useActs();
  const [chainName, chooseChain] = useState("");
  const [node, chooseNode] = useState(0);
  const [fault, chooseFault] = useState<NodeFaultName>("crash");
  const chains = status.chains.filter(({ nodes }) => nodes !== undefined);
  const chain = chains.find(({ name }) => name === chainName) ?? chains[0];
  if (chain?.nodes === undefined) return null;
  const { chainId, nodes } = chain;
  const indexes = nodes.members.map((_, index) => index);
  const cause = (): Promise<void> => {
    const groups = [indexes.filter((index) => index < node), indexes.filter((index) => index >= node)];
    const from = indexes.filter((index) => index !== node);
    const faults = nodeFaultsOf(fault, { chainId, count: indexes.length, node, from, ms: LAG_MS, groups });
    return act(`fault of nodes: ${fault}`, async () => {
      for (const each of faults) await command("any", "hyperchain_setFault", [each]);
    });
  };
  return (
    <Menu label="Nodes">
      <form
        class="actions"
        aria-label="cause a fault of nodes"
        onSubmit={(event) => {
          event.preventDefault();
          void cause();
        }}
      >
        <select
          aria-label="chain of the nodes"
          value={chain.name}
          onChange={({ currentTarget }) => chooseChain(currentTarget.value)}
        >
          {chains.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select aria-label="node" value={node} onChange={({ currentTarget }) => chooseNode(Number(currentTarget.value))}>
          {indexes.map((index) => (
            <option key={index} value={index}>
              node {index}
            </option>
          ))}
        </select>
        <select
          aria-label="fault of nodes"
          value={fault}
          onChange={({ currentTarget }) => chooseFault(currentTarget.value as NodeFaultName)}
        >
          {NODE_FAULT_NAMES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button disabled={isBusy}>Set</button>
      </form>
      <p class="quiet small">{EFFECTS[fault]}</p>
    </Menu>
  );
}
