import type { BridgeName } from "../../../options/bridges.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Step of a bridge's message: sent, verified by its verifiers, accepted by its endpoint, or executed, failed, or skipped. */
export type BridgeStep = "sent" | "verified" | "committed" | "executed" | "failed" | "skipped";

/** Progress of a message, or of an additional call. */
export interface BridgeStanding {
  readonly step: BridgeStep;
  /** Reason for waiting, with the remedy; absent if no obstacle is known. */
  readonly reason?: string;
  /** Revert data of a failed run, at most 4,096 bytes. */
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
  /** The bridge's own name of it: LayerZero's guid, Hyperlane's and CCIP's message id, the Superchain's message hash. */
  readonly id: Hex;
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly nonce: number;
  /** A word: other networks have longer addresses. */
  readonly sender: Hex;
  readonly receiver: Hex;
  /** On the source. */
  readonly sentIn: Hex;
  /** Hash of the message that proves it; absent for one between L1 and a chain. */
  readonly provenMessage?: Hex;
  readonly composed: readonly ComposedInfo[];
  /** True if its sender has paid for coins to other accounts (LayerZero's native drops) that have not arrived there. */
  readonly owesDrops?: true | undefined;
}

/** Names of the bridges. */
export const BRIDGE_TITLES: Readonly<Record<BridgeName, string>> = {
  layerzero: "LayerZero",
  hyperlane: "Hyperlane",
  ccip: "CCIP",
  superchain: "Superchain",
};

/** A bridge's message whose receiver reverted. */
export interface BridgeFailure extends Pick<BridgeDelivery, "data"> {
  readonly bridge: BridgeName;
}

/** Failed messages of bridges by the proven messages that attest them; see {@link attestationKey}. */
export type BridgeFailures = ReadonlyMap<string, BridgeFailure>;

/** Key of a proven message. */
export function attestationKey({
  sourceChainId,
  messageHash,
}: {
  readonly sourceChainId: bigint | number;
  readonly messageHash: Hex;
}): string {
  return `${sourceChainId} ${messageHash}`;
}

/** True if a message no longer advances automatically: executed with all composed calls and drops, failed, or skipped. */
export function isOver({ step, composed, owesDrops }: Pick<BridgeDelivery, "step" | "composed" | "owesDrops">): boolean {
  if (owesDrops === true) return false;
  if (step === "failed" || step === "skipped") return true;
  return step === "executed" && composed.every((each) => each.step !== "sent");
}

/** A member of the ecosystem that a bridge is on. */
export interface BridgedMember<Id extends number | string = number> {
  readonly name: string;
  readonly chainId: number;
  /** The bridge's own number of it. */
  readonly id: Id;
}

/** A bridge in an ecosystem; its contracts are at the same addresses on all members. */
export interface BridgeInfo<Contracts extends string, Id extends number | string = number> {
  readonly contracts: Readonly<Record<Contracts, Hex>>;
  readonly members: readonly BridgedMember<Id>[];
  /** Members that it is not on, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** In the order in which they were first seen. */
  readonly deliveries: readonly BridgeDelivery[];
}

/** LayerZero V2. */
export type LayerZeroInfo = BridgeInfo<"endpoint" | "sendLib" | "receiveLib" | "dvn" | "executor">;

/** Hyperlane: `hook` is its mailbox's default hook and default security module. */
export type HyperlaneInfo = BridgeInfo<"mailbox" | "hook" | "requiredHook">;

/** CCIP, with selectors as decimals: `ramps` are onramp and offramp of all lanes, fees are coins, wrapped coins or `link`. */
export type CcipInfo = BridgeInfo<
  "router" | "ramps" | "tokenAdminRegistry" | "rmn" | "wrappedNative" | "link" | "coinPool",
  string
>;

/** The Superchain: its contracts are at the addresses that they have on each of its chains. */
export type SuperchainInfo = BridgeInfo<"crossL2Inbox" | "messenger" | "ethBridge" | "tokenBridge">;

/** The bridges of an ecosystem, those that its options name. */
export interface InfoOfBridges {
  readonly layerzero?: LayerZeroInfo;
  readonly hyperlane?: HyperlaneInfo;
  readonly ccip?: CcipInfo;
  readonly superchain?: SuperchainInfo;
}

/** Bridges in the answer of `hyperchain_info`. */
export type NamedBridges = {
  readonly [Name in keyof InfoOfBridges]: Omit<NonNullable<InfoOfBridges[Name]>, "deliveries">;
};

/** Answer of `hyperchain_bridges`; empty if the options name no bridge. */
export interface BridgesInfo extends InfoOfBridges {
  /** Attestation of their messages here, and limits of a test that passes. */
  readonly trust: string;
}
