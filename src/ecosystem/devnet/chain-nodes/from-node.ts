import { isGroupMessage, isVote } from "../../../chain/consensus/messages.ts";
import type { FromNode } from "./messages.ts";

/** True for a message of a node in its form: a process that sends something else must not end its host. */
export function isFromNode(value: unknown): value is FromNode {
  if (typeof value !== "object" || value === null) return false;
  const message = value as Readonly<Record<string, unknown>>;
  const { to } = message;
  switch (message["type"]) {
    case "ready":
      return isCount(message["life"]);
    case "message":
      return isCount(message["life"]) && (to === undefined || isCount(to)) && isGroupMessage(message["message"]);
    case "evidence":
      return isCount(message["life"]) && isVote(message["first"]) && isVote(message["second"]);
    case "refused":
      return isCount(message["life"]) && typeof message["number"] === "bigint" && areTexts(message["code"], message["message"]);
    case "failed":
      return isCount(message["life"]) && areTexts(message["reason"]);
    case "answer":
      return isCount(message["id"]) && isAnswer(message["answer"]);
    default:
      return false;
  }
}

/** A commitment, a standing, or neither. */
function isAnswer(answer: unknown): boolean {
  if (answer === undefined || typeof answer === "string") return true;
  if (typeof answer !== "object" || answer === null) return false;
  const { isPending, decidedView, position, digests, hasVote } = answer as Readonly<Record<string, unknown>>;
  return (
    [isPending, hasVote].every((each) => typeof each === "boolean") &&
    [decidedView, position].every(isCount) &&
    Array.isArray(digests)
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}
