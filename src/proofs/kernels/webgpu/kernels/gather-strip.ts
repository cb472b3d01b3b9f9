import type { CardKernel } from "../card/kernel.ts";

/** Which row is the one after a row. */
export const NEXT = { natural: 0, bitReversed: 1 } as const;

/**
 * Rows of columns side by side: dest · lanes + i of the strip is row firstRow + i of a column, or the row after that one in the
 * order of the trace domain, into Montgomery form where `lift` says so.
 * Shape: columns of 2^bits words at `column`; strip [source][lane]. Canonical in.
 */
export const gatherStrip: CardKernel = {
  name: "gather-strip",
  params: ["firstRow", "bits", "lanes", "order"],
  item: ["column", "next", "dest", "lift"],
  read: ["source"],
  write: ["strip"],
  declarations: /* wgsl */ `
fn reversed(x: u32, bits: u32) -> u32 { return select(reverseBits(x) >> (32u - bits), 0u, bits == 0u); }`,
  body: /* wgsl */ `
  var row = p.firstRow + i;
  if (next == 1u) {
    let mask = (1u << p.bits) - 1u;
    if (p.order == ${NEXT.natural}u) { row = (row + 1u) & mask; }
    else { row = reversed((reversed(row, p.bits) + 1u) & mask, p.bits); }
  }
  strip[dest * p.lanes + i] = product(source[column + row], select(R, R_SQUARED, lift == 1u));`,
};
