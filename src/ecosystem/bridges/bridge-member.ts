import type { BaseWallet, Provider } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";

/** A member of the ecosystem that a bridge is on. */
export interface BridgeMember {
  readonly name: string;
  readonly chainId: bigint;
  /** The bridge's own number of it. */
  readonly id: bigint;
  /** L1, to which messages go by the gateway of the chain that they come from. */
  readonly isL1: boolean;
  /** True if it runs in this process, so that a late answer comes of load alone and is waited for. Default: false. */
  readonly isHere?: boolean | undefined;
  /** Provider of the member; it answers as for an external client. */
  readonly provider: Provider;
  /** The bridge's key, connected to it; no other program sends with it. */
  readonly wallet: BaseWallet;
  /** Address of the base token on L1: coins go only where it is the same. */
  readonly coin: Hex;
  /** The first block with anything of the bridge. */
  readonly fromBlock: number;
}

/** Gateway on the first member through which its contracts send to the second, and receive. */
export type GatewayTo = (here: BridgeMember, there: BridgeMember) => Hex;

/** A transaction, and the member on which it ran. */
export interface BridgeTransactionPlace {
  readonly chainId: bigint;
  readonly transactionHash: Hex;
}
