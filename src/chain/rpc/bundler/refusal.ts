import type { CallAnswer } from "../../questions/asked/question.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { failureOf, outputOf, requireRunnable } from "../calls/call-outcome.ts";
import { RpcError } from "../request/json-rpc.ts";
import { failedOp } from "./entry-points.ts";
import type { UserOperation } from "./user-operation.ts";

/** ERC-7769's codes of what may become of an operation. */
export const OperationCode = {
  rejected: -32500,
  rejectedByPaymaster: -32501,
  outOfTime: -32503,
  banned: -32504,
  wrongSignature: -32507,
  paymasterWithoutMoney: -32508,
  reverted: -32521,
} as const;

/** An EntryPoint's reasons (AA…) that have a code; the first that fits counts. */
const CODES: readonly (readonly [reason: RegExp, code: number])[] = [
  [/^AA(24|34)/, OperationCode.wrongSignature],
  [/^AA(22|32)/, OperationCode.outOfTime],
  [/^AA31/, OperationCode.paymasterWithoutMoney],
  [/^AA3/, OperationCode.rejectedByPaymaster],
];

/** Which of an operation's contracts an EntryPoint holds responsible. */
export type Culprit = "sender" | "factory" | "paymaster";

/** Reason why an operation is not executed. */
export interface Refusal {
  readonly error: RpcError;
  readonly culprit: Culprit;
}

/** Why the operation's own transaction would fail; undefined where it succeeds. */
export function refusalOf(answer: CallAnswer, operation: UserOperation, maxInstructions: number): Refusal | undefined {
  try {
    requireRunnable(answer, maxInstructions);
    if (answer.receipt?.success === true) return undefined;
    const failed = answer.error === "revert" ? failedOp(answer.output) : undefined;
    if (failed !== undefined) return entryPointRefusal(failed, operation);
    outputOf(answer);
    return undefined;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { error: new RpcError(OperationCode.rejected, error.message, error.data), culprit: "sender" };
  }
}

/** The reason is the EntryPoint's own (ERC-7769 asks for it), the data names who caused it and what it reverted with. */
function entryPointRefusal({ reason, inner }: { reason: string; inner: Hex }, operation: UserOperation): Refusal {
  const code = CODES.find(([pattern]) => pattern.test(reason))?.[1] ?? OperationCode.rejected;
  const culprit = culpritOf(reason);
  const address = operation[culprit] ?? operation.sender;
  return {
    error: new RpcError(code, reason, { code: "FailedOp", [culprit]: address, ...(inner === "0x" ? {} : { revertData: inner }) }),
    culprit,
  };
}

function culpritOf(reason: string): Culprit {
  if (reason.startsWith("AA3")) return "paymaster";
  // AA10: the account already exists; an attacker can create it by a call of the factory.
  return reason.startsWith("AA1") && !reason.startsWith("AA10") ? "factory" : "sender";
}

/** The operation's own call reverted. */
export function executionReverted(answer: CallAnswer): RpcError {
  const { message, data } = failureOf(answer);
  return new RpcError(OperationCode.reverted, message, data);
}
