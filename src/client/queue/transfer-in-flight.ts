import type { Hex } from "../../protocol/hex.ts";

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
  /** Of a deposit the hash of its transaction on the chain, else of its message. */
  readonly hash: Hex;
  /** What it waits for. */
  readonly waitingFor: string;
}
