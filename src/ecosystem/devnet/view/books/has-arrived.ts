import type { MessageInfo } from "./ecosystem-info.ts";

/** Whether it has done what it was sent for; that a chain's import still has to settle does not matter to it. */
export function hasArrived({ type, steps }: Pick<MessageInfo, "type" | "steps">): boolean {
  return steps.some(({ step }) => step === (type === "message" ? "inTransactionRoot" : "executed"));
}
