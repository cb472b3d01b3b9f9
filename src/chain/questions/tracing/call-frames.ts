import { errorString } from "../../../ground/protocol/error-string.ts";
import type { CallAnswer } from "../asked/question.ts";
import type { CallRecorder, RecordedFrame } from "./call-recorder.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import { failureWords } from "../../../ground/transaction/client-words.ts";

type Config = Readonly<Record<string, unknown>>;

/** Frame in callTracer's form. `gasLimit`: the call's, with its intrinsic costs; `ranGas`: without them. */
export function showFrame({ top }: CallRecorder, config: Config, gasLimit: bigint, { receipt }: CallAnswer): object {
  if (top === undefined) return {};
  const used = config["ranGas"] === true ? top.gasUsed : (receipt?.gasUsed ?? gasLimit);
  const shown = frameWith(top, config["withLog"] === true, config["onlyTopCall"] === true, { next: 0 });
  return { ...shown, gas: hexQuantity(gasLimit), gasUsed: hexQuantity(used) };
}

/** Counts in 4byteTracer's form: by selector, and by the number of bytes after it. */
export function countSelectors({ top }: CallRecorder): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = ({ type, input, calls, isPrecompile }: RecordedFrame): void => {
    const isCall = type !== "CREATE" && type !== "CREATE2" && !isPrecompile;
    if (isCall && input.length >= 10) {
      const name = `${input.slice(0, 10)}-${(input.length - 10) / 2}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    calls.forEach(count);
  };
  if (top !== undefined) count(top);
  return counts;
}

function frameWith(frame: RecordedFrame, hasLogs: boolean, isTopOnly: boolean, index: { next: number }): object {
  const { type, from, to, gas, gasUsed, valueWei, input, output, error } = frame;
  const reason = error === "revert" ? errorString(output) : undefined;
  // What failed has logged nothing, at any depth.
  const showsLogs = hasLogs && error === undefined;
  const logs: object[] = [];
  const calls: object[] = [];
  // In the order in which they came: logs have their places among all of the call's.
  let next = 0;
  const showLogsUntil = (position: number): void => {
    for (let log = frame.logs[next]; showsLogs && log !== undefined && log.position <= position; log = frame.logs[++next]) {
      const { address, topics, data } = log;
      logs.push({ address, topics, data, position: hexQuantity(BigInt(log.position)), index: hexQuantity(BigInt(index.next++)) });
    }
  };
  for (const [i, call] of frame.calls.entries()) {
    showLogsUntil(i);
    calls.push(frameWith(call, showsLogs, false, index));
  }
  showLogsUntil(Infinity);
  return {
    from,
    gas: hexQuantity(gas),
    gasUsed: hexQuantity(gasUsed),
    ...(to === undefined ? {} : { to }),
    input,
    ...(output === "0x" ? {} : { output }),
    ...(error === undefined ? {} : { error: failureWords(error) }),
    ...(reason === undefined ? {} : { revertReason: reason }),
    ...(calls.length === 0 || isTopOnly ? {} : { calls }),
    ...(logs.length === 0 ? {} : { logs }),
    ...(valueWei === undefined ? {} : { value: hexQuantity(valueWei) }),
    type,
  };
}
