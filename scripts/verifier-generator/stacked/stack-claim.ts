import { LOG_PARTS } from "../../../src/kernels/stack-layout.ts";
import type { StackRange } from "../../../src/stark/systems/stack-shape.ts";
import { TREE_PHASES, type TreePhase } from "../../../src/stark/systems/tree-phases.ts";
import { slotAccess } from "../core-head.ts";
import { fail } from "../errors.ts";
import { hex } from "../lanes.ts";
import { inlineMul, inlineNormalize, LITERAL } from "../yul-extension.ts";
import { columnWindow, joinedRanges, lowestBit, type StackLayout } from "./stack-layout.ts";
import { minus, ONE } from "./yul-claim.ts";

/** Where what the claim's contract is given lies, in its memory as in the verifier's, and how long it is. */
function claimInput({ memory, parameters }: StackLayout): { readonly at: number; readonly length: number } {
  const at = memory.nextChallenge;
  return { at, length: memory.finals + 32 * 2 ** parameters.logFinalMax - at };
}

/** Calls the contract that checks the claim. */
export function callClaim(layout: StackLayout, address: number): string {
  const { at, length } = claimInput(layout);
  return `
  if iszero(staticcall(gas(), mload(${hex(address)}), ${hex(at)}, ${length}, 0, 32)) { revert(0, 0) }
  if or(sub(returndatasize(), 32), mload(0)) { ${fail("claimMismatch")} }`;
}

/**
 * Opened values as one claim, the rounds' claims down to the last, and the final polynomial's value times the stack's weight: returns
 * a word that is 0 where they are the same.
 */
export function claimBody(layout: StackLayout): string {
  const { memory, logPlaces } = layout;
  const { load, store } = slotAccess(layout);
  const input = claimInput(layout);
  return `
  if sub(calldatasize(), ${input.length}) { revert(0, 0) }
  calldatacopy(${hex(input.at)}, 0, ${input.length})
  ${foldColumns(layout, folded(layout).values, memory.slots.sum)}
  ${foldColumns(layout, folded(layout).nextValues, memory.slots.nextSum)}
  // values are sent in Montgomery form; from here on claims are plain
  ${store("claim", `extScale(extNormalize(add(${load("sum")}, extMul(mload(${hex(memory.nextChallenge)}), ${load("nextSum")}))), 1)`)}
  ${store("claim", `followRounds(${load("claim")}, ${logPlaces}, ${hex(memory.messages)}, ${hex(memory.challenges)})`)}
  ${weighStack(layout)}
  ${evaluateFinal(layout)}
  mstore(0, sub(extCanonical(${load("claim")}), extCanonical(extMul(${load("weight")}, mload(${hex(memory.finals)})))))
  return(0, 32)`;
}

/** Columns of a range whose values follow each other among those that are opened, in the order of their places. */
interface ColumnRun {
  /** Index of the first value, and of the first one at the next row. */
  readonly at: number;
  readonly nextAt: number | undefined;
  /** How many columns, and how many of them have one value. */
  readonly count: number;
  readonly joined: number;
}

/** A range's columns: first those opened at the next row, table by table, then the others. */
function runsOf({ shape }: StackLayout, range: { readonly phase: TreePhase; readonly logRows: number }): ColumnRun[] {
  const blocks = shape.blocks.filter(({ phase, logRows }) => phase === range.phase && logRows === range.logRows);
  const runs = [
    ...blocks.map(({ firstValue, firstNext, nextWidth, joined }): ColumnRun => {
      return { at: firstValue, nextAt: firstNext, count: nextWidth, joined };
    }),
    ...blocks.map(({ firstValue, nextWidth, width, joined }): ColumnRun => {
      return { at: firstValue + nextWidth / joined, nextAt: undefined, count: width - nextWidth, joined };
    }),
  ];
  return runs.filter(({ count }) => count > 0);
}

/** What is folded by places: the phases that it has some of, and where a run's first one is; undefined for runs without. */
interface Folded {
  readonly phases: readonly TreePhase[];
  readonly from: (run: ColumnRun) => number | undefined;
}

/** Opened values; those at the next row; or what the columns of extension values are weighed with, which takes the values' place. */
function folded({ memory }: StackLayout): Readonly<Record<"values" | "nextValues" | "weights", Folded>> {
  const from = ({ at }: ColumnRun): number => memory.values + 32 * at;
  return {
    values: { phases: TREE_PHASES, from },
    nextValues: {
      phases: ["lookup"],
      from: ({ nextAt }) => (nextAt === undefined ? undefined : memory.nextValues + 32 * nextAt),
    },
    weights: { phases: ["lookup", "quotient"], from },
  };
}

/**
 * Every value times its place's challenges, summed up: bit by bit, neighbouring places become one. The values of a phase are folded
 * from its lowest height on; those of taller columns, which stand before them, join at their height. All phases' stack columns stand
 * side by side at the end. The value of joined coordinates stands at the first one's place; at the others, and where a run has no
 * values, is nothing.
 */
function foldColumns(layout: StackLayout, { phases: names, from }: Folded, to: number): string {
  const { memory, stack } = layout;
  const { logStack, logWidth } = stack;
  const challenge = (bit: number): string => hex(memory.placeChallenges + 32 * bit);
  const phases = stack.phases.filter(({ phase }) => names.includes(phase));
  const lines = phases.flatMap(({ phase, first, width }) => {
    const ranges = stack.ranges.filter((range) => range.phase === phase);
    const lowest = Math.min(...ranges.map(({ logRows }) => logRows));
    let [start, count] = [0, 0];
    const own: string[] = [];
    for (let bit = lowest; bit <= logStack;) {
      const range = ranges.find(({ logRows }) => logRows === bit);
      if (range !== undefined) {
        own.push(...joinRange(layout, range, count, from));
        [start, count] = [range.first, range.count + count];
      }
      // A column as long as a stack column is one.
      if (bit === logStack) break;
      const isJoined = ranges.some(({ logRows }) => logRows === bit + 1);
      const bits = isJoined || bit + 1 === logStack ? 1 : 2;
      // Taller columns stand in front, so the first place is a multiple of their length.
      if (start % 2 ** bits !== 0) throw new Error(`the ${phase} columns of 2^${bit} coefficients begin at place ${start}`);
      own.push(foldBits(hex(memory.folded), count, challenge(bit), bits));
      [start, count] = [start / 2 ** bits, Math.ceil(count / 2 ** bits)];
      bit += bits;
    }
    own.push(`mcopy(${hex(memory.stackValues + 32 * first)}, ${hex(memory.folded)}, ${32 * width})`);
    return own;
  });
  const folds = Array.from({ length: Math.ceil(logWidth / 2) }, (_, i) => {
    const count = Math.ceil(stack.width / 2 ** (2 * i));
    return foldBits(hex(memory.stackValues), count, challenge(logStack + 2 * i), 2 * i + 1 === logWidth ? 1 : 2);
  });
  const clear = `calldatacopy(${hex(memory.stackValues)}, calldatasize(), ${32 * stack.width})`;
  return [
    ...(phases.length < stack.phases.length ? [clear] : []),
    ...lines,
    ...folds,
    `mstore(${hex(to)}, mload(${hex(memory.stackValues)}))`,
  ].join("\n  ");
}

/** Joins so many values at neighbouring places by the challenges of one bit or two. */
function foldBits(values: string, count: number, challenges: string, bits: 1 | 2): string {
  return `foldPlaces${bits === 2 ? "Twice" : ""}(${values}, ${count}, ${challenges})`;
}

/** Puts a range's columns in front of what its phase's shorter ones have been folded to. */
function joinRange(
  layout: StackLayout,
  range: { readonly phase: TreePhase; readonly logRows: number; readonly count: number },
  folded: number,
  from: Folded["from"],
): string[] {
  const { memory } = layout;
  let at = memory.folded;
  const runs = runsOf(layout, range).map((run) => {
    const [first, start, length] = [from(run), at, 32 * run.count];
    at += length;
    if (first === undefined) return `calldatacopy(${hex(start)}, calldatasize(), ${length})`;
    if (run.joined > 1) return `spread(${hex(first)}, ${run.count / run.joined}, ${hex(start)})`;
    return `mcopy(${hex(start)}, ${hex(first)}, ${length})`;
  });
  // The shorter ones first: they lie where these go.
  const move = `mcopy(${hex(memory.folded + 32 * range.count)}, ${hex(memory.folded)}, ${32 * folded})`;
  return [...(folded > 0 ? [move] : []), ...runs];
}

/** The point by bits of a place, and W's multilinear extension there: height by height, range by range. */
function weighStack(layout: StackLayout): string {
  const { memory, stack, logPlaces } = layout;
  const { load, store } = slotAccess(layout);
  const { logStack, logWidth } = stack;
  const copy = (to: number, from: number, count: number): string =>
    `mcopy(${hex(memory.point + 32 * to)}, ${hex(memory.challenges + 32 * from)}, ${32 * count})`;
  const heights = [...new Set(stack.ranges.map(({ logRows }) => logRows))];
  return `
  ${copy(0, 0, LOG_PARTS)}
  ${copy(LOG_PARTS, LOG_PARTS + logWidth, logStack - LOG_PARTS)}
  ${copy(logStack, LOG_PARTS, logWidth)}
  for { let k := ${lowestBit(layout)} } lt(k, ${logPlaces}) { k := add(k, 1) } {
    let r := mload(add(${hex(memory.point)}, shl(5, k)))
    mstore(add(${hex(memory.zeroFactors)}, shl(5, k)), ${minus(ONE, "r")})
    mstore(add(${hex(memory.oneFactors)}, shl(5, k)), extMul(r, mload(add(${hex(memory.placeChallenges)}, shl(5, k)))))
  }
  ${store("sum", "0")}
  ${heights.map((logRows) => weighHeight(layout, logRows)).join("\n  ")}
  ${foldColumns(layout, folded(layout).weights, memory.slots.weight)}
  ${store("weight", `extNormalize(add(${load("weight")}, ${load("sum")}))`)}`;
}

/**
 * Adds up what the ranges of one height weigh, but for columns of extension values: of these, each value's weight takes the value's
 * place, to be folded like it.
 */
function weighHeight(layout: StackLayout, logRows: number): string {
  const { memory, stack, shape } = layout;
  const { load, store } = slotAccess(layout);
  const power = 32 * (shape.tallest - logRows);
  const own = stack.ranges.filter((range) => range.logRows === logRows);
  const joined = joinedRanges(stack).filter((range) => range.logRows === logRows);
  const below = (column: number): string => `weightBelow(${hex(column * 2 ** logRows)})`;
  const sums = own
    .filter((range) => !joined.includes(range))
    .map(({ first, count }) => minus(below(first + count), below(first)))
    .map((columns) => store("sum", `extNormalize(add(${load("sum")}, extMul(row, ${columns})))`));
  return `{
    beginWeights(${logRows})
    let row := rowWeight(${hex(memory.points + power)}, ${logRows})
    ${sums.join("\n    ")}
    ${joined.length === 0 ? "" : `let both := extNormalize(add(row, extMul(mload(${hex(memory.nextChallenge)}), rowWeight(${hex(memory.nextPoints + power)}, ${logRows}))))`}
    ${joined.map((range) => weighJoined(layout, range)).join("\n    ")}
  }`;
}

/** Weights of a range's extension values: `row` times that of the columns' numbers, or `both` if opened at the next row too. */
function weighJoined(layout: StackLayout, range: StackRange): string {
  const { memory } = layout;
  const { bits, number } = columnWindow(range);
  let at = memory.equal + 32 * (range.first - number * 2 ** bits);
  const runs = runsOf(layout, range).map(({ at: value, nextAt, count, joined }) => {
    const start = at;
    at += 32 * count;
    const factor = nextAt === undefined ? "row" : "both";
    return `weighJoined(${hex(start)}, ${count / joined}, ${factor}, ${hex(memory.values + 32 * value)})`;
  });
  return `mstore(${hex(memory.equal)}, equalBits(${number}, ${range.logRows + bits}))
    equality(${hex(memory.point + 32 * range.logRows)}, ${bits}, ${hex(memory.equal)})
    ${runs.join("\n    ")}`;
}

/** The final polynomial's coefficients, folded by the last rounds' challenges in their place. */
function evaluateFinal({ memory, parameters, logPlaces }: StackLayout): string {
  const first = logPlaces - parameters.logFinalMax;
  return `
  let length := ${2 ** parameters.logFinalMax}
  for { let round := ${hex(memory.challenges + 32 * first)} } gt(length, 1) { round := add(round, 32) } {
    let r := mload(round)
    length := shr(1, length)
    for { let i := 0 } lt(i, length) { i := add(i, 1) } {
      let from := add(${hex(memory.finals)}, shl(6, i))
      let low := mload(from)
      let difference := add(mload(add(from, 32)), sub(${LITERAL.p2}, low))
      ${inlineNormalize("difference", "difference")}
      ${inlineMul("difference", "r", "difference")}
      ${inlineNormalize("difference", "add(low, difference)")}
      mstore(add(${hex(memory.finals)}, shl(5, i)), difference)
    }
  }`;
}
