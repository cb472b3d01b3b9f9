import type { Answer, Ask, OperationName, Request } from "../operations/operation.ts";
import { limbsOf } from "../shapes/word.ts";
import type { SignedCells } from "./signed-air.ts";

export const SIGNED_OPERATIONS: readonly OperationName[] = ["sdiv", "smod"];

/** The row that answers one of `SIGNED_OPERATIONS`. */
export function signedRow({ operation, a, b }: Request, ask: Ask): Answer<SignedCells> {
  const [signA, signB] = [Number(a >> 255n), Number(b >> 255n)];
  const negative = operation === "sdiv" ? signA ^ signB : signA;
  const negateWhen = (flag: number, word: bigint): bigint => (flag === 1 ? ask("sub", 0n, word) : word);
  const absoluteA = negateWhen(signA, a);
  const absoluteB = negateWhen(signB, b);
  const v = ask(operation === "sdiv" ? "div" : "mod", absoluteA, absoluteB);
  const result = negateWhen(negative, v);
  return {
    cells: {
      smod: operation === "smod" ? 1 : 0,
      a: limbsOf(a),
      b: limbsOf(b),
      absoluteA: limbsOf(absoluteA),
      absoluteB: limbsOf(absoluteB),
      v: limbsOf(v),
      result: limbsOf(result),
      signA,
      signB,
      negative,
    },
    result,
  };
}
