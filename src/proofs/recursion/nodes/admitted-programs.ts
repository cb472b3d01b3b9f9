import { compress } from "../../kernels/poseidon.ts";
import { POSEIDON_NODE_TAG } from "../../kernels/tree-hash.ts";
import type { Assembler } from "../assembler.ts";
import type { Hints } from "../interpret.ts";
import type { KeyOctets } from "../proof-code.ts";
import { OCTET_ELEMENTS, type Word } from "../relation.ts";

/** The chain over an admitted program's key and its place (`protocol/domain-tags.ts`). */
const PROGRAM_TAG = 26;

/** A program's key by its elements: the digest that its proofs' transcripts begin with, and the root of its columns. */
export interface ProgramKey {
  readonly digest: readonly number[];
  readonly root: readonly number[];
}

const ZEROS: readonly number[] = new Array<number>(OCTET_ELEMENTS).fill(0);

/**
 * Programs whose proofs a node may check in one place, by the root of a tree. A leaf has a key and its place, so no node
 * of the tree is a leaf of another place. Unused places have zeros, which no known chain yields.
 */
export class AdmittedPrograms {
  /** The root, which represents all of them. */
  readonly digest: readonly number[];
  /** Layers of the tree from the leaves on, without the root. */
  readonly #layers: readonly (readonly (readonly number[])[])[];

  /** Throws RangeError for more keys than a tree of that depth has places. */
  constructor(keys: readonly ProgramKey[], depth: number) {
    if (keys.length > 2 ** depth) throw new RangeError(`${keys.length} programs have no room in a tree of depth ${depth}`);
    let layer = Array.from({ length: 2 ** depth }, (_, place) => {
      const key = keys[place];
      return key === undefined ? ZEROS : leafOf(key, place);
    });
    const layers: (typeof layer)[] = [];
    while (layer.length > 1) {
      layers.push(layer);
      const below = layer;
      layer = Array.from({ length: below.length / 2 }, (_, i) =>
        compress(POSEIDON_NODE_TAG, [...(below[2 * i] ?? ZEROS)], [...(below[2 * i + 1] ?? ZEROS)]),
      );
    }
    this.digest = layer[0] ?? ZEROS;
    this.#layers = layers;
  }

  /** Proof for a node that the program with this key has this place. */
  hintsOf({ digest, root }: ProgramKey, place: number): Hints {
    const siblings = this.#layers.map((layer, i) => {
      const own = Math.floor(place / 2 ** i);
      return layer[own % 2 === 0 ? own + 1 : own - 1] ?? ZEROS;
    });
    return { words: [[place, 0, 0, 0, 0]], octets: [digest, root, ...siblings] };
  }
}

function leafOf({ digest, root }: ProgramKey, place: number): number[] {
  return [digest, root, [place, 0, 0, 0, 0, 0, 0, 0]].reduce<number[]>(
    (chain, block) => compress(PROGRAM_TAG, chain, [...block]),
    [...ZEROS],
  );
}

/** Writes "this key is of a program that the digest admits", whose elements are given; key and place are hints. */
export function writeAdmission(assembler: Assembler, depth: number, admitted: readonly Word[]): KeyOctets {
  assembler.section("program", "MerkleMismatch");
  const top = assembler.pack(admitted);
  const [digest, root, place] = [assembler.newOctet(), assembler.newOctet(), assembler.newWord()];
  let node = [digest, root].reduce((chain, octet) => assembler.compress(PROGRAM_TAG, chain, octet), assembler.pack([]));
  node = assembler.compress(PROGRAM_TAG, node, assembler.pack([place]));
  const bits = assembler.newWords(depth);
  assembler.bits(place, { bits });
  bits.forEach((bit, i) => (node = assembler.climb(bit, node, ...(i === depth - 1 ? [top] : []))));
  return { digest, root };
}
