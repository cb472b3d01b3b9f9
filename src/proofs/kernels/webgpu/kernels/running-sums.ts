import type { CardKernel } from "../card/kernel.ts";

/** Rows that one invocation adds. */
export const SUM_CHUNK = 256;

/** sums[dest + i] := the sum of chunk i of a column of `rows` rows. Canonical. */
export const chunkSums: CardKernel = {
  name: "chunk-sums",
  params: ["rows"],
  item: ["column", "dest"],
  read: ["data"],
  write: ["sums"],
  body: /* wgsl */ `
  var sum = 0u;
  let end = min(p.rows, (i + 1u) * ${SUM_CHUNK}u);
  for (var row = i * ${SUM_CHUNK}u; row < end; row++) { sum = add(sum, data[column + row]); }
  sums[dest + i] = sum;`,
};

/** Replaces the `chunks` sums at `dest` by those before each of them; the whole sum follows. One invocation an item. */
export const scanChunks: CardKernel = {
  name: "scan-chunks",
  params: ["chunks"],
  item: ["column", "dest"],
  read: [],
  write: ["sums"],
  body: /* wgsl */ `
  var sum = 0u;
  for (var chunk = 0u; chunk < p.chunks; chunk++) {
    let own = sums[dest + chunk];
    sums[dest + chunk] = sum;
    sum = add(sum, own);
  }
  sums[dest + p.chunks] = sum;`,
};

/**
 * Row r of a column becomes what is before it less r times the whole over rows (`inverseRows`, Montgomery form); chunk i of
 * it.
 */
export const runningSums: CardKernel = {
  name: "running-sums",
  params: ["rows", "chunks", "inverseRows"],
  item: ["column", "dest"],
  read: ["sums"],
  write: ["data"],
  body: /* wgsl */ `
  let share = product(sums[dest + p.chunks], p.inverseRows);
  let first = i * ${SUM_CHUNK}u;
  let end = min(p.rows, first + ${SUM_CHUNK}u);
  var sum = sums[dest + i];
  var due = product(product(share, R_SQUARED), first);
  for (var row = first; row < end; row++) {
    let own = data[column + row];
    data[column + row] = sub(sum, due);
    sum = add(sum, own);
    due = add(due, share);
  }`,
};
