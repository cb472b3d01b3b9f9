import { layerName } from "../src/ecosystem/devnet/view/books/layer-name.ts";
import { JOURNEY_STEPS } from "../src/ground/protocol/cross-chain-message.ts";
import type { MessageInfo } from "./answers.ts";

/** Text of a step of this message, with the name of each chain's settlement layer. */
export function stepWords(step: string, message: Pick<MessageInfo, "sourceChainId" | "destinationChainId" | "imported">): string {
  const [sent, received] = [layerName(message.sourceChainId), layerName(message.destinationChainId)];
  const words: Readonly<Record<string, string>> = {
    initiated: "sent on the source chain",
    settled: `the sender's batch is proven on ${sent}`,
    inTransactionRoot: `the sender's batch is executed on ${sent}, and its root is in the registry`,
    imported:
      message.imported === "promise"
        ? "the receiving chain has imported the sender's batch by a promise"
        : message.imported === "fact"
          ? "the receiving chain has imported a fact about the sender's batch"
          : "the receiving chain has imported the root",
    delivered: "a relayer has delivered the message",
    executed: "the receiving chain has executed it",
    importSettled: `the receiver's batch is executed on ${received} too`,
  };
  return words[step] ?? step;
}

/** The steps of a message of this kind, in order: what goes to L1 needs no import. */
export function stepsOf({ type }: Pick<MessageInfo, "type">): readonly string[] {
  if (type === "withdrawal" || type === "l1Call" || type === "l1Message")
    return ["initiated", "settled", "inTransactionRoot", "executed"];
  return type === "message" ? ["initiated", "settled", "inTransactionRoot"] : JOURNEY_STEPS;
}

/** True for the step in which a message's call failed: the chain executed the message, and the call left nothing. */
export function isFailedStep(step: string, { failed }: Pick<MessageInfo, "failed">): boolean {
  return failed !== undefined && step === "executed";
}

const SHORT: Readonly<Record<string, string>> = {
  initiated: "Sent",
  settled: "Proven",
  inTransactionRoot: "In the root",
  imported: "Imported",
  delivered: "Delivered",
  executed: "Executed",
  importSettled: "Import settled",
};

/** Name of a step. */
export function shortStep(step: string): string {
  return SHORT[step] ?? step;
}

/** Missing step of a message, in a word or two. */
const NEXT: Readonly<Record<string, string>> = {
  settled: "proof next",
  inTransactionRoot: "execution next",
  imported: "import next",
  delivered: "delivery next",
  executed: "delivery next",
};

/** Short text of the first step that is not done. */
export function nextStepWords(message: MessageInfo): string {
  const done = new Set(message.steps.map(({ step }) => step as string));
  return NEXT[stepsOf(message).find((step) => !done.has(step)) ?? ""] ?? "in flight";
}
