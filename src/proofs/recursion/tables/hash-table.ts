import { constrainCubicPermutation, CUBIC_FIELDS } from "../../circuits/poseidon/cubic-permutation.ts";
import { assertBoolean, element } from "../../circuits/words/expressions.ts";
import { add } from "../../field/koala-bear.ts";
import { createPermutationTracer } from "../../kernels/wasm/permutation-tracer.ts";
import { OCTET_ELEMENTS } from "../relation.ts";
import { type MachineTable, writeValue } from "./machine-table.ts";

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
  fill(columns, rows) {
    const [bits, operands, rest] = [columns[0], columns.slice(1, 1 + 2 * OCTET_ELEMENTS), columns.slice(1 + 2 * OCTET_ELEMENTS)];
    if (bits === undefined) throw new Error("a row of hashes has columns");
    const tagged = new Uint32Array(bits.length);
    for (let row = 0; row < rows.count; row++) {
      const [bit = 0] = rows.value(row, 0) ?? [];
      const right = rows.value(row, 2) ?? ZERO;
      const [own, sibling] = [rows.value(row, 1) ?? ZERO, rows.sibling(row) ?? right];
      bits[row] = bit;
      const [first, second] = bit === 0 ? [own, sibling] : [sibling, own];
      writeValue(operands, row, first, 0, OCTET_ELEMENTS);
      writeValue(operands, row, second, OCTET_ELEMENTS, OCTET_ELEMENTS);
      tagged[row] = add(first[0] ?? 0, rows.number(row, 0));
    }
    fillCompressions(rows.count, operands, tagged, rest);
  },
};

/**
 * Writes the cells of compressions after their operands: 132 columns of the permutation, eight of the output. `tagged` is
 * the first operand's first column with tags added. Rows from `count` onwards compress zeros, all alike.
 */
function fillCompressions(
  count: number,
  operands: readonly Uint32Array[],
  tagged: Uint32Array,
  columns: readonly Uint32Array[],
): void {
  const [interior, output] = [columns.slice(0, -OCTET_ELEMENTS), columns.slice(-OCTET_ELEMENTS)];
  const traced = Math.min(count + 1, tagged.length);
  const unread = Array.from({ length: OCTET_ELEMENTS }, () => new Uint32Array(traced));
  (tracer ??= createPermutationTracer())(traced, [tagged, ...operands.slice(1)], [...interior, ...output, ...unread]);
  output.forEach((column, i) => {
    const left = operands[i] ?? column;
    for (let row = 0; row < count; row++) column[row] = add(left[row] ?? 0, column[row] ?? 0);
  });
  for (const column of columns) column.fill(column[count] ?? 0, traced);
}

/** Made with the thread's first table of hashes. */
let tracer: ReturnType<typeof createPermutationTracer> | undefined;
