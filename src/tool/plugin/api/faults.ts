import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Which messages a fault is about: one by its hash, or all. */
export type FaultTarget = Hex | { readonly hash: Hex } | "all";

/** Whom or what a chain leaves out: an account, or an operation by its hash. */
export type CensoredTarget = Hex | { readonly address: string } | { readonly hash: Hex };

/**
 * Bad days for a dapp. Each fault lasts until `clear`, or until what ends it is called, or until a snapshot from before is
 * returned to: so a fixture ends it too.
 */
export interface Faults {
  /** The relayer never delivers it. Anyone else still could. */
  drop(target?: FaultTarget): Promise<void>;
  /** Delays the relayer's delivery of the target by `seconds` of the ecosystem's clock. */
  delay(target: FaultTarget, seconds: number): Promise<void>;
  /** The relayer delivers it twice; the second delivery must be refused by the chain. */
  duplicate(target?: FaultTarget): Promise<void>;
  /** The relayer delivers what waits for a chain newest first. */
  reorder(): Promise<void>;
  /** The relayer does nothing at all. */
  stopRelayer(): Promise<void>;
  startRelayer(): Promise<void>;
  /**
   * The chain takes transactions but makes no blocks automatically, takes nothing from L1 and seals nothing.
   */
  stopSequencer(chain: ChainName): Promise<void>;
  startSequencer(chain: ChainName): Promise<void>;
  /**
   * The chain leaves out an account's transactions, which wait in its pool, or an operation of L1's queue (a
   * deposit by its hash) and all behind it. This ends at L1's deadline: then L1 accepts no batch without the
   * operation, and the chain rebuilds the batch with it.
   */
  censor(chain: ChainName, target: CensoredTarget): Promise<void>;
  /**
   * Sets or ends (`honest`) the fault of a node, on a chain with several sequencers. A crashed node does nothing; a silent one
   * neither sends nor receives; an equivocating one proposes two decisions when it leads.
   */
  setNode(chain: ChainName, node: number, condition: "honest" | "crashed" | "silent" | "equivocating"): Promise<void>;
  /** Loses all messages between nodes of different groups. Nodes in no group are alone. No groups end the partition. */
  partitionNodes(chain: ChainName, groups: readonly (readonly number[])[]): Promise<void>;
  /** Loses the messages of a node to these nodes. No nodes end the fault. */
  withholdNode(chain: ChainName, node: number, from: readonly number[]): Promise<void>;
  /** Delays the messages from and to a node by this time, at most 10,000 ms. 0 ends the fault. */
  lagNode(chain: ChainName, node: number, ms: number): Promise<void>;
  /** Flips one byte of the chain's next proof, so L1 refuses it and the chain's settlement stops. */
  tamperNextProof(chain: ChainName): Promise<void>;
  /**
   * Changes one published value of the chain's next batch, against its blocks. Validators that execute refuse
   * it (CommitmentMismatch), and the chain stops until `hyperchain:reseal`. No proof of the batch exists.
   * Without validators and proofs L1 executes it, and a reconstruction finds the difference. Not available in
   * a stored ecosystem.
   */
  tamperNextData(chain: ChainName): Promise<void>;
  /** Ends all faults. A stopped settlement continues only after a return to a snapshot. */
  clear(): Promise<void>;
}
