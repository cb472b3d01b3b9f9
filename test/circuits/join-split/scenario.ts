import type { Digest } from "../../../src/ground/protocol/digest.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import {
  commitmentOf,
  nodeOf,
  type Note,
  nullifierOf,
  ownerOf,
  padDigest,
  TREE_DEPTH,
} from "../../../src/proofs/circuits/join-split/note.ts";
import type { JoinSplitWitness, SpentNote } from "../../../src/proofs/circuits/join-split/join-split-trace.ts";
import type { JoinSplitStatement } from "../../../src/proofs/circuits/join-split/statement.ts";

/** A digest of small elements that are the same at each run. */
export function digestOf(seed: number): Digest {
  return Array.from({ length: 8 }, (_, i) => (seed * 1_000_003 + i * 7919 + 17) % 2_000_000_000);
}

const EMPTY: readonly Digest[] = Array.from({ length: TREE_DEPTH }).reduce<Digest[]>(
  (nodes) => [...nodes, nodeOf(compress, nodes.at(-1) ?? padDigest([]), nodes.at(-1) ?? padDigest([]))],
  [padDigest([])],
);

/** Root and paths of a tree of commitments, computed node by node; leaves that are missing are zero. */
export class CommitmentTree {
  readonly leaves: Digest[] = [];

  append(...commitments: readonly Digest[]): void {
    this.leaves.push(...commitments);
  }

  node(level: number, at: number): Digest {
    if (at * 2 ** level >= this.leaves.length) return EMPTY[level] ?? padDigest([]);
    if (level === 0) return this.leaves[at] ?? padDigest([]);
    return nodeOf(compress, this.node(level - 1, 2 * at), this.node(level - 1, 2 * at + 1));
  }

  get root(): Digest {
    return this.node(TREE_DEPTH, 0);
  }

  siblings(index: number): Digest[] {
    return Array.from({ length: TREE_DEPTH }, (_, level) => {
      const at = Math.floor(index / 2 ** level);
      return this.node(level, at % 2 === 0 ? at + 1 : at - 1);
    });
  }
}

/** A note of the key that is spent, as a leaf of the tree. */
export function spentNote(tree: CommitmentTree, key: Digest, note: Omit<Note, "owner">): SpentNote {
  const index = tree.leaves.length;
  tree.append(commitmentOf(compress, { ...note, owner: ownerOf(compress, key) }));
  return { ...note, index, siblings: [] };
}

/** A note without value, spent if there is no other. */
export function noNote(seed: number): SpentNote {
  return { value: 0n, random: digestOf(seed), index: 0, siblings: new Array<Digest>(TREE_DEPTH).fill(padDigest([])) };
}

/** Statement that a witness leads to. */
export function statementOf(
  root: Digest,
  { nullifierKey, inputs, outputs }: JoinSplitWitness,
  values: Pick<JoinSplitStatement, "valueIn" | "valueOut">,
): JoinSplitStatement {
  const owner = ownerOf(compress, nullifierKey);
  const [first, second] = inputs.map(({ value, random, index }) =>
    nullifierOf(compress, nullifierKey, commitmentOf(compress, { value, owner, random }), index),
  );
  const [one, other] = outputs.map((note) => commitmentOf(compress, note));
  if (first === undefined || second === undefined || one === undefined || other === undefined) throw new Error("two notes each");
  return { root, nullifiers: [first, second], commitments: [one, other], ...values, digest: new Uint8Array(32).fill(9) };
}

/** A transfer: two notes of 2^40 + 5 and 70,000 gwei become two others; 300 gwei enter and 100,000 leave. */
export function transfer(): { readonly statement: JoinSplitStatement; readonly witness: JoinSplitWitness } {
  const key = digestOf(1);
  const tree = new CommitmentTree();
  tree.append(digestOf(2), digestOf(3), digestOf(4));
  const spent = [
    spentNote(tree, key, { value: 2n ** 40n + 5n, random: digestOf(5) }),
    spentNote(tree, key, { value: 70_000n, random: digestOf(6) }),
  ] as const;
  tree.append(digestOf(7));
  const sum = 2n ** 40n + 70_005n + 300n - 100_000n;
  const witness: JoinSplitWitness = {
    nullifierKey: key,
    inputs: [
      { ...spent[0], siblings: tree.siblings(spent[0].index) },
      { ...spent[1], siblings: tree.siblings(spent[1].index) },
    ],
    outputs: [
      { value: 65_537n, owner: digestOf(8), random: digestOf(9) },
      { value: sum - 65_537n, owner: ownerOf(compress, key), random: digestOf(10) },
    ],
  };
  return { statement: statementOf(tree.root, witness, { valueIn: 300n, valueOut: 100_000n }), witness };
}
