import type { Backend, Commitment, Opening } from "../../kernels/backend.ts";
import { encodeFriOpening, encodeTraceOpening } from "./encode-openings.ts";
import { indicesAbove } from "./open-trace.ts";
import { opensEachQuery, type ProofParameters } from "../systems/parameters.ts";
import type { Shape, TraceTree } from "../systems/shape.ts";

/** A committed layer of FRI, and log2 of how many positions a leaf of it has. */
export interface CommittedLayer {
  readonly commitment: Commitment;
  readonly folds: number;
}

interface CommittedTree {
  readonly tree: TraceTree;
  readonly commitment: Commitment;
}

/** The openings of all trees at the queries, in proof order. */
export async function writeOpenings(
  backend: Pick<Backend, "open">,
  parameters: ProofParameters,
  { logDomain }: Shape,
  { trees, layers }: { readonly trees: readonly CommittedTree[]; readonly layers: readonly CommittedLayer[] },
  queries: readonly number[],
): Promise<Uint8Array[]> {
  const opened = opensEachQuery(parameters) ? new OpenedPaths(backend, queries, logDomain) : backend;
  const groups = opensEachQuery(parameters) ? queries.map((query) => [query]) : [queries];
  const written: Uint8Array[] = [];
  for (const group of groups) {
    for (const { tree, commitment } of trees) {
      const leaves = indicesAbove(group, logDomain - tree.logLeaves);
      written.push(encodeTraceOpening(tree, leaves, await opened.open(commitment, leaves)));
    }
    let positions: readonly number[] = group;
    for (const { commitment, folds } of layers) {
      const leaves = indicesAbove(positions, folds);
      written.push(encodeFriOpening(parameters, folds, positions, leaves, await opened.open(commitment, leaves)));
      positions = leaves;
    }
  }
  return written;
}

/** Leaves with a path for each. Those of a tree are opened all at once, when the first one is asked for. */
class OpenedPaths {
  readonly #backend: Pick<Backend, "open">;
  readonly #queries: readonly number[];
  readonly #logDomain: number;
  readonly #opened = new Map<Commitment, ReadonlyMap<number, Opening>>();

  constructor(backend: Pick<Backend, "open">, queries: readonly number[], logDomain: number) {
    this.#backend = backend;
    this.#queries = queries.toSorted((a, b) => a - b);
    this.#logDomain = logDomain;
  }

  async open(commitment: Commitment, [leaf = 0]: readonly number[]): Promise<Opening> {
    const known = this.#opened.get(commitment) ?? (await this.#openAll(commitment));
    this.#opened.set(commitment, known);
    const opening = known.get(leaf);
    if (opening === undefined) throw new Error(`leaf ${leaf} is above no query`);
    return opening;
  }

  async #openAll(commitment: Commitment): Promise<ReadonlyMap<number, Opening>> {
    const depth = commitment.logLeaves;
    const all = indicesAbove(this.#queries, this.#logDomain - depth);
    const { leaves, siblings } = await this.#backend.open(commitment, all, "own");
    return new Map(
      all.map((leaf, i) => {
        const rows = leaves[i] ?? new Uint32Array(0);
        return [leaf, { leaves: [rows], siblings: siblings.slice(i * depth, (i + 1) * depth) }];
      }),
    );
  }
}
