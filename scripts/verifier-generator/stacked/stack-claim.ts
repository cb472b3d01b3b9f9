import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import type { StackRange } from "../../../src/proofs/stark/systems/stack-shape.ts";
import type { TreePhase } from "../../../src/proofs/stark/systems/tree-phases.ts";
import { slotAccess } from "../core-head.ts";
import { fail } from "../errors.ts";
import { hex } from "../lanes.ts";
import { inlineMul, inlineNormalize, LITERAL } from "../yul-extension.ts";
import { weighedNextValues, weighedValues, weighJoined, weighPlaces } from "./joined-claim.ts";
import { joinedRanges, lowestBit, type StackLayout } from "./stack-layout.ts";
import { minus, ONE } from "./yul-claim.ts";

/** Address and length of the input of the claim's contract, equal in its memory and in the verifier's. */
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
  ${foldColumns(layout)}
  ${weighPlaces(layout)}
  ${store("sum", `extNormalize(add(mload(${hex(memory.stackValues)}), ${weighedValues(layout)}))`)}
  ${store("nextSum", weighedNextValues(layout))}
  // values are sent in Montgomery form; from here on claims are plain
  ${store("claim", `extScale(extNormalize(add(${load("sum")}, extMul(mload(${hex(memory.nextChallenge)}), ${load("nextSum")}))), 1)`)}
  ${store("claim", `followRounds(${load("claim")}, ${logPlaces}, ${hex(memory.messages)}, ${hex(memory.challenges)})`)}
  ${weighStack(layout)}
  ${evaluateFinal(layout)}
  mstore(0, sub(extCanonical(${load("claim")}), extCanonical(extMul(${load("weight")}, mload(${hex(memory.finals)})))))
  return(0, 32)`;
}

/**
 * Sum of every value of a separately opened column, times its place's challenges: bit by bit, neighbouring
 * places become one. The values of a phase are folded from its lowest height on; those of taller columns,
 * which stand before them, join at their height. All phases' stack columns stand side by side at the end.
 */
function foldColumns(layout: StackLayout): string {
  const { memory, stack } = layout;
  const { logStack, logWidth } = stack;
  const phases = stack.phases.filter(({ phase }) => stack.ranges.some((range) => range.phase === phase && range.joined === 1));
  const lines = phases.flatMap(({ phase, first, width }) => [
    ...foldPhase(layout, phase),
    `mcopy(${hex(memory.stackValues + 32 * first)}, ${hex(memory.folded)}, ${32 * width})`,
  ]);
  const width = phases.reduce((sum, phase) => sum + phase.width, 0);
  if (phases.some(({ first }) => first >= width)) throw new Error("columns of coordinates must be after all others");
  const folds = Array.from({ length: Math.ceil(logWidth / 2) }, (_, i) => {
    const challenge = hex(memory.placeChallenges + 32 * (logStack + 2 * i));
    return foldBits(hex(memory.stackValues), Math.ceil(width / 2 ** (2 * i)), challenge, 2 * i + 1 === logWidth ? 1 : 2);
  });
  return [...lines, ...folds].join("\n  ");
}

/** Folds the values of one phase to one for each stack column. */
function foldPhase(layout: StackLayout, phase: TreePhase): string[] {
  const { memory, stack } = layout;
  const ranges = stack.ranges.filter((range) => range.phase === phase);
  let [start, count] = [0, 0];
  const lines: string[] = [];
  for (let bit = Math.min(...ranges.map(({ logRows }) => logRows)); bit <= stack.logStack;) {
    const range = ranges.find(({ logRows }) => logRows === bit);
    if (range !== undefined) {
      lines.push(...joinRange(layout, range, count));
      [start, count] = [range.first, range.count + count];
    }
    // A column as long as a stack column is one.
    if (bit === stack.logStack) break;
    const isJoined = ranges.some(({ logRows }) => logRows === bit + 1);
    const bits = isJoined || bit + 1 === stack.logStack ? 1 : 2;
    // Taller columns come first, so the first place is a multiple of their length.
    if (start % 2 ** bits !== 0) throw new Error(`the ${phase} columns of 2^${bit} coefficients begin at place ${start}`);
    lines.push(foldBits(hex(memory.folded), count, hex(memory.placeChallenges + 32 * bit), bits));
    [start, count] = [start / 2 ** bits, Math.ceil(count / 2 ** bits)];
    bit += bits;
  }
  return lines;
}

/** Joins `count` values at neighboring places by the challenges of one bit or two. */
function foldBits(values: string, count: number, challenges: string, bits: 1 | 2): string {
  return `foldPlaces${bits === 2 ? "Twice" : ""}(${values}, ${count}, ${challenges})`;
}

/** Puts a range's columns, table by table, in front of what its phase's shorter ones have been folded to. */
function joinRange({ memory, shape }: StackLayout, range: StackRange, folded: number): string[] {
  let at = memory.folded;
  const blocks = shape.blocks.filter(({ phase, logRows }) => phase === range.phase && logRows === range.logRows);
  const copies = blocks.map(({ firstValue, width }) => {
    const line = `mcopy(${hex(at)}, ${hex(memory.values + 32 * firstValue)}, ${32 * width})`;
    at += 32 * width;
    return line;
  });
  // The shorter ones first: they lie where these go.
  const move = `mcopy(${hex(memory.folded + 32 * range.count)}, ${hex(memory.folded)}, ${32 * folded})`;
  return [...(folded > 0 ? [move] : []), ...copies];
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
  ${store("weight", "0")}
  ${heights.map((logRows) => weighHeight(layout, logRows)).join("\n  ")}
  ${store("weight", `extNormalize(add(${load("weight")}, ${weighedValues(layout)}))`)}`;
}

/**
 * Adds up the weights of the ranges of one height, except for columns of extension values: in their places
 * are the weights themselves.
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
    .map((columns) => store("weight", `extNormalize(add(${load("weight")}, extMul(row, ${columns})))`));
  return `{
    beginWeights(${logRows})
    let row := rowWeight(${hex(memory.points + power)}, ${logRows})
    ${sums.join("\n    ")}
    ${joined.length === 0 ? "" : `let both := extNormalize(add(row, extMul(mload(${hex(memory.nextChallenge)}), rowWeight(${hex(memory.nextPoints + power)}, ${logRows}))))`}
    ${joined.map((range) => weighJoined(layout, range)).join("\n    ")}
  }`;
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
