import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import { inProof, slotAccess } from "../core-head.ts";
import { findSiblings, type OpenedLeaves } from "../core-queries.ts";
import { fail } from "../errors.ts";
import { hex, MONTGOMERY, PRIME } from "../lanes.ts";
import { LITERAL } from "../yul-extension.ts";
import { ARITY } from "../yul-fri.ts";
import { digestMask } from "../yul-merkle.ts";
import { GROUPS_PER_COLUMN, type StackLayout, type StackTree } from "./stack-layout.ts";
import { minus, ONE } from "./yul-claim.ts";

const EIGHTH = hex((BigInt(inv(ARITY)) * MONTGOMERY) % PRIME);
const FROM_SQUARE = hex(BigInt(inv(Number(MONTGOMERY))));

/** Weights of a leaf's values, as sums over leaves take them; of each layer the ratios r / (1 − r) and what they leave out. */
export function prepareQueries(layout: StackLayout): string {
  const { memory, stack, leafRounds, layerCount } = layout;
  const firstLayer = memory.challenges + 32 * leafRounds;
  const endOfFolds = memory.folds + 128 * layerCount;
  /** 1 − r of a layer's challenge. */
  const zeroOf = (i: number): string => minus(ONE, i === 0 ? "mload(from)" : `mload(add(from, ${32 * i}))`);
  return `
  mstore(${hex(memory.parts)}, 1) // weights of parts are plain, so that sums of products with elements are
  equality(${hex(memory.challenges)}, ${LOG_PARTS}, ${hex(memory.parts)})
  mstore(${hex(memory.columns)}, ${ONE})
  equality(${hex(memory.challenges + 32 * LOG_PARTS)}, ${stack.logWidth}, ${hex(memory.columns)})
  packCoefficients(${hex(memory.parts)}, ${hex(memory.partsTable)}, ${GROUPS_PER_COLUMN})
  // one inversion for all layers: what each divides by, and in front of it the product of those of the layers before
  let run := ${ONE}
  let from := ${hex(firstLayer)}
  for { let to := ${hex(memory.folds)} } lt(to, ${hex(endOfFolds)}) { to := add(to, 128) } {
    let all := extMul(extMul(${zeroOf(0)}, ${zeroOf(1)}), ${zeroOf(2)})
    mstore(to, run)
    mstore(add(to, 96), all)
    run := extMul(run, all)
    from := add(from, 96)
  }
  run := extInverse(run)
  for { let to := ${hex(endOfFolds)} } gt(to, ${hex(memory.folds)}) { } {
    to := sub(to, 128)
    from := sub(from, 96)
    let all := mload(add(to, 96))
    let inverse := extMul(run, mload(to))
    run := extMul(run, all)
    let zero := ${zeroOf(0)}
    let zero2 := ${zeroOf(1)}
    let zero4 := ${zeroOf(2)}
    mstore(to, extMul(extMul(mload(from), extMul(zero2, zero4)), inverse))
    mstore(add(to, 32), extMul(extMul(mload(add(from, 32)), extMul(zero, zero4)), inverse))
    mstore(add(to, 64), extMul(extMul(mload(add(from, 64)), extMul(zero, zero2)), inverse))
    mstore(add(to, 96), extScale(all, ${EIGHTH}))
  }`;
}

/** Fold of the leaf in memory, by the ratios of its layer: the factor of all of them comes last. */
export function foldByRatios({ memory }: StackLayout): string {
  return `// inverses of the leaf's first point, of its square and of that one's
    let x := mulmod(inverseRootAt(and(position, not(${ARITY - 1}))), factor, ${LITERAL.p})
    let ratios := add(${hex(memory.folds)}, shl(7, layer))
    {
      let x2 := mulmod(mulmod(x, x, ${LITERAL.p}), ${FROM_SQUARE}, ${LITERAL.p})
      let x4 := mulmod(mulmod(x2, x2, ${LITERAL.p}), ${FROM_SQUARE}, ${LITERAL.p})
      x := foldTensor(extScale(mload(ratios), x), extScale(mload(add(ratios, 32)), x2), extScale(mload(add(ratios, 64)), x4))
    }
    mstore(add(${hex(memory.friFolds)}, to), extCanonical(extMul(mload(add(ratios, 96)), x)))`;
}

/** One tree of leaves: length, elements, sums, root. The sums of all trees are the values of the first layer. */
export function openStackTree(layout: StackLayout, tree: StackTree, index: number): string {
  return tree.rowsPerLeaf === 1 ? openSingleLeaves(layout, tree, index) : openPairedLeaves(layout, tree, index);
}

function openSingleLeaves(layout: StackLayout, tree: StackTree, index: number): string {
  const { memory, parameters } = layout;
  const { load, store } = slotAccess(layout);
  const leafBytes = rowBytes(tree);
  const leaves = {
    ...{ depth: load("logDomain"), count: String(parameters.queryCount), indices: hex(memory.positions) },
    ...{ siblings: `add(cursor, ${parameters.queryCount * leafBytes})` },
  };
  return `
  let cursor := ${load("cursor")}
  ${findSiblings(layout.digestBytes, leaves)}
  let faults := 0
  for { let q := 0 } lt(q, ${32 * parameters.queryCount}) { q := add(q, 32) } {
    let sum, bad := ${sumOfLeaf(layout, tree, "cursor")}
    faults := or(faults, bad)
    ${addToQuery(layout, index)}
    calldatacopy(${hex(memory.buffer)}, cursor, ${leafBytes})
    mstore(add(${hex(memory.hashes)}, q), keccak256(${hex(memory.buffer)}, ${leafBytes}))
    cursor := add(cursor, ${leafBytes})
  }
  ${checkRoot(layout, tree, index, leaves)}
  ${store("cursor", "cursor")}`;
}

/** Two queries may ask for the two rows of one leaf. A row that is not asked for has canonical elements too. */
function openPairedLeaves(layout: StackLayout, tree: StackTree, index: number): string {
  const { memory, parameters } = layout;
  const { load, store } = slotAccess(layout);
  const row = rowBytes(tree);
  const leaves = {
    ...{ depth: `sub(${load("logDomain")}, 1)`, count: "leafCount", indices: hex(memory.leaves) },
    ...{ siblings: `add(cursor, mul(leafCount, ${2 * row}))` },
  };
  return `
  let cursor := ${load("cursor")}
  let leafCount := distinctLeaves(${parameters.queryCount}, 1)
  ${findSiblings(layout.digestBytes, leaves)}
  let faults := 0
  cursor := sub(cursor, ${2 * row})
  let previous := not(0)
  let to := ${hex(memory.hashes)}
  for { let q := 0 } lt(q, ${32 * parameters.queryCount}) { q := add(q, 32) } {
    let position := mload(add(${hex(memory.positions)}, q))
    if sub(shr(1, position), previous) {
      previous := shr(1, position)
      cursor := add(cursor, ${2 * row})
      calldatacopy(${hex(memory.buffer)}, cursor, ${2 * row})
      mstore(to, keccak256(${hex(memory.buffer)}, ${2 * row}))
      to := add(to, 32)
    }
    let offset := mul(${row}, and(position, 1))
    faults := or(faults, rowFaults(add(cursor, sub(${row}, offset))))
    let sum, bad := ${sumOfLeaf(layout, tree, "add(cursor, offset)")}
    faults := or(faults, bad)
    ${addToQuery(layout, index)}
  }
  ${checkRoot(layout, tree, index, leaves)}
  ${store("cursor", "cursor")}`;
}

function rowBytes({ width }: StackTree): number {
  return 31 * GROUPS_PER_COLUMN * width;
}

function sumOfLeaf({ memory }: StackLayout, { first, width }: StackTree, row: string): string {
  return `leafSum(${row}, ${hex(memory.columns + 32 * first)}, ${hex(memory.columns + 32 * (first + width))})`;
}

/** Adds the last tree's sum, reduced, to those of the trees before it. */
function addToQuery({ memory, trees }: StackLayout, index: number): string {
  const at = `add(${hex(memory.friValues)}, q)`;
  const sum = index === 0 ? "sum" : `add(sum, mload(${at}))`;
  return `mstore(${at}, ${index === trees.length - 1 ? `extCanonical(${sum})` : sum})`;
}

/** Moves the cursor behind the siblings. */
function checkRoot(
  { memory, digestBytes }: StackLayout,
  { root }: StackTree,
  index: number,
  { depth, count, indices }: OpenedLeaves,
): string {
  const expected = "constant" in root ? hex(root.constant) : `calldataload(${inProof(root.offset)})`;
  return `if faults { ${fail("nonCanonicalElement")} }
  let root := 0
  root, cursor := merkleRoot(${depth}, ${count}, ${indices}, ${hex(memory.hashes)}, siblings)
  if and(xor(root, ${expected}), ${digestMask(digestBytes)}) { ${fail("merkleMismatch", String(index))} }`;
}
