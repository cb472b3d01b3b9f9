import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type {
  BridgeDelivery,
  CcipInfo,
  HyperlaneInfo,
  LayerZeroInfo,
  SuperchainInfo,
} from "../../../ecosystem/devnet/view/books/bridge-info.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { TransactionLike } from "./naming/names.ts";

/** Arrival of a transaction's message over a bridge. */
export interface BridgeArrival {
  /** Hash of the transaction that executed the message on its destination, for matchers of events. */
  readonly hash: Hex;
  readonly delivery: BridgeDelivery;
}

/** A bridge in an ecosystem for tests: what moves its messages. */
export interface BridgeControl<Id = number> {
  /** A member's id in the bridge; L1's by "l1". Throws ClientError UnknownChain, or BridgeUseError NotBridged. */
  idOf(member: ChainName): Id;
  /** All messages, and what each waits for. */
  deliveries(): Promise<readonly BridgeDelivery[]>;
  /**
   * Moves the ecosystem until all that the transaction sent is executed, with all composed calls; resolves
   * with the first. Rejects with BridgeUseError: Failed with the reason where a receiver reverts, Waiting
   * with what is missing, NoMessage.
   */
  delivered(transaction: TransactionLike | Promise<TransactionLike>): Promise<BridgeArrival>;
  /** No bridge executes anything on a member until `release`, or `hyperchains.faults.clear()`. */
  hold(member: ChainName): Promise<void>;
  release(member: ChainName): Promise<void>;
  /**
   * Executes a message at once: one that failed or is held, with its own gas or other. Once it is executed,
   * LayerZero's first composed call that is not done is made. Rejects with BridgeUseError: Failed where a
   * call of it reverts, Waiting with what is missing, NoMessage.
   */
  execute(message: Hex | Pick<BridgeDelivery, "id">, options?: { readonly gas?: bigint }): Promise<BridgeArrival>;
}

/** LayerZero V2, with the contracts that a dapp's own scripts take; `idOf` is an endpoint id. */
export interface LayerZero extends Readonly<LayerZeroInfo["contracts"]>, BridgeControl {}

/** Hyperlane, likewise; `idOf` is a domain. */
export interface Hyperlane extends Readonly<HyperlaneInfo["contracts"]>, BridgeControl {}

/** CCIP, likewise; `idOf` is a chain selector. */
export interface Ccip extends Readonly<CcipInfo["contracts"]>, BridgeControl<bigint> {
  /**
   * Curses a chain by the RMN of every member: nothing is sent to it and no message from it is executed,
   * until `lift`. Without a member: CCIP's global curse, of all chains.
   */
  curse(member?: ChainName): Promise<void>;
  /** Ends the curse of this chain, or the global one. */
  lift(member?: ChainName): Promise<void>;
}

/** The Superchain, likewise; `idOf` is a chain id. */
export interface Superchain extends Readonly<SuperchainInfo["contracts"]>, BridgeControl {}

/** Bridges of others. Each throws BridgeUseError NotConfigured where the config does not name it. */
export interface Bridges {
  readonly layerzero: LayerZero;
  readonly hyperlane: Hyperlane;
  readonly ccip: Ccip;
  readonly superchain: Superchain;
}
