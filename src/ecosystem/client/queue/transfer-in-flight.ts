import type { Hex } from "../../../ground/protocol/hex.ts";

/** Money that has left one member and has not arrived at the other. */
export interface TransferInFlight {
  readonly type: "deposit" | "transfer" | "withdrawal";
  readonly sourceChainId: number;
  readonly destinationChainId: number;
  readonly sender: Hex;
  readonly recipient: Hex;
  readonly originChainId: number;
  /** Zero for ETH. */
  readonly originToken: Hex;
  readonly amount: bigint;
  /** On the source. */
  readonly transactionHash: Hex;
  /** Hash of a deposit's transaction on the chain, or of a message. */
  readonly hash: Hex;
  /** Pending condition. */
  readonly waitingFor: string;
}
