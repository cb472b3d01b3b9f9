import { boundaryAir, boundaryColumns } from "../../circuits/boundary/boundary-air.ts";
import { statementLayout, wholeWords } from "../../circuits/boundary/statement-form.ts";
import { CompressionRequests, compressionColumns } from "../../circuits/compression/compression-trace.ts";
import { compressionAir } from "../../circuits/compression/compression-air.ts";
import { type NodeChange, traceChanges } from "../../circuits/leaves/state-trace.ts";
import type { TouchedPath } from "../../circuits/leaves/touched-leaf.ts";
import { relistedLeavesAir } from "../../circuits/relisted-leaves/relisted-leaves-air.ts";
import {
  type RelistedLeaf,
  relistedLeafRows,
  relistedLeavesColumns,
} from "../../circuits/relisted-leaves/relisted-leaves-trace.ts";
import { relistedPlacesAir } from "../../circuits/relisted-places/relisted-places-air.ts";
import { relistedPlaceRows, relistedPlacesColumns } from "../../circuits/relisted-places/relisted-places-trace.ts";
import { rootsAir } from "../../circuits/roots/roots-air.ts";
import { rootsColumns } from "../../circuits/roots/roots-trace.ts";
import { treeAir } from "../../circuits/tree/tree-air.ts";
import { treeColumns } from "../../circuits/tree/tree-trace.ts";
import { limbsOf } from "../../circuits/shapes/word.ts";
import { compress as plainCompress } from "../../kernels/poseidon.ts";
import { valueDigest } from "../../../ground/protocol/diff-digest.ts";
import { ZERO_DIGEST } from "../../../ground/protocol/digest.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import { createShape, type Shape } from "../../stark/systems/shape.ts";
import { compileSystem, type System } from "../../stark/systems/system.ts";
import { encodeStatement, statementValues } from "../run-statement.ts";
import type { PartialTree } from "./partial-tree.ts";
import { listedAnew, type Relisting } from "./relisting.ts";

/** The roots alone: before, then after. */
const FORM = wholeWords([]);

/**
 * The system that proves "the state under the second root has the leaves of the one under the first, except for some that
 * are 0": the prover chooses their order. If the second root is that of a list proof, the order is the list's.
 */
export function relistingSystem(parameters: ProofParameters): System {
  return compileSystem({
    name: "relisting/1",
    parameters,
    tables: [relistedLeavesAir, relistedPlacesAir, treeAir, rootsAir, compressionAir, () => boundaryAir(FORM)].map((air) => ({
      air: air(),
    })),
    statementValueCount: statementLayout(FORM).publicCount,
    statementElements: { count: statementLayout(FORM).elementCount, shared: 0 },
    publicValues: (statement) => statementValues(FORM, statement),
  });
}

/**
 * Heights of the tables, as log2, in the system's order: the smallest first. With n leaves that are listed or linked there are
 * some 6n compressions, and nodes as many as leaves and 32 a path besides.
 */
const PROFILES: readonly (readonly number[])[] = [
  [7, 7, 9, 6, 10, 6],
  [11, 11, 12, 6, 14, 6],
  [14, 14, 15, 6, 17, 6],
];

/** The shapes of proofs that programs check. */
export function relistingShapes(system: System): Shape[] {
  return PROFILES.map((heights) => {
    const shape = createShape(system, heights);
    if (typeof shape === "number")
      throw new RangeError(`${system.name} has no proofs with tables of 2^(${heights.join(", ")}) rows`);
    return shape;
  });
}

/**
 * Input of a proof that leaves of a tree were relisted, with tables of the first profile that has room; for more leaves
 * they are as high as necessary, and no program checks that proof. Throws RangeError for an invalid relisting of that
 * tree.
 */
export function relistingInput(
  tree: Pick<PartialTree, "proveLeaf">,
  { listed, linked, first }: Relisting,
  { minLogRows }: Pick<ProofParameters, "minLogRows">,
): ProverInput {
  const anew = listedAnew(listed, linked);
  if (anew === undefined) throw new RangeError("a leaf is taken out that is not the successor of just one other");
  const requests = new CompressionRequests();
  const { compress } = requests;
  const placeAfter = new Map([...anew.linked, ...anew.listed].map(({ key, index }) => [key.join(), index]));
  const leaves = [...linked, ...listed].map(({ leafKind, key, nextKey, value, index }): RelistedLeaf => {
    const own = { kind: leafKind, key, successor: nextKey, placeBefore: index, placeAfter: placeAfter.get(key.join()) };
    return { ...own, value: valueDigest(value, plainCompress) };
  });
  const rows = relistedLeafRows(leaves, compress);
  const counts = { before: first + listed.length, after: first + anew.listed.length };
  const after = new Map(rows.flatMap((row) => (row.kept === 1 ? [[row.placeAfter, row.leafAfter] as const] : [])));
  const changes = new Map<number, NodeChange>(
    rows.map(({ placeBefore, leafBefore }) => [
      placeBefore,
      { before: leafBefore, after: after.get(placeBefore) ?? ZERO_DIGEST },
    ]),
  );
  const state = { leafCount: counts.before, last: pathOf(tree, counts.before - 1) };
  const paths = [...changes.keys()].map((index) => pathOf(tree, index));
  const { tree: nodes, roots } = traceChanges({ changes, countAfter: counts.after }, paths, state, compress);
  const compressions = requests.list();
  const counted = [rows.length + 1, changes.size, nodes.length, 1, compressions.length, 1];
  const profile = PROFILES.find((heights) => counted.every((count, table) => count <= 2 ** (heights[table] ?? 0)));
  const least = (table: number): number => Math.max(minLogRows, profile?.[table] ?? 0);
  const traces = [
    relistedLeavesColumns(rows, least(0)),
    relistedPlacesColumns(relistedPlaceRows(changes, counts), least(1)),
    treeColumns(nodes, least(2)),
    rootsColumns(roots, least(3)),
    compressionColumns(compressions, least(4)),
    boundaryColumns(least(5)),
  ];
  const statement = encodeStatement({ places: [] }, [], { before: roots.before, after: roots.after });
  return { statement, auxiliary: traces.map(() => []), traces };
}

function pathOf(tree: Pick<PartialTree, "proveLeaf">, index: number): TouchedPath {
  const path = tree.proveLeaf(index);
  return { ...path, value: limbsOf(path.value) };
}
