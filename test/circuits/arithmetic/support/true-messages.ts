import { OPERATION } from "../../../../src/proofs/circuits/operations/operation.ts";
import { LIMB, LIMBS, wordOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { truthOfMultiple, truthOfProduct, truthOfSum } from "../../curve/support/true-curve-messages.ts";
import { DEFINITIONS, MODULUS } from "../../../machine/support/arithmetic-definitions.ts";

/*
 * Which messages of the buses are true: by the definitions of the yellow paper and the EIPs over integers, and not by any table.
 */

export type Truth = "true" | "false" | "not asked";

const ON_THE_BUS = new Set<number>(Object.values(OPERATION));

/** Result of an operation by its definition. */
export function definitionOf(opcode: number, a: bigint, b: bigint, c: bigint): bigint {
  const definition = DEFINITIONS.find(([code]) => code === opcode);
  if (definition === undefined) throw new Error(`opcode ${opcode} has no definition`);
  return ((definition[3](a, b, c) % MODULUS) + MODULUS) % MODULUS;
}

/** Truth of a request with words as operands. Senders must ensure that operands are words. */
function truthOfAlu([operation = 0, ...limbs]: readonly number[]): Truth {
  const [a = [], b = [], c = [], d = []] = [0, 1, 2, 3].map((i) => limbs.slice(i * LIMBS, (i + 1) * LIMBS));
  const arity = ON_THE_BUS.has(operation) ? DEFINITIONS.find(([code]) => code === operation)?.[2] : undefined;
  if (arity === undefined) return "false";
  const operands = [a, b, c].slice(0, arity);
  if (!operands.flat().every((limb) => limb < LIMB)) return "not asked";
  const [result, other] = arity === 3 ? [d, []] : [c, d];
  const isZero = [...other, ...(arity === 1 ? b : [])].every((limb) => limb === 0);
  const expected = definitionOf(operation, wordOf(a), wordOf(b), wordOf(c));
  return isZero && result.every((limb) => limb < LIMB) && wordOf(result) === expected ? "true" : "false";
}

/** The truth of a message on a bus, by the bus's name. */
export function truthOf(bus: string, message: readonly number[]): Truth {
  const [x = 0, y = 0, z = 0] = message;
  const isTrue = (condition: boolean): Truth => (condition ? "true" : "false");
  switch (bus) {
    case "range16":
      return isTrue(x < 2 ** 16);
    case "range14":
      return isTrue(x < 2 ** 14);
    case "bytes":
      return isTrue(x < 256 && y < 256);
    case "byteAnd":
      return isTrue(x < 256 && y < 256 && z === (x & y));
    case "alu":
      return truthOfAlu(message);
    case "curveProduct":
      return truthOfProduct(message);
    case "curveSum":
      return truthOfSum(message);
    case "curveMultiple":
      return truthOfMultiple(message);
    default:
      throw new Error(`bus ${bus} has no definition of its messages`);
  }
}
