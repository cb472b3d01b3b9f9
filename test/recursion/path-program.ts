import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import type { Hints } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";

const field = createExtension(5);
const unit = (k: number): Ext => Array.from({ length: 5 }, (_, i) => (i === k ? 1 : 0));
const LEAF_TAG = 19;
const NODE_TAG = 18;
const TRANSCRIPT_TAG = 17;

/**
 * A program with every kind of relation, and every way in which one names a cell. Its public values are a root, a position under
 * 4 and an element of the extension: there are eight words whose hash is the leaf at that place, and the element is made of them.
 */
export function pathProgram(): Program {
  const a = new Assembler();
  a.section("all", "ConstraintMismatch");
  const root = a.pack(Array.from({ length: 8 }, () => a.public()));
  const position = a.public();
  const [first, ...others] = Array.from({ length: 5 }, () => a.public());
  const words = a.newWords(8);
  const octets = a.deal(words);
  const leaf = octets.reduce((digest, octet) => a.compress(LEAF_TAG, digest, octet), a.pack([]));
  const [low = first!, high = first!] = a.newWords(2);
  a.bits(position, { low: position, high: a.constant(0), bits: [low, high] });
  a.climb(high, a.climb(low, leaf), root);
  const from = a.constant([1, 2, 3, 4, 5]);
  const dot = a.dot(octets[0]!, octets, from);
  const inverse = a.inverse(dot);
  const hint = a.newOctet();
  const [drawn = first!] = a.unpack(a.compress(TRANSCRIPT_TAG, leaf, hint), 1);
  const [told = first!] = a.unpack(hint, 1);
  const add = (b: typeof told, c: typeof told) =>
    a.arithmetic({ product: { factor: 1, a: a.constant(1), b }, linear: { factor: 1, c } });
  const total = words.reduce(add, told);
  const sum = a.arithmetic({ product: { factor: 3, a: inverse, b: drawn }, linear: { factor: 5, c: total }, constant: 7 });
  const claimed = others.reduce((known, coordinate, i) => {
    const product = { factor: 1, a: a.constant(unit(i + 1)), b: coordinate };
    return a.arithmetic({ product, linear: { factor: 1, c: known } }, i === others.length - 1 ? sum : undefined);
  }, first!);
  if (claimed !== sum) throw new Error("the claim is compared with the sum");
  return a.build("path");
}

/** Hints of the program. */
interface PathHints {
  readonly words: readonly Ext[];
  readonly position: number;
  readonly siblings: readonly (readonly number[])[];
  readonly drawn: readonly number[];
}

/** Differences of a program from the path program. */
export interface PathVariant {
  readonly from?: Ext;
  readonly firstTag?: number;
  /** Tag of the lower step of the path. */
  readonly stepTag?: number;
  /** Blocks of the leaf that are hashed to the root. */
  readonly blocks?: number;
  readonly isSwapped?: boolean;
}

/** Statement that the hints prove, computed without the machine. */
export function pathStatement(
  { words, position, siblings, drawn: hint }: PathHints,
  { from = [1, 2, 3, 4, 5], firstTag = LEAF_TAG, stepTag = NODE_TAG, blocks = 5, isSwapped = false }: PathVariant = {},
): { readonly publicValues: number[]; readonly hints: Hints } {
  const elements = words.flat();
  const octets = Array.from({ length: 5 }, (_, i) => elements.slice(8 * i, 8 * i + 8));
  const hash = (own: readonly number[][]) =>
    own.reduce((digest, octet, i) => compress(i === 0 ? firstTag : LEAF_TAG, digest, octet), new Array<number>(8).fill(0));
  const root = siblings.reduce<number[]>(
    (node, sibling, i) => {
      const tag = i === 0 ? stepTag : NODE_TAG;
      return ((position >> i) & 1) === 0 ? compress(tag, node, [...sibling]) : compress(tag, [...sibling], node);
    },
    hash(octets.slice(0, blocks)),
  );
  const dot = octets[0]!.reduce((sum, x, i) => field.add(sum, field.scale(words[i]!, x)), from);
  const drawn = field.fromBase(compress(TRANSCRIPT_TAG, hash(octets), [...hint])[0]!);
  const total = words.reduce(field.add, field.fromBase(hint[0]!));
  const [factor, term] = isSwapped ? [total, drawn] : [drawn, total];
  const product = field.mul(field.scale(field.inv(dot), 3), factor);
  const claim = field.add(field.add(product, field.scale(term, 5)), field.fromBase(7));
  return { publicValues: [...root, position, ...claim], hints: { words, octets: [...siblings, hint] } };
}
