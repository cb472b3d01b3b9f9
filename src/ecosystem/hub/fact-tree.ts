import { type Digest, ZERO_DIGEST } from "../../ground/protocol/digest.ts";
import { EMPTY_NODES, FACT_DEPTH, factLeaf, hubNode, hubParent } from "./hub-hashes.ts";
import { HubError } from "./hub-error.ts";

/** Facts that a hub's tree has room for: one position stays empty. */
const MAX_FACTS = 2 ** FACT_DEPTH - 1;

/** Position of a fact in a hub's tree, and its siblings from the leaf up: 24 digests. */
export interface FactPath {
  readonly position: number;
  readonly siblings: readonly Digest[];
}

/** Append-only tree of facts, by the nodes that later leaves need: one for each level. */
export class FactTree {
  #count: number;
  /** The last complete left node of each level; meaningful if the count has that bit. */
  readonly #frontier: Digest[];

  constructor(count = 0, frontier: readonly Digest[] = Array.from({ length: FACT_DEPTH }, () => ZERO_DIGEST)) {
    this.#count = count;
    this.#frontier = [...frontier];
  }

  get count(): number {
    return this.#count;
  }

  /** 24 digests, the lowest level first. */
  get frontier(): readonly Digest[] {
    return this.#frontier;
  }

  copy(): FactTree {
    return new FactTree(this.#count, this.#frontier);
  }

  /** Appends a fact. Throws HubError HubFull at 2^24 − 1 facts. */
  append(fact: bigint): void {
    if (this.#count === MAX_FACTS)
      throw new HubError("HubFull", `the hub has ${MAX_FACTS} facts, which is the limit; deploy another hub`);
    let node = factLeaf(fact, this.#count);
    let height = 0;
    for (let rest = this.#count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node = hubNode(this.#frontier[height] ?? ZERO_DIGEST, node);
      height++;
    }
    this.#frontier[height] = node;
    this.#count++;
  }

  /** Siblings of the next leaf, from the leaf up: 24 digests. */
  nextSiblings(): readonly Digest[] {
    return EMPTY_NODES.slice(0, FACT_DEPTH).map((empty, height) => {
      const isRight = Math.floor(this.#count / 2 ** height) % 2 === 1;
      return isRight ? (this.#frontier[height] ?? empty) : empty;
    });
  }

  root(): Digest {
    let node = ZERO_DIGEST;
    for (let height = 0; height < FACT_DEPTH; height++) {
      const isRight = Math.floor(this.#count / 2 ** height) % 2 === 1;
      node = isRight ? hubNode(this.#frontier[height] ?? ZERO_DIGEST, node) : hubNode(node, EMPTY_NODES[height] ?? ZERO_DIGEST);
    }
    return node;
  }
}

/** Every fact of a hub with its path, for nodes that serve others: two digests for each fact. */
export class FactPaths {
  readonly #facts: bigint[] = [];
  /** Complete nodes of each level. */
  readonly #levels: Digest[][] = Array.from({ length: FACT_DEPTH + 1 }, () => []);
  readonly #positions = new Map<bigint, number>();

  copy(): FactPaths {
    const copy = new FactPaths();
    for (const fact of this.#facts) copy.#facts.push(fact);
    for (const [height, nodes] of this.#levels.entries()) copy.#levels[height] = [...nodes];
    for (const [fact, position] of this.#positions) copy.#positions.set(fact, position);
    return copy;
  }

  /** Facts in their order. */
  get facts(): readonly bigint[] {
    return this.#facts;
  }

  append(fact: bigint): void {
    let index = this.#facts.length;
    let node = factLeaf(fact, index);
    this.#positions.set(fact, index);
    this.#facts.push(fact);
    this.#levels[0]?.push(node);
    for (let height = 0; index % 2 === 1; height++, index = Math.floor(index / 2)) {
      node = hubNode(this.#levels[height]?.[index - 1] ?? ZERO_DIGEST, node);
      this.#levels[height + 1]?.push(node);
    }
  }

  /** Path of the fact's newest leaf; undefined if the hub lacks it. */
  pathOf(fact: bigint): FactPath | undefined {
    const position = this.#positions.get(fact);
    if (position === undefined) return undefined;
    const siblings = Array.from({ length: FACT_DEPTH }, (_, height) => {
      const index = Math.floor(position / 2 ** height);
      return this.#node(height, index % 2 === 0 ? index + 1 : index - 1);
    });
    return { position, siblings };
  }

  #node(height: number, index: number): Digest {
    const known = this.#levels[height]?.[index];
    if (known !== undefined) return known;
    if (index * 2 ** height >= this.#facts.length) return EMPTY_NODES[height] ?? ZERO_DIGEST;
    return hubNode(this.#node(height - 1, 2 * index), this.#node(height - 1, 2 * index + 1));
  }
}

/** True if the path leads from this fact to this root. */
export function isFactIn(root: Digest, fact: bigint, { position, siblings }: FactPath): boolean {
  if (!Number.isInteger(position) || position < 0 || position >= MAX_FACTS || siblings.length !== FACT_DEPTH) return false;
  const top = siblings.reduce<Digest>(
    (node, sibling, height) => hubParent(Math.floor(position / 2 ** height) % 2, node, sibling),
    factLeaf(fact, position),
  );
  return top.every((element, i) => element === root[i]);
}
