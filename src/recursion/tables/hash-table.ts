import { constrainCubicPermutation, CUBIC_FIELDS } from "../../circuits/poseidon/cubic-permutation.ts";
import { permuteByRounds } from "../../circuits/poseidon/permutation-trace.ts";
import { assertBoolean, element } from "../../circuits/words/expressions.ts";
import { add } from "../../field/koala-bear.ts";
import { OCTET_ELEMENTS } from "../relation.ts";
import type { MachineTable, TracedCompression } from "./machine-table.ts";

const FIELDS = { bit: 1, left: OCTET_ELEMENTS, right: OCTET_ELEMENTS, ...CUBIC_FIELDS, output: OCTET_ELEMENTS } as const;
const ZERO = new Array<number>(OCTET_ELEMENTS).fill(0);

/**
 * One compression: output = C_tag(left, right). `own` is the left operand, or the right one where `bit` is 1, which only the step
 * of a path may say; its other operand is the sibling, and any octet.
 */
export const HASH_TABLE: MachineTable = {
  slots: [
    { name: "bit", memory: "word", access: "reads" },
    { name: "own", memory: "octet", access: "reads" },
    { name: "right", memory: "octet", access: "either" },
    { name: "output", memory: "octet", access: "either" },
  ],
  numbers: ["tag"],
  constrain(b, { numbers: [tag = b.constant(0)], reads: [climbs = b.constant(0)] }) {
    const columns = b.declare(FIELDS);
    const { bit, left, right, output } = columns;
    assertBoolean(b, { bit });
    b.assertZero("a compression does not swap", "everyRow", bit, b.sub(b.constant(1), climbs));
    const tagged = left.map((lane, i) => (i === 0 ? b.add(lane, tag) : lane));
    const permuted = constrainCubicPermutation(b, [...tagged, ...right], columns);
    output.forEach((lane, i) => b.assertEqual(`output[${i}]`, "everyRow", lane, b.add(element(permuted, i), element(left, i))));
    const own = left.map((lane, i) => b.add(lane, b.mul(bit, b.sub(element(right, i), lane))));
    const zero = b.constant(0);
    return [[bit, zero, zero, zero, zero], own, right, output];
  },
  cells([[bit = 0] = [], own = ZERO, right = ZERO], { numbers: [tag = 0], sibling = right, permutation } = NOTHING) {
    const [first, second] = bit === 0 ? [own, sibling] : [sibling, own];
    const { interior, output } = permutation ?? compressTraced(tag, first, second);
    return [bit, ...first, ...second, ...interior, ...output];
  },
};

const NOTHING = { numbers: [], sibling: undefined, permutation: undefined };

/** Poseidon's compression, as the table's rows have it. */
export function compressTraced(tag: number, left: readonly number[], right: readonly number[]): TracedCompression {
  const state = Float64Array.from([...left.map((lane, i) => (i === 0 ? add(lane, tag) : lane)), ...right]);
  const interior = permuteByRounds(state);
  return { interior, output: left.map((lane, i) => add(lane, state[i] ?? 0)) };
}
