import type { MessageInfo } from "./ecosystem-info.ts";
import { hasArrived } from "./has-arrived.ts";

/** Short text of a message's progress. Kind "bad" did not do what its sender wanted, "ready" waits for an account. */
export function whereItIs(message: MessageInfo): {
  readonly kind: "good" | "under-way" | "ready" | "bad" | "quiet";
  readonly text: string;
} {
  const { ready, stuck, failed, ended, sentTooEarly, refusal = "" } = message;
  if (ready !== undefined) return { kind: "ready", text: `ready: ${ready.action}` };
  if (stuck !== undefined) return { kind: "bad", text: `stuck: ${stuck.why}` };
  if (failed !== undefined) return { kind: "bad", text: failed.why };
  if (sentTooEarly !== undefined) return { kind: "bad", text: `not delivered: ${refusal}` };
  if (ended === "expired") return { kind: "bad", text: `expired: ${refusal}` };
  // Its sender wanted that.
  if (ended === "canceled") return { kind: "quiet", text: ended };
  if (message.waitingFor === undefined) return { kind: "good", text: "all steps done" };
  return hasArrived(message)
    ? { kind: "good", text: `arrived; waits until ${message.waitingFor}` }
    : { kind: "under-way", text: `waits until ${message.waitingFor}` };
}

/** True if its purpose will not be reached: such a message is a failure of the action that sent it. */
export function hasFailed({ failed, ended, sentTooEarly }: Pick<MessageInfo, "failed" | "ended" | "sentTooEarly">): boolean {
  return failed !== undefined || ended === "expired" || sentTooEarly !== undefined;
}
