import type { Hex } from "../../protocol/hex.ts";
import type { NodeCondition } from "./node-faults.ts";

/** Nodes that decide a chain together. */
export interface NodesStatus {
  /** True if each node has a process, with an engine. */
  readonly inProcesses: boolean;
  /** Turn of the present leader. */
  readonly view: number;
  /** Index of the view's leader. */
  readonly leader: number;
  /** Equal votes that decide. */
  readonly quorum: number;
  readonly members: readonly {
    readonly address: Hex;
    /** "honest", or the fault that was set. */
    readonly condition: NodeCondition;
    /** Absent while the node does not run. */
    readonly view?: number;
    /** Reason why the node has stopped; absent while it runs. */
    readonly fault?: string;
  }[];
  /** Pairs of votes that no honest node casts, by the address of their signer. */
  readonly evidence: readonly { readonly signer: Hex; readonly view: number }[];
}
