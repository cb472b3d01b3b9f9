import type { ParamType } from "ethers";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Expectation of a test about a revert. */
export type ExpectedRevert =
  | { readonly kind: "nothing" }
  | { readonly kind: "reason"; readonly text: string }
  | { readonly kind: "panic"; readonly code: bigint }
  | { readonly kind: "error"; readonly contract: string; readonly name: string; readonly args: string | undefined }
  | { readonly kind: "unknown" };

interface CopiedAct {
  /** Constants of the member, and of the account that acts. */
  readonly chain: string;
  readonly from: string;
  readonly value: bigint;
}

/** Creates a contract of the project. */
interface CopiedCreation extends CopiedAct {
  readonly variable: string;
  /** In quotes. */
  readonly name: string;
  readonly args: string;
}

/** Creates a contract of which nothing but its code is known. */
interface CopiedBytes extends CopiedAct {
  readonly variable: string;
  readonly data: string;
}

/** Calls a function of a contract that the test has. */
interface CopiedCall extends CopiedAct {
  readonly variable: string;
  readonly name: string;
  readonly args: readonly string[];
}

/** Any other transaction. */
interface CopiedSend extends CopiedAct {
  readonly to: string | undefined;
  readonly data: string | undefined;
}

/**
 * Code of a test for one library. Texts are expressions and lines of TypeScript; names are constants of the test. The
 * test API expresses everything that belongs to the ecosystem, in one way.
 */
export interface TestLibrary {
  /** First lines of a file with this body. */
  imports(body: string): readonly string[];
  /** A contract where an address is expected, and its address as text. */
  argument(variable: string): string;
  address(variable: string): string;
  /** A struct whose parts are these expressions. */
  struct(type: ParamType, parts: readonly string[]): string;
  integer(value: bigint, type: ParamType): string;
  creation(creation: CopiedCreation): string;
  createdBytes(creation: CopiedBytes): readonly string[];
  /** A promise of a transaction. */
  call(call: CopiedCall): string;
  send(send: CopiedSend): string;
  /** Sends, and waits until it is included. */
  included(chain: string, transaction: string): string;
  /** Waits for the transaction `sent`. */
  sentIncluded(chain: string): string;
  hasCode(chain: string, variable: string): string;
  reverted(chain: string, transaction: string, expected: ExpectedRevert): string;
  /** `args` is undefined where they are not the same at another time. */
  emitted(chain: string, contract: string, event: string, args: string | undefined): string;
  /** Line that expects the arrival of everything that `sent` sent, or of the message `sent`, on its only destination. */
  arrived(chain: string, isMessage: boolean): string;
  /** Line that expects the revert of the call among these to this member. */
  revertedCall(chain: string, isMessage: boolean, expected: ExpectedRevert & { readonly data: Hex }): string;
  equal(actual: string, expected: string): string;
}
