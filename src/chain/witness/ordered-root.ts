import { RLP, type NestedUint8Array } from "@ethereumjs/rlp";
import { keccak_256 } from "@noble/hashes/sha3.js";

type Node = Uint8Array | NestedUint8Array;

interface Entry {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

const NOTHING = new Uint8Array();

/**
 * Root of Ethereum's trie of a block's transactions or receipts: each by the RLP of its place. No place's path begins another's.
 * Source: yellow paper, appendix D.
 */
export function orderedRoot(items: readonly Uint8Array[]): Uint8Array {
  const entries = items.map((value, place) => ({ path: nibbles(RLP.encode(place)), value }));
  return keccak_256(RLP.encode(items.length === 0 ? NOTHING : nodeOf(entries, 0)));
}

/** The node of these entries, whose paths are equal up to the depth. */
function nodeOf(entries: readonly Entry[], depth: number): NestedUint8Array {
  const [first] = entries as readonly [Entry];
  if (entries.length === 1) return [compact(first.path.slice(depth), true), first.value];
  let end = depth;
  while (entries.every(({ path }) => path[end] === first.path[end])) end++;
  if (end > depth) return [compact(first.path.slice(depth, end), false), reference(nodeOf(entries, end))];
  const branches = Array.from({ length: 16 }, (_, nibble): Node => {
    const below = entries.filter(({ path }) => path[depth] === nibble);
    return below.length === 0 ? NOTHING : reference(nodeOf(below, depth + 1));
  });
  return [...branches, NOTHING];
}

/** A node inside another: itself where it is short, or its hash. */
function reference(node: NestedUint8Array): Node {
  const encoded = RLP.encode(node);
  return encoded.length < 32 ? node : keccak_256(encoded);
}

function nibbles(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [Math.floor(byte / 16), byte % 16]);
}

/** The rest of a path as bytes: its first half-byte says whether a value follows, and whether their number is odd. */
function compact(path: readonly number[], isLeaf: boolean): Uint8Array {
  const kind = isLeaf ? 2 : 0;
  const whole = path.length % 2 === 0 ? [kind, 0, ...path] : [kind + 1, ...path];
  return Uint8Array.from({ length: whole.length / 2 }, (_, i) => 16 * (whole[2 * i] ?? 0) + (whole[2 * i + 1] ?? 0));
}
