import { fromHex } from "../../ground/protocol/hex.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import type { CallOutcome } from "../witness/asked-call.ts";
import type { CallAnswer } from "./asked/question.ts";

/** Answer with the public part of a call's outcome. */
export function answerOf(outcome: CallOutcome): CallAnswer {
  const { receipt, reason, output, error, initCodes, runtimeCodes, creators, exceedsCallData, isLong, isHeavy, isLate } = outcome;
  const { readsTime } = outcome;
  const isHostile = [...initCodes, ...runtimeCodes].some((code) => isHostileCode(fromHex(code)));
  const broken = { exceedsCallData, isLong, isHeavy, isLate };
  return { receipt, reason, output, error, isHostile, creators, readsTime, ...broken };
}
