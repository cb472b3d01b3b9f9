import type { CallAnswer } from "../../questions/asked/question.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { errorString } from "../../../ground/protocol/error-string.ts";
import { panicCode, panicText } from "../../../ground/protocol/panic-code.ts";
import { mostWork } from "../../model/work-limits.ts";
import { failureWords } from "../../../ground/transaction/client-words.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Message for a revert; the reason of Solidity follows if there is one. */
export const REVERTED = "execution reverted";
const MAX_REASON_CHARACTERS = 1_000;

/** Returned data of the call. Throws RpcError if it failed. */
export function outputOf(answer: CallAnswer): Hex {
  const { receipt, reason, output, isLate } = answer;
  if (isLate) {
    const message = `execution failed: ${reason}, as long as a question may take here; ask for less at once, or send the transaction with gas of your choice`;
    throw new RpcError(RpcCode.rejected, message, { code: "QuestionTooLong" });
  }
  if (receipt === undefined) throw new RpcError(RpcCode.rejected, `execution failed: ${reason}`);
  if (receipt.success) return output;
  const { code, message, data } = failureOf(answer);
  throw new RpcError(code, message, data);
}

/** Error of a failed execution. */
export function failureOf({ output, error }: CallAnswer): {
  readonly code: number;
  readonly message: string;
  readonly data: Hex;
} {
  if (error === "revert") return { code: RpcCode.reverted, message: revertMessage(output), data: output };
  return { code: RpcCode.rejected, message: `execution failed: ${failureWords(String(error))}`, data: output };
}

/** Throws RpcError for a call that the chain would refuse as a transaction, because its execution engine must not run it. */
export function requireRunnable(answer: Omit<CallAnswer, "output" | "error" | "isLate">, maxInstructions: number): void {
  const { isHostile, exceedsCallData, isLong, isHeavy } = answer;
  if (exceedsCallData) {
    throw new RpcError(RpcCode.rejected, "the transaction's calls pass on more data than this chain's engine can hold", {
      code: "CallDataTooLarge",
    });
  }
  if (isLong) {
    const message = `the transaction runs more than ${maxInstructions} instructions, the maximum of this chain; divide its work, or raise maxInstructions in the chain's options`;
    throw new RpcError(RpcCode.rejected, message, { code: "TooManySteps" });
  }
  if (isHeavy) {
    const message = `the transaction's work is more than ${mostWork(maxInstructions)} units, and others would wait behind it; divide its work, or raise maxInstructions, now ${maxInstructions}, in the chain's options`;
    throw new RpcError(RpcCode.rejected, message, { code: "TooHeavy" });
  }
  if (isHostile) {
    throw new RpcError(RpcCode.rejected, "the transaction runs or deploys code that begins with an incomplete PUSH20", {
      code: "HostileCode",
    });
  }
}

/** Message of Ethereum's nodes for a revert, with the reason if there is one. */
function revertMessage(output: Hex): string {
  const panic = panicCode(output);
  if (panic !== undefined) return `${REVERTED}: panic code ${panicText(panic)}`;
  const reason = errorString(output);
  return reason === undefined ? REVERTED : `${REVERTED}: ${reason.slice(0, MAX_REASON_CHARACTERS)}`;
}
