import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { BalanceChanges, ContractLike, ExpectedMessage, MemberLike } from "../api/assertions.ts";
import type { AddressLike, Hyperchains } from "../api/hyperchains.ts";

/** Assertions that may follow `revertedOn` with an error. */
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
      /** Asserts an error of the contract, which must have an error of this name. */
      revertedOn(member: MemberLike, contract: ContractLike, errorName: string): RevertedOnAssertion;
      /**
       * Moves the ecosystem until the call has succeeded on the member and its sender has accepted the answer. With a
       * contract and a function's name, the answer must be these results. There is no negation.
       */
      answeredBy(
        member: MemberLike,
        contract?: ContractLike,
        functionName?: string,
        results?: readonly unknown[],
      ): AsyncAssertion;
      /** Moves the ecosystem until the call has failed and everything that it returned has arrived. */
      refunded(): AsyncAssertion;
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
        options?: { readonly token?: AddressLike | Readonly<Record<string, AddressLike>>; readonly hyperchains?: Hyperchains },
      ): AsyncAssertion;
    }
    interface AsyncAssertion extends Assertion, Promise<void> {}
  }
}
