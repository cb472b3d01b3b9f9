import type { Answer, OperationName, Request } from "../operations/operation.ts";
import { bytesOf } from "../shapes/word.ts";
import type { LogicCells } from "./logic-air.ts";

export const LOGIC_OPERATIONS: readonly OperationName[] = ["and", "or", "xor"];

/** The row that answers one of `LOGIC_OPERATIONS`. */
export function logicRow({ operation, a, b }: Request): Answer<LogicCells> {
  const is = (name: OperationName): number => (operation === name ? 1 : 0);
  return {
    cells: { and: is("and"), or: is("or"), xor: is("xor"), x: bytesOf(a), y: bytesOf(b), both: bytesOf(a & b) },
    result: operation === "and" ? a & b : operation === "or" ? a | b : a ^ b,
  };
}
