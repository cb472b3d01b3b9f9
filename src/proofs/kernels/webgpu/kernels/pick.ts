import type { CardKernel } from "../card/kernel.ts";

/** result[dest + i] = source[column + positions[i]]: a column's values at opened positions. */
export const pick: CardKernel = {
  name: "pick",
  params: [],
  item: ["column", "dest"],
  read: ["source", "positions"],
  write: ["result"],
  body: /* wgsl */ `result[dest + i] = source[column + positions[i]];`,
};
