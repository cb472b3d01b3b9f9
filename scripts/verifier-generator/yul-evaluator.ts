import { everyLane, hex, PRIME } from "./lanes.ts";
import { declareConstants, inlineMul, inlineNormalize, LITERAL, MUL_ADD_CONSTANTS, stackMulAdd } from "./yul-extension.ts";

/**
 * Horner steps in the challenge at `alpha`; `twoP` is the address of a word with 2p in every lane. A sum's lanes are below
 * 2^32, so it is the right operand of the products.
 */
export function weighFunctions(alpha: number, twoP: number): string {
  const step = (body: string): string => `${inlineMul("r", `mload(${hex(alpha)})`, "r")}
  ${inlineNormalize("r", `add(r, ${body})`)}`;
  const stackStep = (body: string): string => stackMulAdd("r", `mload(${hex(alpha)})`, "r", body);
  // Vectors have eight lanes, mostly: eight steps at a time, then one at a time.
  const loops = (body: (at: string) => string): string => `${declareConstants(...MUL_ADD_CONSTANTS)}
  for { } gt(length, 255) { } {
    length := sub(length, 256)
    ${[7, 6, 5, 4, 3, 2, 1, 0].map((i) => stackStep(body(i === 0 ? "length" : `add(length, ${32 * i})`))).join("\n    ")}
  }
  for { } length { } {
    length := sub(length, 32)
    ${stackStep(body("length"))}
  }`;
  return `
// sum * alpha + x, for lanes of sum < 2^32 and of x up to 100p; lanes of the result < 2^32
function weigh(sum, x) -> r {
  r := sum
  ${step("x")}
}
// the same for the words at a, the last one first
function weighValues(sum, a, length) -> r {
  r := sum
  ${loops((at) => `mload(add(a, ${at}))`)}
}
// the same for the differences of the words at a and b, lanes at b < 2p
function weighDifferences(sum, a, b, length) -> r {
  r := sum
  ${loops((at) => `add(mload(add(a, ${at})), sub(mload(${hex(twoP)}), mload(add(b, ${at}))))`)}
}`;
}

/** Eight base elements of 32 bits, lowest first, to eight words. */
export const STORE_CONSTANTS = `
function storeConstants(to, packed) {
  ${Array.from({ length: 8 }, (_, i) => `mstore(${i === 0 ? "to" : `add(to, ${32 * i})`}, and(${i === 0 ? "packed" : `shr(${32 * i}, packed)`}, 0xffffffff))`).join("\n  ")}
}`;

/** Exact division: y = lane mod 2^bits; (lane − y)/2^bits − y·(p − 1)/2^bits is lane/2^bits mod p, and p keeps it positive. */
export function divisionFunction(bits: number): string {
  const mask = hex(everyLane((1n << BigInt(bits)) - 1n));
  return `
// a / 2^${bits}: lanes of the result at most lane / 2^${bits} + p
function extDivide${bits}(a) -> r {
  let y := and(a, ${mask})
  r := sub(add(shr(${bits}, sub(a, y)), ${LITERAL.p1}), mul(y, ${hex((PRIME - 1n) >> BigInt(bits))}))
}`;
}
