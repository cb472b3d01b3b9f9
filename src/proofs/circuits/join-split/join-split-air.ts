import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { constrainCubicPermutation, CUBIC_FIELDS } from "../poseidon/cubic-permutation.ts";
import { DIGEST } from "../shapes/digest.ts";
import { element } from "../words/expressions.ts";
import { LIMB_BITS, VALUE_LIMBS } from "./note.ts";
import { type Role, ROLES } from "./rows.ts";
import { PUBLIC, PUBLIC_COUNT } from "./statement.ts";

/** Columns of random elements: as many as the extension has coordinates. */
export const MASKS = 5;
/** Bits of a carry, which is a number from −4 to 3. */
export const CARRY_BITS = 3;
export const CARRY_OFFSET = 4;

/** Main columns. Those before `output` are also read at the next row. */
export const JOIN_SPLIT_FIELDS = {
  left: DIGEST,
  right: DIGEST,
  /** Nullifier key of both spent notes. */
  key: DIGEST,
  /** Commitment of the note. */
  commitment: DIGEST,
  /** Sum of values so far, spent ones less created ones, limb by limb. */
  total: VALUE_LIMBS,
  /** Bits of the leaf's index that are left. */
  index: 1,
  /** Sum of the value's limbs: 0 for the value 0 only. */
  weight: 1,
  /** Bit of the index: 1 if the node is a right child. */
  bit: 1,
  output: DIGEST,
  /** Cells of the permutation; bits on rows that do not compress. */
  ...CUBIC_FIELDS,
  mask: MASKS,
} as const;

type Columns = FieldValues<typeof JOIN_SPLIT_FIELDS, Expression>;
type Roles = Readonly<Record<Role, Expression>>;

/** The table of a join-split: one compression a row, roles fixed (`rows.ts`). */
export function joinSplitAir(): Air {
  const b = new AirBuilder("joinSplit", PUBLIC_COUNT);
  const columns = b.declare(JOIN_SPLIT_FIELDS);
  const roles = Object.fromEntries(ROLES.map((role) => [role, b.preprocessedColumn(role)])) as Roles;
  const [tag, sign] = [b.preprocessedColumn("tag"), b.preprocessedColumn("sign")];
  compress(b, columns, roles.hash, tag);
  openNotes(b, columns, roles);
  climb(b, columns, roles);
  countValues(b, columns, roles, sign);
  return b.build();
}

/** Asserts a digest on the rows of a role. */
function equalDigests(
  b: AirBuilder,
  name: string,
  scope: "everyRow" | "transition",
  digests: readonly [readonly Expression[], readonly Expression[]],
  role: Expression,
): void {
  const [actual, expected] = digests;
  actual.forEach((lane, i) => b.assertEqual(`${name}[${i}]`, scope, lane, element(expected, i), role));
}

function publicDigest(b: AirBuilder, first: number): Expression[] {
  return Array.from({ length: DIGEST }, (_, i) => b.public(first + i));
}

function compress(b: AirBuilder, { left, right, output, ...columns }: Columns, hash: Expression, tag: Expression): void {
  const tagged = left.map((lane, i) => (i === 0 ? b.add(lane, tag) : lane));
  const permuted = constrainCubicPermutation(b, [...tagged, ...right], columns, hash);
  const expected = left.map((lane, i) => b.add(element(permuted, i), lane));
  equalDigests(b, "output", "everyRow", [output, expected], hash);
}

/** From key and value to commitment and nullifier: each row's output is a half of the next row. */
function openNotes(b: AirBuilder, columns: Columns, roles: Roles): void {
  const { left, right, output, key, commitment, index } = columns;
  const nextLeft = left.map((lane) => b.next(lane));
  const nextRight = right.map((lane) => b.next(lane));
  const zero = new Array<Expression>(DIGEST).fill(b.constant(0));
  const same = (name: string, cells: readonly Expression[], role: Expression): void =>
    cells.forEach((cell, i) => b.assertEqual(`${name} stays[${i}]`, "transition", b.next(cell), cell, role));
  same("key", key, roles.link);
  same("commitment", commitment, roles.note);
  equalDigests(b, "owner of key", "everyRow", [left, key], roles.owner);
  equalDigests(b, "owner of zero", "everyRow", [right, zero], roles.owner);
  equalDigests(b, "owner to range", "transition", [nextRight, output], roles.owner);
  equalDigests(b, "owner past range", "transition", [nextRight, right], roles.range);
  equalDigests(
    b,
    "value past range",
    "transition",
    [nextLeft, [...left.slice(0, VALUE_LIMBS), ...zero.slice(VALUE_LIMBS)]],
    roles.range,
  );
  equalDigests(b, "chained", "transition", [nextLeft, output], roles.chain);
  equalDigests(b, "commitment", "everyRow", [left, commitment], roles.position);
  equalDigests(b, "position", "everyRow", [right, [index, ...zero.slice(1)]], roles.position);
  equalDigests(b, "nullifier of position", "transition", [nextRight, output], roles.position);
  same("index at position", [index], roles.position);
  for (const [i, role] of [roles.nullifier0, roles.nullifier1].entries()) {
    equalDigests(b, `nullifier ${i} of key`, "everyRow", [left, key], role);
    equalDigests(b, `nullifier ${i}`, "everyRow", [output, publicDigest(b, element(PUBLIC.nullifiers, i))], role);
    same(`index at nullifier ${i}`, [index], role);
  }
  for (const [i, role] of [roles.output0, roles.output1].entries())
    equalDigests(b, `output ${i}`, "everyRow", [output, publicDigest(b, element(PUBLIC.commitments, i))], role);
}

/** The path from a commitment to the root, whose turns are the bits of the index. A note of value 0 needs none. */
function climb(b: AirBuilder, columns: Columns, roles: Roles): void {
  const { left, right, output, commitment, bit, index, weight } = columns;
  const child = (l: Expression, r: Expression, turn: Expression): Expression => b.add(l, b.mul(turn, b.sub(r, l)));
  const nextChild = left.map((lane, i) => child(b.next(lane), b.next(element(right, i)), b.next(bit)));
  for (const [i, role] of [roles.nullifier0, roles.nullifier1].entries())
    equalDigests(b, `path ${i} begins`, "transition", [nextChild, commitment], role);
  equalDigests(b, "path continues", "transition", [nextChild, output], roles.pathStep);
  for (const [name, role] of [
    ["step", roles.pathStep],
    ["end", roles.pathEnd],
  ] as const)
    b.assertZero(`bit at ${name} is boolean`, "everyRow", b.mul(bit, b.sub(bit, b.constant(1))), role);
  b.assertEqual("index loses a bit", "transition", index, b.add(bit, b.scale(b.next(index), 2)), roles.pathStep);
  b.assertEqual("index ends", "everyRow", index, bit, roles.pathEnd);
  b.assertEqual("weight stays", "transition", b.next(weight), weight, roles.note);
  const root = publicDigest(b, PUBLIC.root);
  output.forEach((lane, i) =>
    b.assertZero(`root[${i}]`, "everyRow", b.mul(weight, b.sub(lane, element(root, i))), roles.pathEnd),
  );
}

/** Values are four limbs of 16 bits, and spent values equal created ones, as integers. */
function countValues(b: AirBuilder, columns: Columns, { range, link, balance }: Roles, sign: Expression): void {
  const { left, total, weight } = columns;
  const bits = [...columns.initial, ...columns.sboxInputs];
  const number = (cells: readonly Expression[]): Expression =>
    b.linear(
      cells,
      cells.map((_, i) => 2 ** i),
    );
  const boolean = (name: string, cell: Expression, role: Expression): void =>
    b.assertZero(`${name} is boolean`, "everyRow", b.mul(cell, b.sub(cell, b.constant(1))), role);
  const limbs = left.slice(0, VALUE_LIMBS);
  bits.slice(0, VALUE_LIMBS * LIMB_BITS).forEach((bit, i) => boolean(`bit ${i} of a value`, bit, range));
  limbs.forEach((limb, i) => {
    const own = number(bits.slice(LIMB_BITS * i, LIMB_BITS * (i + 1)));
    b.assertEqual(`limb ${i}`, "everyRow", limb, own, range);
  });
  b.assertEqual("weight", "everyRow", weight, b.add(...limbs), range);
  total.forEach((sum, i) => {
    b.assertZero(`total begins[${i}]`, "firstRow", sum);
    b.assertEqual(`total grows[${i}]`, "transition", b.next(sum), b.add(sum, b.mul(sign, element(limbs, i))), link);
  });
  let carry = b.constant(0);
  total.forEach((sum, i) => {
    const cells = bits.slice(CARRY_BITS * i, CARRY_BITS * (i + 1));
    const isLast = i === VALUE_LIMBS - 1;
    if (!isLast) cells.forEach((cell, k) => boolean(`bit ${k} of carry ${i}`, cell, balance));
    const next = isLast ? b.constant(0) : b.sub(number(cells), b.constant(CARRY_OFFSET));
    const all = b.add(b.sub(b.add(sum, b.public(PUBLIC.valueIn + i)), b.public(PUBLIC.valueOut + i)), carry);
    b.assertEqual(`balance of limb ${i}`, "everyRow", all, b.scale(next, 2 ** LIMB_BITS), balance);
    carry = next;
  });
}
