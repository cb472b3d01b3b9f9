import { fromHex, keccak, toHex, type Hex } from "../hex.ts";

/** Proof that an id is not in a set. */
export interface RedeemedAbsence {
  /** From the deepest node of the id's path up to the root's children; a zero word for an empty subtree. */
  readonly siblings: readonly Hex[];
  /** The only id in the subtree at the end of the path; a zero word if the subtree is empty. */
  readonly neighbor: Hex;
}

interface Leaf {
  readonly hash: Uint8Array;
  readonly id: Uint8Array;
}

interface Branch {
  readonly hash: Uint8Array;
  readonly children: readonly [Subtree, Subtree];
}

type Subtree = Leaf | Branch | undefined;

const LEAF = 3;
const NODE = 4;
/** Bits of an id. */
const SET_LEVELS = 256;
const EMPTY_HASH = new Uint8Array(32);

/**
 * Immutable set of the ids that an account has redeemed. Equal sets have equal roots, in any order of insertion.
 *
 * The root of all ids that share their first `level` bits is 0 without an id, keccak(03 ‖ id) for one id, and otherwise
 * keccak(04 ‖ level ‖ root of the ids whose next bit is 0 ‖ root of the ids whose next bit is 1). Bits are read from the most
 * significant.
 */
export class RedeemedSet {
  static readonly EMPTY: RedeemedSet = new RedeemedSet(undefined);
  readonly #tree: Subtree;

  private constructor(tree: Subtree) {
    this.#tree = tree;
  }

  /** Set with the given ids. Throws RangeError for a repeated id, and HexError for other than 32 bytes. */
  static from(ids: Iterable<Hex>): RedeemedSet {
    let set = RedeemedSet.EMPTY;
    for (const id of ids) set = set.insert(id);
    return set;
  }

  get root(): Hex {
    return toHex(hashOf(this.#tree));
  }

  has(id: Hex): boolean {
    const { end } = pathOf(this.#tree, fromHex(id, 32));
    return end !== undefined && toHex(end.id) === id.toLowerCase();
  }

  /** Set with one id more. Throws RangeError for an id of the set, and HexError for other than 32 bytes. */
  insert(id: Hex): RedeemedSet {
    this.#requireAbsent(id);
    const leaf = leafOf(fromHex(id, 32));
    return new RedeemedSet(inserted(this.#tree, leaf, 0));
  }

  /** Proof that the set lacks an id. Throws RangeError for an id of the set, and HexError for other than 32 bytes. */
  proveAbsence(id: Hex): RedeemedAbsence {
    this.#requireAbsent(id);
    const { siblings, end } = pathOf(this.#tree, fromHex(id, 32));
    return { siblings: siblings.map((sibling) => toHex(hashOf(sibling))), neighbor: toHex(end?.id ?? EMPTY_HASH) };
  }

  #requireAbsent(id: Hex): void {
    if (this.has(id)) throw new RangeError(`${id} is redeemed already`);
  }
}

/** End of the id's path, a leaf or an empty subtree, and the siblings from there up. */
function pathOf(tree: Subtree, id: Uint8Array): { readonly siblings: readonly Subtree[]; readonly end: Leaf | undefined } {
  const siblings: Subtree[] = [];
  let node = tree;
  for (let level = 0; node !== undefined && "children" in node; level++) {
    const side = bitOf(id, level);
    siblings.unshift(node.children[side === 0 ? 1 : 0]);
    node = node.children[side];
  }
  return { siblings, end: node };
}

/** The ids differ, so a level below 256 separates them. */
function inserted(tree: Subtree, leaf: Leaf, level: number): Leaf | Branch {
  if (tree === undefined) return leaf;
  const side = bitOf(leaf.id, level);
  const children: [Subtree, Subtree] = "children" in tree ? [...tree.children] : [undefined, undefined];
  if (!("children" in tree)) children[bitOf(tree.id, level)] = tree;
  children[side] = inserted(children[side], leaf, level + 1);
  return branchOf(level, children);
}

function leafOf(id: Uint8Array): Leaf {
  return { id, hash: fromHex(keccak(Uint8Array.of(LEAF), id)) };
}

function branchOf(level: number, children: readonly [Subtree, Subtree]): Branch {
  return { children, hash: nodeHash(level, [hashOf(children[0]), hashOf(children[1])]) };
}

function nodeHash(level: number, children: readonly [Uint8Array, Uint8Array]): Uint8Array {
  return fromHex(keccak(Uint8Array.of(NODE, level), ...children));
}

function hashOf(tree: Subtree): Uint8Array {
  return tree?.hash ?? EMPTY_HASH;
}

function bitOf(id: Uint8Array, level: number): 0 | 1 {
  const byte = id[Math.floor(level / 8)] ?? 0;
  return Math.floor(byte / 2 ** (7 - (level % 8))) % 2 === 0 ? 0 : 1;
}

/**
 * Root of a set after the insertion of an id, computed without the set. Undefined if the set has the id, or if the proof of
 * absence is not for the root. Throws HexError for malformed hashes.
 */
export function redeemedRootAfter(root: Hex, id: Hex, { siblings, neighbor }: RedeemedAbsence): Hex | undefined {
  const depth = siblings.length;
  if (depth >= SET_LEVELS) return undefined;
  const leaf = leafOf(fromHex(id, 32));
  const end = toHex(EMPTY_HASH) === neighbor ? undefined : leafOf(fromHex(neighbor, 32));
  // A neighbor of another subtree would be put under nodes above the path's end.
  if (end !== undefined && firstDifference(leaf.id, end.id) < depth) return undefined;
  if (end !== undefined && toHex(end.id) === toHex(leaf.id)) return undefined;
  const rootAbove = (subtree: Subtree): Hex => {
    const node = siblings.reduce((hash, sibling, i) => {
      const level = depth - 1 - i;
      const other = fromHex(sibling, 32);
      return nodeHash(level, bitOf(leaf.id, level) === 0 ? [hash, other] : [other, hash]);
    }, hashOf(subtree));
    return toHex(node);
  };
  return rootAbove(end) === root ? rootAbove(inserted(end, leaf, depth)) : undefined;
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  let level = 0;
  while (level < SET_LEVELS && bitOf(one, level) === bitOf(other, level)) level++;
  return level;
}
