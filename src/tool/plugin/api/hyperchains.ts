import type { Announcement } from "../../../ecosystem/client/messages/announce.ts";
import type { ChainAddress, ChainAddressLike } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { CallEstimate, SendEstimate } from "../../../ecosystem/client/transfers/estimate.ts";
import type { WalletHistory } from "../../../ecosystem/client/ecosystem/running-ecosystem.ts";
import type { SpendPlan } from "../../../ecosystem/client/wallet/spend.ts";
import type { SwapEstimate } from "../../../ecosystem/client/transfers/swap.ts";
import type { WalletView } from "../../../ecosystem/client/wallet/wallet-view.ts";
import type {
  ChainInfo,
  EcosystemInfo,
  EcosystemStatus,
  RelayInfo,
  RemovedChainInfo,
  SettledBatchInfo,
} from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { HyperchainUserConfig } from "../../../ecosystem/options/generated/user-config.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Bridges } from "./bridges.ts";
import type { Faults } from "./faults.ts";
import type { Flow, FlowOptions } from "./flow.ts";
import type { Governance } from "./governance.ts";
import type { Guardians } from "./guardians.ts";
import type { Hub } from "./hub.ts";
import type {
  AnnounceOptions,
  CallOptions,
  CallTogetherOptions,
  DepositOptions,
  DescribeOptions,
  SendOptions,
  SpendOptions,
  SwapOptions,
  WithdrawOptions,
} from "./generated/requests.ts";
import type { L1Member, Member } from "./member.ts";
import type { Message } from "./message.ts";
import type { RemoteSlot } from "../../../ecosystem/client/messages/remote-slot.ts";
import type { Assertions } from "./assertions.ts";
import type { AddressLike, From, TransactionLike } from "./naming/names.ts";

export type * from "./generated/requests.ts";
export type { Asserted, Assertions, ContractLike, MemberLike } from "./assertions.ts";
export type { Flow, FlowOptions } from "./flow.ts";
export type { Guardians, LeafAnswerOptions, LeafRequestOptions } from "./guardians.ts";
export type { Hub } from "./hub.ts";
export type { L1Member, L1SlotOptions, Member } from "./member.ts";
export type { From, AddressLike, TransactionLike } from "./naming/names.ts";

/** A storage slot of a contract on another chain. */
export interface SlotOptions {
  /** Chain that reads. */
  readonly on: ChainName;
  /** Chain with the contract. */
  readonly chain: ChainName;
  readonly contract: AddressLike;
  readonly slot: bigint | Hex;
  /** Number of the batch after which the slot is read. Default: the newest. */
  readonly batch?: bigint;
}

/** A chain as the config describes it, and its name. */
export interface AddChainOptions extends HyperchainUserConfig {
  readonly name: string;
}

/**
 * An ecosystem for tests. Nothing moves unless the test moves it: `settle` and `relay` do, and a message's `delivered`.
 * Iterating it gives the chains.
 */
export interface Hyperchains extends Iterable<Member> {
  /** Names, ids, URLs and addresses of the ecosystem, and its proofs. */
  readonly info: EcosystemInfo;
  readonly l1: L1Member;
  readonly chains: readonly Member[];
  readonly faults: Faults;
  /** Votes, council, and the terms of chains. */
  readonly governance: Governance;
  /** Third-party bridges, whose dapps run here unchanged. */
  readonly bridges: Bridges;
  /** A chain by name or id; L1 by "l1". Throws ClientError UnknownChain. */
  chain(nameOrId: ChainName): Member;
  /** A hub by its name. Throws ClientError UnknownHub. */
  hub(name: string): Hub;
  /** A network of guardians by its name. Throws ClientError UnknownGuardians. */
  guardians(name: string): Guardians;
  /** Reads `0x…@chain` and ERC-7930 addresses. Throws ClientError. */
  address(text: ChainAddressLike): ChainAddress;
  deposit(options: DepositOptions): Promise<Message>;
  withdraw(options: WithdrawOptions): Promise<Message>;
  /** Sends money from any member to an account on any member: as `deposit`, as `withdraw`, by a hyperbridge, or at once. */
  send(options: SendOptions): Promise<Message>;
  /**
   * Sends money to an account with a key on another chain, in a list with all that the batch sends there: for less gas. Its
   * message's `hash` is the list's name on its chain. Throws ClientError NotListable.
   */
  sendListed(options: SendOptions): Promise<Message>;
  /** Calls a contract on any chain, or on the sender's own member: at once, from L1 through the queue, or by a hyperbridge. */
  call(options: CallOptions): Promise<Message>;
  /**
   * Forces calls into the queues of several chains by one transaction on their settlement layer: all of them
   * or none. Each may still revert on its chain independently. Returns a message for each. Throws
   * ClientError.
   */
  callTogether(options: CallTogetherOptions): Promise<readonly Message[]>;
  /**
   * Swaps at a pool on another chain, in one transaction of the sender; what it brings goes to `to`, and where it fails what was
   * given comes back. Puts `RemoteSwap.sol` on the router's chain where that has none, from its first account.
   * Throws ClientError.
   */
  swap(options: SwapOptions): Promise<Message>;
  /**
   * Builds a flow of legs on several chains that happen all or not at all. Puts `AtomicFlows.sol` on chains that have none, from
   * their first accounts. Throws ClientError, or RangeError for what no flow can be.
   */
  flow(options: FlowOptions): Promise<Flow>;
  /**
   * Announces to the other chains the name, symbol and decimals of a chain's token. The first send of a token
   * does so automatically, and the relayer delivers the name to the token's destination. Throws ClientError.
   */
  announce(options: AnnounceOptions): Promise<Announcement>;
  /**
   * Delivers an announcement to a chain, also before any of the token arrives. Resolves with the
   * transaction's hash. Throws ClientError NotImported until the announcement is settled and the chain has
   * read L1 (`settle`, `relay`).
   */
  describe(options: DescribeOptions): Promise<Hex>;
  /**
   * Gas of a send on its destination. Sends nothing. Throws ClientError Failed if the destination would
   * refuse it.
   */
  estimateSend(options: SendOptions): Promise<SendEstimate>;
  /**
   * The gas that a call needs there, and its answer here: what to give as `gasLimit` and `callback.gasLimit`, with a margin.
   * `from` may be a contract. Sends nothing. Throws ClientError Failed with the reason where the call would fail.
   */
  estimateCall(options: CallOptions): Promise<CallEstimate>;
  /**
   * Estimated proceeds of a swap, its minimum and its deadline. Like `swap`, it deploys the contract. Throws
   * ClientError Failed with the reason.
   */
  estimateSwap(options: SwapOptions): Promise<SwapEstimate>;
  /** Seals the open batches, of one chain or of all, and waits until L1 has executed them. */
  settle(chain?: ChainName): Promise<readonly SettledBatchInfo[]>;
  /** Reads L1 on every chain and delivers messages, until nothing more moves without a settle. */
  relay(): Promise<RelayInfo>;
  /** The message that a transaction sent, or that has this hash. Throws ClientError UnknownMessage where there is none. */
  message(transactionOrHash: TransactionLike | Promise<TransactionLike>): Promise<Message>;
  /** All messages that a transaction sent. */
  messages(transaction: TransactionLike | Promise<TransactionLike>): Promise<readonly Message[]>;
  /**
   * Moves the ecosystem until everything that a transaction caused has arrived: its messages, answers, refunds, and messages
   * that deliveries sent; at most 64. Calls may have failed. Throws MessageError.
   */
  completed(transaction: TransactionLike | Promise<TransactionLike>): Promise<readonly Message[]>;
  /**
   * Reads a storage slot of a contract on another chain, with the proof that contracts of `on` can check. Settles `chain`, and
   * has `on` import the root. Throws ClientError.
   */
  viewSlot(options: SlotOptions): Promise<RemoteSlot>;
  /** Reads a slot as `viewSlot` does, and stores it on `on` for its contracts (`RemoteSlots`). Throws ClientError. */
  loadSlot(options: SlotOptions & { readonly from?: From }): Promise<RemoteSlot & { readonly transactionHash: Hex }>;
  /** The matchers as functions, for test runners without chai. They throw AssertionError. */
  readonly assertions: Assertions & { readonly not: Omit<Assertions, "answeredBy"> };
  /** Assets of an account on all members, its transfers in flight, and the newest entries of its history. */
  wallet(account: From): Promise<WalletView & { readonly history: WalletHistory }>;
  /**
   * Pays out of what an account has on all members together, by one transaction on each that gives a part; gives a message for
   * each part. Throws ClientError: InsufficientFunds before anything is sent, PartFailed with what was sent and what is missing.
   */
  spend(options: SpendOptions): Promise<readonly Message[]>;
  /** Sources that `spend` would use. Sends nothing. Throws the ClientErrors of `spend`. */
  estimateSpend(options: SpendOptions): Promise<SpendPlan>;
  status(): Promise<EcosystemStatus>;
  /**
   * Adds a chain while the ecosystem runs, with the options that it may have in the config. The open batches of the others are
   * sealed: what was sent in one that is older than a chain cannot reach it. A return to an earlier snapshot ends it.
   */
  addChain(options: AddChainOptions): Promise<Member>;
  /**
   * Pauses a chain until it is started: it refuses its clients, messages to it wait, the other chains
   * continue. Snapshots include this. Throws ClientError UnknownChain.
   */
  stopChain(chain: ChainName): Promise<ChainInfo>;
  /** Resumes a paused chain with its state. Throws ClientError UnknownChain. */
  startChain(chain: ChainName): Promise<ChainInfo>;
  /**
   * Ends a chain; its contract on L1, and the money in it, stay there. Refused (ChainInUse) where messages or batches of it are
   * open, unless it is forced. A return to an earlier snapshot brings it back. Throws ClientError UnknownChain.
   */
  removeChain(chain: ChainName, options?: { readonly force?: boolean }): Promise<RemovedChainInfo>;
  /** Marks the state of the whole ecosystem; also every member's `evm_snapshot`, so `loadFixture` of any member does. */
  snapshot(): Promise<Hex>;
  /** Returns to a mark, once. Throws where it does not exist. */
  revert(mark: Hex): Promise<void>;
}
