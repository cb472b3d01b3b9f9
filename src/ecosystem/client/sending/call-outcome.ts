import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { failedUserCall, type CallFrame } from "./remote-failure.ts";

/**
 * Outcome of a call of a trace. Failed: the failure reached the sender of the transaction, or of the message
 * that it delivered. Caught: the caller continued. Burned: the call's purpose was to consume its gas, for the
 * data that L1 will store.
 */
type FrameOutcome = "succeeded" | "failed" | "caught" | "burned";

/** The outcome of each call of a transaction. */
export function callOutcomes(root: CallFrame): ReadonlyMap<CallFrame, FrameOutcome> {
  const outcomes = new Map<CallFrame, FrameOutcome>();
  // The protocol catches what a message's call fails with, and tells its sender.
  const delivered = root.to?.toLowerCase() === PREDEPLOYS.InteropHandler ? failedUserCall(root) : undefined;
  const reachesSender = (frame: CallFrame, isReached: boolean): boolean =>
    frame.error !== undefined && (isReached || (delivered !== undefined && holds(frame, delivered)));
  const visit = (frame: CallFrame, isReached: boolean): void => {
    const isFailed = reachesSender(frame, isReached);
    outcomes.set(frame, outcomeOf(frame, isFailed));
    for (const call of frame.calls ?? []) visit(call, isFailed);
  };
  visit(root, true);
  return outcomes;
}

/** The end of a line that tells a call; empty where it succeeded. `reason` is the end of "it reverted …". */
export function outcomeWords(outcome: FrameOutcome, reason: string): string {
  if (outcome === "burned") return "burns this gas: what L1 takes for the data";
  if (outcome === "caught") return `reverted ${reason}; its caller continued`;
  return outcome === "failed" ? `reverted ${reason}` : "";
}

function outcomeOf(frame: CallFrame, isFailed: boolean): FrameOutcome {
  if (frame.error === undefined) return "succeeded";
  if (isBurn(frame)) return "burned";
  return isFailed ? "failed" : "caught";
}

/** `L1Messenger.consumeAllGas`, by the messenger itself: it ends as every call does that runs out of gas. */
function isBurn({ from, to, input }: CallFrame): boolean {
  return [from, to].every((address) => address?.toLowerCase() === PREDEPLOYS.L1Messenger) && input.startsWith(CONSUME_ALL_GAS);
}

/** Selector of `consumeAllGas()`. */
const CONSUME_ALL_GAS = "0xe5430851";

function holds(frame: CallFrame, target: CallFrame): boolean {
  return frame === target || (frame.calls ?? []).some((call) => holds(call, target));
}
