import type { ChainAddressLike } from "../../client/ecosystem/chain-address.ts";
import type { ChainName } from "../../client/ecosystem/ecosystem.ts";
import type { JourneyStep } from "../../protocol/cross-chain-message.ts";
import type { Hyperchains, Member, TokenLike } from "../api/hyperchains.ts";
import type { CrossingType } from "../api/message.ts";

/** A member, or its name or id. */
export type MemberLike = Member | ChainName;

/** What a message must be. */
export interface ExpectedMessage {
  readonly type?: CrossingType;
  readonly to?: MemberLike;
}

/** What accounts on any members gain (or, below 0, lose): `{ "0x…@alpha": -1n, "0x…@beta": 1n }`, or pairs. */
export type BalanceChanges = Readonly<Record<string, bigint>> | readonly (readonly [ChainAddressLike, bigint])[];

/** A contract with its errors: ethers' contracts have an `interface`, viem's an `abi`. */
export type ContractErrors = { readonly interface: unknown } | { readonly abi: readonly unknown[] };

/** What may follow `revertedOn` with an error. */
export interface RevertedOnAssertion extends Chai.AsyncAssertion {
  /** The error has these arguments; functions are predicates, such as chai's `anyValue`. */
  withArgs(...args: readonly unknown[]): Chai.AsyncAssertion;
}

declare global {
  // Chai's types are a namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Chai {
    interface Assertion {
      /**
       * Moves the ecosystem until everything that the transaction (or message) sent has arrived on the member, calls included:
       * fails where one goes elsewhere, does not arrive, or reverts there.
       */
      deliveredTo(member: MemberLike): AsyncAssertion;
      /**
       * Moves the ecosystem until the call has arrived on the member, where it must have reverted, with this reason (text)
       * or panic (code).
       */
      revertedOn(member: MemberLike, reasonOrPanic?: string | number | bigint): AsyncAssertion;
      /** The same, with an error of the contract, which must have one of this name. */
      revertedOn(member: MemberLike, contract: ContractErrors, errorName: string): RevertedOnAssertion;
      /** Moves the ecosystem until L1 has accepted the batch of the transaction (or message). */
      settledOnL1(): AsyncAssertion;
      /** The message has done the step already; nothing is moved. */
      reached(step: JourneyStep): AsyncAssertion;
      /** The transaction sent a message, of this type, to this member. */
      emitMessage(expected?: ExpectedMessage): AsyncAssertion;
      /**
       * The function's message changes balances like this once it is delivered. Fees of the sender are left out. `token` is an
       * ERC-20's address on each member (or one by member's name); default: each member's own coin. `hyperchains` must be named
       * where several ecosystems are open.
       */
      changeBalancesAcross(
        changes: BalanceChanges,
        options?: { readonly token?: TokenLike | Readonly<Record<string, TokenLike>>; readonly hyperchains?: Hyperchains },
      ): AsyncAssertion;
    }
    interface AsyncAssertion extends Assertion, Promise<void> {}
  }
}
