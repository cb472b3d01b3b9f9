import type { BaseWallet, Signer } from "ethers";
import type { TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Keys of this process that a chain uses. */
export interface ChainKeys {
  /** The chain's operator: its fees' recipient, the sender of its L1 transactions, and its validator where none is named. */
  readonly operator: Signer & TypedDataSigner;
  /** Keys of the nodes that decide the chain together; empty for one sequencer. */
  readonly nodes: readonly BaseWallet[];
  /** Key of an account, for the chain's signers. */
  readonly of: (address: Hex) => TypedDataSigner | undefined;
}
