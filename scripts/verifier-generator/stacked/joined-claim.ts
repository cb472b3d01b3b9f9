import { lowestBitOf, type StackRange } from "../../../src/proofs/stark/systems/stack-shape.ts";
import { hex } from "../lanes.ts";
import { columnWindow, joinedBlocks, placesOfValues, type StackLayout } from "./stack-layout.ts";

/*
 * Values of extension columns in the claim (`src/proofs/stark/stacked/claims.ts`). They are the last ones that are opened, and few: τ of
 * each one's place is computed once, for σ and for W.
 */

/** τ of the values' places, in the order of the values, and of places that these are computed from: with a bit less each. */
export function weighPlaces({ memory, stack, shape }: StackLayout): string {
  const places = placesOfValues(stack, shape.blocks);
  const at = new Map(places.map((place, i) => [place, hex(memory.placeWeights + 32 * i)]));
  return places
    .toSorted((a, b) => a - b)
    .map((place) => {
      const lowest = lowestBitOf(place);
      const challenge = `mload(${hex(memory.placeChallenges + 32 * lowest)})`;
      const rest = place - 2 ** lowest;
      return `mstore(${at.get(place)}, ${rest === 0 ? challenge : `extMul(${challenge}, mload(${at.get(rest)}))`})`;
    })
    .join("\n  ");
}

/** Σ τ · value over the values' places. */
export function weighedValues({ memory, shape }: StackLayout): string {
  const blocks = joinedBlocks(shape.blocks);
  const first = blocks[0]?.firstValue ?? 0;
  return `sumOfProducts(${hex(memory.values + 32 * first)}, ${hex(memory.placeWeights)}, ${shape.openedCount - first})`;
}

/** Σ τ · value at the next row. */
export function weighedNextValues({ memory, shape }: StackLayout): string {
  const blocks = joinedBlocks(shape.blocks);
  const first = blocks[0]?.firstValue ?? 0;
  return blocks
    .filter(({ nextWidth }) => nextWidth > 0)
    .reduce((sum, { firstValue, firstNext, nextWidth, joined }) => {
      const weights = memory.placeWeights + 32 * (firstValue - first);
      const own = `sumOfProducts(${hex(memory.nextValues + 32 * firstNext)}, ${hex(weights)}, ${nextWidth / joined})`;
      return sum === "" ? own : `extNormalize(add(${own}, ${sum}))`;
    }, "");
}

/**
 * Weights of a range's values, in their places: Σ_c X^c times the weight of column c's number, times `row`,
 * or times `both` if the value is opened at the next row too.
 */
export function weighJoined({ memory, shape }: StackLayout, range: StackRange): string {
  const { bits, number } = columnWindow(range);
  const blocks = shape.blocks.filter(({ phase, logRows }) => phase === range.phase && logRows === range.logRows);
  let at = memory.equal + 32 * (range.first - number * 2 ** bits);
  const weigh = (value: number, columns: number, joined: number, factor: string): string => {
    const line = `weighJoined(${hex(at)}, ${columns / joined}, ${factor}, ${hex(memory.values + 32 * value)})`;
    at += 32 * columns;
    return line;
  };
  const opened = blocks.filter(({ nextWidth }) => nextWidth > 0);
  const others = blocks.filter(({ width, nextWidth }) => width > nextWidth);
  return [
    `mstore(${hex(memory.equal)}, equalBits(${number}, ${range.logRows + bits}))`,
    `equality(${hex(memory.point + 32 * range.logRows)}, ${bits}, ${hex(memory.equal)})`,
    ...opened.map(({ firstValue, nextWidth, joined }) => weigh(firstValue, nextWidth, joined, "both")),
    ...others.map(({ firstValue, nextWidth, width, joined }) =>
      weigh(firstValue + nextWidth / joined, width - nextWidth, joined, "row"),
    ),
  ].join("\n    ");
}
