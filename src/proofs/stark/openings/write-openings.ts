import type { Backend, Commitment, Opening } from "../../kernels/backend.ts";
import { capLevels } from "./caps.ts";
import { encodeFriOpening, encodeTraceOpening } from "./encode-openings.ts";
import { indicesAbove } from "./open-trace.ts";
import { opensEachQuery, type ProofParameters } from "../systems/parameters.ts";
import type { Shape, TraceTree } from "../systems/shape.ts";

/** A committed layer of FRI, and log2 of how many positions a leaf of it has. */
export interface CommittedLayer {
  readonly commitment: Commitment;
  readonly folds: number;
}

/** The part of a backend that opens trees. */
type TreeReader = Pick<Backend, "open" | "nodes">;

interface CommittedTree {
  readonly tree: TraceTree;
  readonly commitment: Commitment;
}

/** Caps, if there are any, and the openings of all trees at the queries, in proof order. */
export async function writeOpenings(
  backend: TreeReader,
  parameters: ProofParameters,
  shape: Shape,
  { trees, layers }: { readonly trees: readonly CommittedTree[]; readonly layers: readonly CommittedLayer[] },
  queries: readonly number[],
): Promise<Uint8Array[]> {
  const { logDomain } = shape;
  const commitments = [...trees, ...layers].map(({ commitment }) => commitment);
  const levels = capLevels(parameters, shape);
  const levelOf = new Map(commitments.map((commitment, i) => [commitment, levels[i] ?? 0]));
  const written: Uint8Array[] = [];
  for (const [commitment, level] of levelOf) {
    if (level > 0) written.push(...(await backend.nodes(commitment, commitment.logLeaves - level)));
  }
  const opened = opensEachQuery(parameters) ? new OpenedPaths(backend, queries, logDomain, levelOf) : backend;
  const groups = opensEachQuery(parameters) ? queries.map((query) => [query]) : [queries];
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

/** Leaves with a path for each, to the root or below the cap. The first request for one opens all of its tree. */
class OpenedPaths {
  readonly #backend: TreeReader;
  readonly #queries: readonly number[];
  readonly #logDomain: number;
  /** Level of each commitment's cap. */
  readonly #levels: ReadonlyMap<Commitment, number>;
  readonly #opened = new Map<Commitment, ReadonlyMap<number, Opening>>();

  constructor(backend: TreeReader, queries: readonly number[], logDomain: number, levels: ReadonlyMap<Commitment, number>) {
    this.#backend = backend;
    this.#queries = queries.toSorted((a, b) => a - b);
    this.#logDomain = logDomain;
    this.#levels = levels;
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
    const sent = depth - (this.#levels.get(commitment) ?? 0);
    const { leaves, siblings } = await this.#backend.open(commitment, all, "own");
    return new Map(
      all.map((leaf, i) => {
        const rows = leaves[i] ?? new Uint32Array(0);
        return [leaf, { leaves: [rows], siblings: siblings.slice(i * depth, i * depth + sent) }];
      }),
    );
  }
}
