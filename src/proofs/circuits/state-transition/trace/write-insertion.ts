import { inv, neg, P } from "../../../field/koala-bear.ts";
import { keyBlock } from "../../../../ground/protocol/diff-list.ts";
import { DomainTag } from "../../../../ground/protocol/domain-tags.ts";
import type { InsertionWitness } from "../../../../ground/protocol/state-transition-witness.ts";
import { toLimbs } from "../../../../ground/protocol/word.ts";
import { DIGEST } from "../../shapes/digest.ts";
import type { RowTypeName } from "../layout/row-types.ts";
import type { ReportInconsistency } from "./trace-error.ts";
import { type Elements, type WrittenCells, type TraceWriter, ZERO_DIGEST } from "./trace-writer.ts";
import { type Lanes, writeLevel, writePath } from "./write-path.ts";

/** Writes the rows of one insertion; the row after them is of type `returnType`. */
export function writeInsertion(
  writer: TraceWriter,
  witness: InsertionWitness,
  returnType: RowTypeName,
  report: ReportInconsistency,
): void {
  const { entry, low, key } = witness;
  if (entry.value === 0n) report("ValueZero", `the inserted leaf ${witness.index} has value 0`);
  if (witness.index !== writer.leafCount) {
    report("LeafCountMismatch", `the inserted leaf has index ${witness.index}, the tree holds ${writer.leafCount} leaves`);
  }
  const isLast = low.nextKey.every((x) => x === 0);
  const [above, below] = [chooseLane(low.key, key), chooseLane(key, isLast ? undefined : low.nextKey)];
  if (above.x >= above.y || below.x >= below.y) {
    report(
      "KeyNotInInterval",
      `the key of inserted leaf ${witness.index} is not between its low leaf ${low.index} and its successor`,
    );
  }
  writeComparison(writer, ["lowDigits", "lowGap"], above, []);
  writeComparison(writer, ["highDigits", "highGap"], below, [above.x, above.y]);
  const pair = writeKey(writer, witness, above, below, report);

  const lowValue = hashWord(writer, low.value);
  const split = writeLevel(
    writer,
    ["lowPairOld", "lowPairNew"],
    DomainTag.pair + low.leafKind,
    { old: low.nextKey, new: key },
    {
      sibling: low.key,
      bit: 1,
      remaining: low.leafKind,
      memory: pair,
    },
  );
  const lowLeaf = writeLevel(writer, ["lowLeafOld", "lowLeafNew"], DomainTag.leaf, split, {
    sibling: lowValue,
    bit: 0,
    memory: pair,
  });
  writeCheckedPath(writer, lowLeaf, low.siblings, low.index, { returnType: "insertedValue", memory: pair }, report);

  const limbs = toLimbs(entry.value, 2 * DIGEST);
  const limbSum = limbs.reduce((sum, limb) => sum + limb, 0);
  const value = writer.row("insertedValue", DomainTag.value, {
    left: limbs.slice(0, DIGEST),
    right: limbs.slice(DIGEST),
    other: [limbSum === 0 ? 0 : inv(limbSum), 0, 0, 0, 0, 0, 0, 0],
    memory: pair,
  });
  writer.row("absorbInserted", DomainTag.diff, { left: writer.digest, right: value, memory: pair });
  const leaf = writer.row("insertedLeaf", DomainTag.leaf, { left: pair, right: value });
  writeCheckedPath(writer, { old: ZERO_DIGEST, new: leaf }, witness.siblings, witness.index, { returnType }, report);
}

/** Derives, absorbs and places the key; returns the new leaf's pair digest. */
function writeKey(
  writer: TraceWriter,
  { entry, key, low, index }: InsertionWitness,
  above: ChosenLane,
  below: ChosenLane,
  report: ReportInconsistency,
): Elements {
  const block = keyBlock(entry.leafKind, entry.address, entry.slot);
  const compared = { memory: [above.x, above.y, below.x, below.y, 0, 0, 0, 0] };
  const carried = { ...compared, other: [0, 0, 0, 0, 0, 0, 0, entry.leafKind] };
  const start = writer.row("keyStart", DomainTag.key, { ...compared, left: block.slice(0, 8), right: block.slice(8, 16) });
  const middle = writer.row("keyMiddle", DomainTag.key, { ...carried, left: start, right: block.slice(16, 24) });
  const derived = writer.row("keyEnd", DomainTag.key, { ...carried, left: middle, right: block.slice(24) });
  if (key.some((x, i) => x !== derived[i])) {
    report("KeyMismatch", `the key of inserted leaf ${index} is not the hash of its kind, address and slot`);
  }
  writer.row("absorbKey", DomainTag.diff, { ...carried, left: writer.digest, right: key });
  writer.row("lowKeys", 0, {
    ...compared,
    left: low.key,
    right: key,
    other: [...laneBits(above.lane), 0, 0, 0, 0, entry.leafKind],
  });
  return writer.row("highKeys", DomainTag.pair + entry.leafKind, {
    left: key,
    right: low.nextKey,
    other: [...laneBits(below.lane), below.x, below.y, below.offset, 0, entry.leafKind],
    memory: low.key,
  });
}

/** The lane in which two keys are compared, with the elements that the digit rows show. */
interface ChosenLane {
  readonly lane: number;
  readonly x: number;
  readonly y: number;
  /** Without a successor, both elements are moved so that the smaller becomes 0; otherwise 0. */
  readonly offset: number;
}

function chooseLane(smaller: Elements, greater: Elements | undefined): ChosenLane {
  const lanes = Array.from(smaller);
  const differing = lanes.findIndex((x, i) => x !== (greater?.[i] ?? 0));
  const lane = differing < 0 ? 0 : differing;
  const x = lanes[lane] ?? 0;
  if (greater !== undefined) return { lane, x, y: greater[lane] ?? 0, offset: 0 };
  return { lane, x: 0, y: neg(x), offset: neg(x) };
}

function laneBits(lane: number): number[] {
  return [lane & 1, (lane >> 1) & 1, lane >> 2];
}

function writeComparison(
  writer: TraceWriter,
  [first, second]: readonly [RowTypeName, RowTypeName],
  { x, y }: ChosenLane,
  prefix: readonly number[],
): void {
  const { digits, gap } = comparisonCells(x, y);
  writer.row(first, 0, { ...digits, memory: [...prefix, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, 8) });
  writer.row(second, 0, { ...gap, memory: [...prefix, x, y, 0, 0, 0, 0, 0, 0].slice(0, 8) });
}

/**
 * The cells of the two rows that show x < y < p. Domain: integers below 2^31; y may exceed p. With x ≥ y the digits are those
 * of the gap mod 2^33, and no trace is valid.
 */
export function comparisonCells(x: number, y: number): { readonly digits: WrittenCells; readonly gap: WrittenCells } {
  const window = 2 ** 24;
  const [xLow, yLow, xHigh, yHigh] = [x % window, y % window, Math.floor(x / window), Math.floor(y / window)];
  const carry = yLow > xLow ? 0 : 1;
  const gapLow = yLow - xLow - 1 + carry * window;
  const gapHigh = (yHigh - xHigh - carry + 512) % 512;
  const top = (P - 1) / window;
  const [low, high, bit] = octal(yHigh, 3);
  return {
    digits: { left: octal(xLow, 8), right: octal(yLow, 8) },
    gap: {
      left: octal(gapLow, 8),
      right: [...octal(gapHigh, 3), ...octal(xHigh, 3), low ?? 0, high ?? 0],
      other: [bit ?? 0, carry, yHigh === top ? 0 : inv(top - yHigh), 0, 0, 0, 0, 0],
    },
  };
}

/** Base-8 digits, least significant first. */
function octal(x: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(x / 8 ** i) % 8);
}

function hashWord(writer: TraceWriter, word: bigint): Elements {
  const limbs = toLimbs(word, 2 * DIGEST);
  return writer.compress(DomainTag.value, limbs.slice(0, DIGEST), limbs.slice(DIGEST));
}

function writeCheckedPath(
  writer: TraceWriter,
  lanes: Lanes,
  siblings: readonly Elements[],
  index: number,
  options: Parameters<typeof writePath>[4],
  report: ReportInconsistency,
): void {
  const { root } = writer;
  const end = writePath(writer, lanes, siblings, index, options);
  if (Array.from(end.old).some((x, i) => x !== root[i])) {
    report("PathMismatch", `leaf ${index} and its siblings do not lead to the root left by the entries before it`);
  }
}
