/** Faults of nodes that decide a chain together, by the names that tasks and the page have. */
export const NODE_FAULT_NAMES = ["crash", "restart", "silence", "equivocate", "withhold", "lag", "partition", "heal"] as const;

export type NodeFaultName = (typeof NODE_FAULT_NAMES)[number];

/** Fault as `hyperchain_setFault` takes it. */
type NodeFault = Readonly<Record<string, unknown>> & { readonly type: "node" | "withhold" | "lag" | "partition" };

/** Nodes and values of a fault. */
interface NodeFaultRequest {
  readonly chainId: number;
  /** Nodes of the chain. */
  readonly count: number;
  /** Index of the node; ignored by `partition` and `heal`. */
  readonly node: number;
  /** Nodes that get nothing from the node; for `withhold`. */
  readonly from: readonly number[];
  /** Delay of the node's messages, in milliseconds; for `lag`. */
  readonly ms: number;
  /** Nodes that reach each other; for `partition`. */
  readonly groups: readonly (readonly number[])[];
}

const CONDITIONS = { crash: "crashed", restart: "honest", silence: "silent", equivocate: "equivocating" } as const;

/** Faults to set, in their order. `heal` ends all faults of the chain's nodes. */
export function nodeFaultsOf(name: NodeFaultName, request: NodeFaultRequest): readonly NodeFault[] {
  const { chainId, count, node, from, ms, groups } = request;
  switch (name) {
    case "withhold":
      return [{ type: "withhold", chainId, node, from }];
    case "lag":
      return [{ type: "lag", chainId, node, ms }];
    case "partition":
      return [{ type: "partition", chainId, groups }];
    case "heal": {
      const nodes = Array.from({ length: count }, (_, index) => index);
      return [
        { type: "partition", chainId, groups: [] },
        ...nodes.flatMap((index): NodeFault[] => [
          { type: "node", chainId, node: index, condition: "honest" },
          { type: "withhold", chainId, node: index, from: [] },
          { type: "lag", chainId, node: index, ms: 0 },
        ]),
      ];
    }
    case "crash":
    case "restart":
    case "silence":
    case "equivocate":
      return [{ type: "node", chainId, node, condition: CONDITIONS[name] }];
  }
}
