import type { ChainAddressLike } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { Member } from "./member.ts";
import type { CrossingType, Message } from "./message.ts";
import type { AddressLike, TransactionLike } from "./naming/names.ts";

/** A member, or its name or id. */
export type MemberLike = Member | ChainName;

/** Expected properties of a message. */
export interface ExpectedMessage {
  readonly type?: CrossingType;
  readonly to?: MemberLike;
}

/** Gains of accounts on any members (below 0: losses): `{ "0x…@alpha": -1n, "0x…@beta": 1n }`, or pairs. */
export type BalanceChanges = Readonly<Record<string, bigint>> | readonly (readonly [ChainAddressLike, bigint])[];

/** A contract: ethers' contracts have an `interface`, viem's an `abi`. */
export type ContractLike = { readonly interface: unknown } | { readonly abi: readonly unknown[] };

/** A message, or a transaction by its hash, response or receipt; a promise, or a function that sends one. */
export type Asserted =
  | Message
  | TransactionLike
  | Promise<Message | TransactionLike>
  | (() => Message | TransactionLike | Promise<Message | TransactionLike>);

/** The chai matchers as functions: for Node's test runner, vitest and viem. They throw AssertionError. */
export interface Assertions {
  /** Equals the matcher `deliveredTo`. */
  deliveredTo(subject: Asserted, member: MemberLike): Promise<void>;
  /** Equals the matcher `revertedOn`: with any reason, with this one, with a panic, or with an error of the contract. */
  revertedOn(
    subject: Asserted,
    member: MemberLike,
    reason?: string | number | bigint | ContractLike,
    errorName?: string,
  ): Promise<void>;
  /** Equals `revertedOn(…).withArgs(…)`. */
  revertedOnWithArgs(
    subject: Asserted,
    member: MemberLike,
    contract: ContractLike,
    errorName: string,
    args: readonly unknown[],
  ): Promise<void>;
  /** Equals the matcher `answeredBy`. */
  answeredBy(
    subject: Asserted,
    member: MemberLike,
    contract?: ContractLike,
    functionName?: string,
    results?: readonly unknown[],
  ): Promise<void>;
  /** Equals the matcher `refunded`. */
  refunded(subject: Asserted): Promise<void>;
  /** Equals the matcher `settledOnL1`. */
  settledOnL1(subject: Asserted): Promise<void>;
  /** Equals the matcher `reached`. */
  reached(subject: Asserted, step: JourneyStep): Promise<void>;
  /** Equals the matcher `emitMessage`. */
  emitMessage(subject: Asserted, expected?: ExpectedMessage): Promise<void>;
  /** Equals the matcher `changeBalancesAcross`, with the function that sends. */
  balancesHaveChanged(
    send: () => Message | TransactionLike | Promise<Message | TransactionLike>,
    changes: BalanceChanges,
    options?: { readonly token?: AddressLike | Readonly<Record<string, AddressLike>> },
  ): Promise<void>;
}
