import type { Hex } from "../../protocol/hex.ts";

/** Where a bridge's message is: sent, verified by its verifiers, taken by its endpoint, or executed, failed, or given up. */
export type BridgeStep = "sent" | "verified" | "committed" | "executed" | "failed" | "skipped";

/** How far a message, or a call beside it, is. */
export interface BridgeStanding {
  readonly step: BridgeStep;
  /** What it waits for, and what to do; absent where nothing is known to be in its way. */
  readonly reason?: string;
  /** What a failed run reverted with, at most 4,096 bytes. */
  readonly data?: Hex;
  /** On the destination: of the newest step. */
  readonly transactionHash?: Hex;
}

/** A call that a receiver has queued for a contract. */
export interface ComposedInfo extends BridgeStanding {
  readonly to: Hex;
  readonly index: number;
}

/** A bridge's message. */
export interface BridgeDelivery extends BridgeStanding {
  /** The bridge's own name of it: LayerZero's guid. */
  readonly id: Hex;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly nonce: number;
  /** A word: other networks have longer addresses. */
  readonly sender: Hex;
  readonly receiver: Hex;
  /** On the source. */
  readonly sentIn: Hex;
  /** The proven message that vouches for it, by its hash; absent for one between L1 and a chain. */
  readonly provenMessage?: Hex;
  readonly composed: readonly ComposedInfo[];
}

/** A member of the ecosystem that a bridge is on. */
export interface BridgedMember {
  readonly name: string;
  readonly chainId: number;
  /** The bridge's own number of it. */
  readonly id: number;
}

/** LayerZero V2 in an ecosystem; the contracts are at the same addresses on all members. */
export interface LayerZeroInfo {
  readonly contracts: Readonly<Record<"endpoint" | "sendLib" | "receiveLib" | "dvn" | "executor", Hex>>;
  readonly members: readonly BridgedMember[];
  /** Members that it is not on, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** In the order in which they were first seen. */
  readonly deliveries: readonly BridgeDelivery[];
}

/** What `hyperchain_info` tells of bridges. */
export interface NamedBridges {
  readonly layerzero?: Pick<LayerZeroInfo, "contracts" | "members" | "leftOut">;
}

/** What `hyperchain_bridges` answers; nothing where the options name no bridge. */
export interface BridgesInfo {
  /** What vouches for their messages here, and what a pass says nothing about. */
  readonly trust: string;
  readonly layerzero?: LayerZeroInfo;
}
