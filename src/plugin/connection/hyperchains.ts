import type { NetworkConnection } from "hardhat/types/network";
import type { ChainAddress, ChainAddressLike } from "../../client/chain-address.ts";
import type { ChainName } from "../../client/ecosystem.ts";
import type { WalletView } from "../../client/wallet-view.ts";
import type { EcosystemInfo, EcosystemStatus, RelayInfo, SettledBatchInfo } from "../../devnet/view/ecosystem-info.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { Faults } from "./faults.ts";
import type { Message } from "./message.ts";

/**
 * A member of the ecosystem: L1 or a chain. It is a connection as `network.create` makes them, so that `ethers`,
 * `networkHelpers`, `viem` and all that plugins add is there; `provider` is its EIP-1193 provider.
 */
export interface Member extends NetworkConnection<string> {
  readonly name: string;
  readonly chainId: number;
  /** Where others reach it, over HTTP and WebSocket. */
  readonly url: string;
}

/** Who sends: an address whose key the connection has, or anything with one, such as a signer. Default: the first account. */
export type From = string | { readonly address: string };

/** Asks for what is put into a chain from L1. */
export interface DepositOptions {
  /** Where it goes: `0x…@alpha`, or with `chain` an address. Default: the sender's own account there. */
  readonly to?: ChainAddressLike;
  readonly chain?: ChainName;
  /** Smallest units. */
  readonly amount: bigint;
  /** ERC-20 on L1 (an address, or a contract), or "ETH"; default: the chain's base token. It is approved where it must be. */
  readonly token?: TokenLike;
  /** Account on L1. */
  readonly from?: From;
}

/** Asks for what is taken out of a chain to L1. */
export interface WithdrawOptions {
  readonly chain: ChainName;
  readonly amount: bigint;
  /** On the chain or on L1; default: the base token. */
  readonly token?: TokenLike;
  /** Account on L1; default: the sender's own. */
  readonly to?: string;
  readonly from?: From;
}

/** Asks for what goes from one chain to another. */
export interface SendOptions {
  /** The account on another chain: `0x…@beta`. */
  readonly to: ChainAddressLike;
  /** Sending chain. */
  readonly chain: ChainName;
  readonly amount: bigint;
  /** On the sending chain or on L1; default: the base token. */
  readonly token?: TokenLike;
  readonly from?: From;
}

/** Asks for a call of a contract on another chain. */
export interface CallOptions {
  /** The contract: `0x…@beta`. */
  readonly to: ChainAddressLike;
  /** Calling chain. */
  readonly chain: ChainName;
  /** Calldata; with `asMessage` the payload of `receiveMessage`. */
  readonly data: string;
  /** Base token of the other chain that the call gets. */
  readonly value?: bigint;
  /** Base token of the other chain for whoever brings the call. */
  readonly reward?: bigint;
  readonly gasLimit?: bigint;
  /** Deliver to `receiveMessage` (ERC-7786) instead of calling from the sender's account on the other chain. */
  readonly asMessage?: boolean;
  /** Have the sender, a contract, told the outcome. */
  readonly callback?: { readonly gasLimit: bigint; readonly reward?: bigint };
  readonly tokens?: readonly { readonly token: TokenLike; readonly amount: bigint; readonly recipient: string }[];
  readonly refundTo?: string;
  readonly from?: From;
}

/** A token's address, or a contract that has one as ethers' and viem's do. */
export type TokenLike = string | { readonly address: string } | { readonly target: unknown };

/** Something that names a transaction: its hash, a response, a receipt, or a promise of one. */
export type TransactionLike = string | { readonly hash: string } | { readonly transactionHash: string };

/**
 * An ecosystem for tests. Nothing moves unless the test moves it: `settle` and `relay` do, and a message's `delivered`.
 * Iterating it gives the chains.
 */
export interface Hyperchains extends Iterable<Member> {
  /** What there is: names, ids, URLs, addresses, what is proven. */
  readonly info: EcosystemInfo;
  readonly l1: Member;
  readonly chains: readonly Member[];
  readonly faults: Faults;
  /** A chain by name or id; L1 by "l1". Throws ClientError UnknownChain. */
  chain(nameOrId: ChainName): Member;
  /** Reads `0x…@chain` and ERC-7930 addresses. Throws ClientError. */
  address(text: ChainAddressLike): ChainAddress;
  deposit(options: DepositOptions): Promise<Message>;
  withdraw(options: WithdrawOptions): Promise<Message>;
  send(options: SendOptions): Promise<Message>;
  call(options: CallOptions): Promise<Message>;
  /** Seals the open batches, of one chain or of all, and waits until L1 has executed them. */
  settle(chain?: ChainName): Promise<readonly SettledBatchInfo[]>;
  /** Has every chain look at L1 and the relayer deliver, until nothing moves any more without a settle. */
  relay(): Promise<RelayInfo>;
  /** The message that a transaction sent, or that has this hash. Throws ClientError UnknownMessage where there is none. */
  message(transactionOrHash: TransactionLike | Promise<TransactionLike>): Promise<Message>;
  /** All messages that a transaction sent. */
  messages(transaction: TransactionLike | Promise<TransactionLike>): Promise<readonly Message[]>;
  /** What an account has on all members, and what is on its way. */
  wallet(account: From): Promise<WalletView>;
  status(): Promise<EcosystemStatus>;
  /** Marks the state of the whole ecosystem; also every member's `evm_snapshot`, so `loadFixture` of any member does. */
  snapshot(): Promise<Hex>;
  /** Returns to a mark, once. Throws where it does not exist. */
  revert(mark: Hex): Promise<void>;
}
