import { friLayerCount, type ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { inProof, rootWord, slotAccess } from "./core-head.ts";
import { type CoreLayout, type CoreMemory, type Slot, type TreeLayout, treeNamed } from "./core-layout.ts";
import { fail } from "./errors.ts";
import { hex, MONTGOMERY, PRIME } from "./lanes.ts";
import { INVERSE_SHIFT, SHIFT } from "./yul-domain.ts";
import { declareConstants, inlineMul, LITERAL, MUL_CONSTANTS, stackMul, toMontgomery } from "./yul-extension.ts";
import { ARITY, EXTENSION_BYTES, FINAL_CHUNK, FINAL_CHUNK_BYTES } from "./yul-fri.ts";
import { digestMask } from "./yul-merkle.ts";
import { groupCount } from "./yul-opening.ts";

/*
 * The second half: grinding, openings, DEEP, FRI. Each query has one word in each of the arrays `positions`, `hashes`,
 * `rowSums`, `prefixSums`, `friValues`; `cursor` walks through the proof's openings.
 */

/** Part of a verifier that the checks of queries use, for every way of opening the columns. */
export interface QueryLayout {
  readonly parameters: ProofParameters;
  readonly digestBytes: number;
  /** Offset of the first layer's root in the proof, and from one root to the next. */
  readonly friRootsOffset: number;
  readonly friRootStride: number;
  /** Trees of columns. */
  readonly trees: { readonly length: number };
  readonly memory: Pick<
    CoreMemory,
    "positions" | "leaves" | "hashes" | "friValues" | "friFolds" | "friLeaf" | "finalTable" | "finalTables"
  > & { readonly slots: Readonly<Record<QuerySlot, number>> };
}

/** Named words that the checks of queries read. */
export type QuerySlot = Extract<Slot, "logRows" | "logDomain" | "layers" | "logFinal" | "cursor" | "state">;

const montgomery = (value: number): string => hex((BigInt(value) * MONTGOMERY) % PRIME);

export function rowSumName(tree: TreeLayout): string {
  return `${tree.name}RowSum`;
}

/** Grinding, harder for tables above a height, then the positions. */
export function drawQueries(layout: QueryLayout): string {
  const { grindingBits, grindingBaseLogRows, queryCount } = layout.parameters;
  const { load } = slotAccess(layout);
  return `
  {
    let bits := ${grindingBits}
    if gt(${load("logRows")}, ${grindingBaseLogRows}) { bits := add(bits, sub(${load("logRows")}, ${grindingBaseLogRows})) }
    if shr(sub(256, bits), ${load("state")}) { ${fail("grindingTooWeak")} }
  }
  drawPositions(${load("state")}, ${hex(layout.memory.positions)}, ${queryCount}, ${load("logDomain")})`;
}

/** Powers of the DEEP challenge, their tables, and the two combined opened values. */
export function prepareDeep(layout: CoreLayout): string {
  const { memory, columnCount, trees } = layout;
  const { load, store } = slotAccess(layout);
  const first = treeNamed(layout, "main").firstColumn;
  const tables = trees.map(
    (tree) => `packCoefficients(${hex(memory.powers + 32 * tree.firstColumn)}, ${hex(tree.table)}, ${groupCount(tree.width)})`,
  );
  // Powers are plain and opened values in Montgomery form, so their products are plain; their sum is reduced at the end.
  if (columnCount > MAX_COLUMNS)
    throw new RangeError(`opened values of up to ${MAX_COLUMNS} columns are combined, not ${columnCount}`);
  const combined = (sum: string): string => `sub(${LITERAL.p1}, extCanonical(extNormalize(${sum})))`;
  return `
  let a := ${load("deep")}
  let power := 1
  let sum := 0
  for { let at := 0 } lt(at, ${32 * columnCount}) { at := add(at, 32) } {
    mstore(add(${hex(memory.powers)}, at), power)
    let value := mload(add(${hex(memory.values)}, at))
    ${inlineMul("value", "power", "value")}
    sum := add(sum, value)
    ${inlineMul("power", "power", "a")}
  }
  ${store("nextWeight", toMontgomery("power"))}
  ${tables.join("\n  ")}
  ${store("negatedAtPoint", combined("sum"))}
  // only leading columns of the ${first === 0 ? "first" : "second"} tree are opened at the next row, so their exponents start at ${first}${first === 0 ? " too" : ""}
  sum := 0
  for { let at := 0 } lt(at, ${32 * layout.nextCount}) { at := add(at, 32) } {
    sum := add(sum, extMul(mload(add(${hex(memory.powers + 32 * first)}, at)), mload(add(${hex(memory.nextValues)}, at))))
  }
  ${store("negatedAtNext", combined("sum"))}`;
}

/** Products (lanes ≤ 1.06·p) whose sum one normalization brings below 2^36, where `extCanonical` takes over. */
const MAX_COLUMNS = 2 ** 10;

/** Opened leaves, as code: the depth of their tree, how many they are and where their indices lie, and where siblings begin. */
export interface OpenedLeaves {
  readonly depth: string;
  readonly count: string;
  readonly indices: string;
  readonly siblings: string;
}

/** Names where the siblings begin; their end is within the proof. */
export function findSiblings(digestBytes: number, { depth, count, indices, siblings }: OpenedLeaves): string {
  return `let siblings := ${siblings}
  {
    let end := add(siblings, mul(${digestBytes}, siblingCount(${depth}, ${count}, ${indices})))
    if gt(end, add(proof.offset, proof.length)) { ${fail("malformedProof")} }
  }`;
}

/** One tree of rows: length, elements, row sums, root. */
export function openTree(layout: CoreLayout, tree: TreeLayout, index: number): string {
  const { memory, parameters, digestBytes } = layout;
  const { load, store } = slotAccess(layout);
  const arrayBytes = 32 * parameters.queryCount;
  const at = (array: number): string => `add(${hex(array)}, q)`;
  const previous = index === 0 ? "sum" : `add(sum, mload(${at(memory.rowSums)}))`;
  const leaves = {
    ...{ depth: load("logDomain"), count: String(parameters.queryCount), indices: hex(memory.positions) },
    ...{ siblings: `add(cursor, ${parameters.queryCount * tree.leafBytes})` },
  };
  return `
  let cursor := ${load("cursor")}
  ${findSiblings(digestBytes, leaves)}
  let faults := 0
  for { let q := 0 } lt(q, ${arrayBytes}) { q := add(q, 32) } {
    let sum, rowFaults := ${rowSumName(tree)}(cursor)
    faults := or(faults, rowFaults)
    mstore(${at(memory.rowSums)}, ${previous})
    ${tree.nextWidth > 0 ? `mstore(${at(memory.prefixSums)}, mload(${hex(memory.prefixSum)}))` : ""}
    calldatacopy(${hex(memory.buffer)}, cursor, ${tree.leafBytes})
    mstore(${at(memory.hashes)}, keccak256(${hex(memory.buffer)}, ${tree.leafBytes}))
    cursor := add(cursor, ${tree.leafBytes})
  }
  if and(faults, ${LITERAL.element}) { ${fail("malformedProof")} } // padding bits; the carries of elements lie higher
  if faults { ${fail("nonCanonicalElement")} }
  let root := 0
  root, cursor := merkleRoot(${load("logDomain")}, ${parameters.queryCount}, ${hex(memory.positions)}, ${hex(memory.hashes)}, siblings)
  if and(xor(root, ${rootWord(tree)}), ${digestMask(digestBytes)}) { ${fail("merkleMismatch", String(index))} }
  ${store("cursor", "cursor")}`;
}

/** (x − z)⁻¹ and (x − g·z)⁻¹ of all queries with one inversion, then the DEEP values. */
export function computeDeep(layout: CoreLayout): string {
  const { memory, parameters } = layout;
  const { load } = slotAccess(layout);
  const { denominators, products, positions, rowSums, prefixSums, friValues } = memory;
  const count = parameters.queryCount;
  const offset = products - denominators;
  const step = (difference: string): string => `{
      let d := extNormalize(${difference})
      mstore(at, d)
      mstore(add(at, ${offset}), run)
      ${stackMul("run", "run", "d")}
      at := add(at, 32)
    }`;
  return `
  ${declareConstants(...MUL_CONSTANTS)}
  {
    let run := ${hex(MONTGOMERY)}
    let at := ${hex(denominators)}
    let minusZ := sub(${LITERAL.p2}, ${load("pointMontgomery")})
    let minusNext := sub(${LITERAL.p2}, ${load("nextPointMontgomery")})
    for { let q := ${hex(positions)} } lt(q, ${hex(positions + 32 * count)}) { q := add(q, 32) } {
      let x := mulmod(rootAt(mload(q)), ${montgomery(SHIFT)}, ${LITERAL.p})
    ${step("add(x, minusZ)")}
    ${step("add(x, minusNext)")}
    }
    run := extInverse(run)
    for { } gt(at, ${hex(denominators)}) { } {
      at := sub(at, 32)
      let d := mload(at)
      let inverse := mload(add(at, ${offset}))
      ${stackMul("inverse", "run", "inverse")}
      mstore(at, inverse)
      ${stackMul("run", "run", "d")}
    }
  }
  for { let q := 0 } lt(q, ${32 * count}) { q := add(q, 32) } {
    let at := add(${hex(denominators)}, shl(1, q))
    let sum := extMul(mload(at), extNormalize(add(mload(add(${hex(rowSums)}, q)), ${load("negatedAtPoint")})))
    let next := extMul(mload(add(at, 32)), add(mload(add(${hex(prefixSums)}, q)), ${load("negatedAtNext")}))
    mstore(add(${hex(friValues)}, q), extCanonical(add(sum, extMul(next, ${load("nextWeight")}))))
  }`;
}

/** All FRI layers: length, elements, derived values, root, fold. `positions` and `friValues` shrink layer by layer. */
export function foldLayers(layout: QueryLayout): string {
  const { memory, parameters, digestBytes, friRootsOffset, friRootStride, trees } = layout;
  const { load, store } = slotAccess(layout);
  if (!hasLayers(parameters)) return `let count := ${parameters.queryCount}\n  ${endOfQueries(layout)}`;
  const { positions, leaves, hashes, friValues, friFolds } = memory;
  const opened = {
    ...{ depth: "logLeaves", count: "leafCount", indices: hex(leaves) },
    ...{ siblings: `add(${load("cursor")}, mul(leafCount, ${(ARITY - 1) * EXTENSION_BYTES}))` },
  };
  return `
  let count := ${parameters.queryCount}
  let logLeaves := ${load("logDomain")}
  let inverseShift := ${INVERSE_SHIFT}
  for { let layer := 0 } lt(layer, ${load("layers")}) { layer := add(layer, 1) } {
    logLeaves := sub(logLeaves, ${parameters.logArity})
    let leafCount := distinctLeaves(count, ${parameters.logArity})
    ${findSiblings(digestBytes, opened)}
    readLayer(count, ${load("cursor")}, layer, mulmod(inverseShift, ${hex(MONTGOMERY)}, ${LITERAL.p}))
    {
      let root, end := merkleRoot(logLeaves, leafCount, ${hex(leaves)}, ${hex(hashes)}, siblings)
      if and(xor(root, calldataload(add(${inProof(friRootsOffset)}, mul(layer, ${friRootStride})))), ${digestMask(digestBytes)}) { ${fail("merkleMismatch", `add(layer, ${trees.length})`)} }
      ${store("cursor", "end")}
    }
    count := leafCount
    mcopy(${hex(positions)}, ${hex(leaves)}, shl(5, count))
    mcopy(${hex(friValues)}, ${hex(friFolds)}, shl(5, count))
    for { let i := 0 } lt(i, ${parameters.logArity}) { i := add(i, 1) } { inverseShift := mulmod(inverseShift, inverseShift, ${LITERAL.p}) }
  }
  ${endOfQueries(layout)}`;
}

/** False if every proof has its polynomial in clear at the start: nothing is folded. */
export function hasLayers(parameters: ProofParameters): boolean {
  return friLayerCount(parameters, parameters.maxLogRows) > 0;
}

function endOfQueries(layout: QueryLayout): string {
  const { load } = slotAccess(layout);
  return `if sub(${load("cursor")}, add(proof.offset, proof.length)) { ${fail("malformedProof")} }
  ${finalChecks(layout)}`;
}

/** The final polynomial, chunk by chunk from the highest, at every position that is left. */
function finalChecks(layout: QueryLayout): string {
  const { memory, parameters } = layout;
  const { load } = slotAccess(layout);
  const { positions, friValues, hashes, friFolds, finalTable, finalTables } = memory;
  // The points and sums reuse the memory of arrays that are no longer needed.
  const [points, sums] = [hashes, friFolds];
  return `let shift := ${SHIFT}
  for { let i := mul(${parameters.logArity}, ${load("layers")}) } i { i := sub(i, 1) } { shift := mulmod(shift, shift, ${LITERAL.p}) }
  let chunks := shr(${Math.log2(FINAL_CHUNK)}, add(shl(${load("logFinal")}, 1), ${FINAL_CHUNK - 1}))
  count := shl(5, count)
  for { let i := 0 } lt(i, count) { i := add(i, 32) } {
    mstore(add(${hex(points)}, i), mulmod(shift, rootAt(mload(add(${hex(positions)}, i))), ${LITERAL.p}))
    mstore(add(${hex(sums)}, i), 0)
  }
  for { } chunks { } {
    chunks := sub(chunks, 1)
    mcopy(${hex(finalTable)}, add(${hex(finalTables)}, mul(chunks, ${FINAL_CHUNK_BYTES})), ${FINAL_CHUNK_BYTES})
    for { let i := 0 } lt(i, count) { i := add(i, 32) } {
      mstore(add(${hex(sums)}, i), finalChunk(mload(add(${hex(sums)}, i)), mload(add(${hex(points)}, i))))
    }
  }
  for { let i := 0 } lt(i, count) { i := add(i, 32) } {
    if sub(mload(add(${hex(sums)}, i)), mload(add(${hex(friValues)}, i))) { ${fail("finalPolynomialMismatch")} }
  }`;
}

/** Folds a leaf by the powers of its layer's challenge. */
export function foldByPowers({ memory }: CoreLayout): string {
  return `// the challenge over the leaf's first point
    let first := inverseRootAt(and(position, not(${ARITY - 1})))
    let y := extScale(mload(add(${hex(memory.friChallenges)}, shl(5, layer))), mulmod(first, factor, ${LITERAL.p}))
    mstore(add(${hex(memory.friFolds)}, to), extCanonical(foldLeaf(y)))`;
}

/**
 * Functions over the query arrays that `foldLayers` calls. `fold` writes what the leaf in memory folds to; `position` lies in it,
 * and `factor` is the inverse of its layer's shift in Montgomery form.
 */
export function layerFunctions(layout: QueryLayout, fold: string): string {
  const { parameters, memory } = layout;
  const { positions, leaves, hashes, friValues, friLeaf } = memory;
  return `
// writes the distinct indices of leaves of 2^bits positions that the first count positions have
function distinctLeaves(count, bits) -> n {
  let previous := not(0)
  for { let at := ${hex(positions)} } count { count := sub(count, 1) } {
    let leaf := shr(bits, mload(at))
    if sub(leaf, previous) {
      mstore(add(${hex(leaves)}, shl(5, n)), leaf)
      n := add(n, 1)
      previous := leaf
    }
    at := add(at, 32)
  }
}
// reads every leaf of a layer, hashes it, compares further queried values in it with the derived ones, and folds it;
// the factor is the inverse of the layer's shift in Montgomery form
function readLayer(count, cursor, layer, factor) {
  let faults := 0
  let different := 0
  let to := 0
  for { let i := 0 } lt(i, count) { } {
    let position := mload(add(${hex(positions)}, shl(5, i)))
    {
      let hash, padding, bad := readLeaf(cursor, and(position, ${ARITY - 1}), mload(add(${hex(friValues)}, shl(5, i))))
      faults := or(faults, or(padding, bad)) // padding bits lie in bits 0 to 4, carries in bit 31 of a lane
      mstore(add(${hex(hashes)}, to), hash)
    }
    i := add(i, 1)
    for { } lt(i, count) { i := add(i, 1) } {
      let other := mload(add(${hex(positions)}, shl(5, i)))
      if shr(${parameters.logArity}, xor(other, position)) { break }
      different := or(different, xor(mload(add(${hex(friLeaf)}, shl(5, and(other, ${ARITY - 1})))), mload(add(${hex(friValues)}, shl(5, i)))))
    }
    ${fold}
    cursor := add(cursor, ${(ARITY - 1) * EXTENSION_BYTES})
    to := add(to, 32)
  }
  if and(faults, 31) { ${fail("malformedProof")} }
  if faults { ${fail("nonCanonicalElement")} }
  if different { ${fail("foldMismatch", "layer")} }
}`;
}
