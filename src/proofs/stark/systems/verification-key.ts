import { P } from "../../field/koala-bear.ts";
import { keccak256 } from "../../kernels/wasm/keccak256.ts";
import type { Air } from "../constraints/air.ts";
import type { Bus } from "../constraints/bus.ts";
import type { ExpressionNode, Gadget } from "../constraints/expression.ts";
import type { LookupPlan } from "../constraints/lookup.ts";
import type { HidingParameters, ProofParameters } from "./parameters.ts";
import type { InSegments, SegmentBounds } from "../constraints/segment-bounds.ts";

/** Version of engine and proof format, by how columns are opened: the digest of every system changes with it. */
const ROWS_VERSION = 1;
const STACK_VERSION = 6;
/** Amounts added to the version of a stack. */
const ADDED = { segment: 1, paired: 8, capped: 16 } as const;

export function proofVersion({ opening, paths }: Pick<ProofParameters, "opening" | "paths">, ofSegment = false): number {
  if (opening.kind === "rows") return ROWS_VERSION;
  const paired = opening.singleColumnLeaves === "paired" ? ADDED.paired : 0;
  const capped = paths === "capped" ? ADDED.capped : 0;
  return STACK_VERSION + paired + capped + (ofSegment ? ADDED.segment : 0);
}

/** Parts of a compiled table that enter the digest. */
interface KeyedTable {
  readonly air: Air;
  readonly auxiliaryCount: number;
  readonly optional: boolean;
  readonly fixedLogRows: number | undefined;
  readonly preprocessedWidth: number;
  readonly mainWidth: number;
  readonly mainNextWidth: number;
  readonly lookup: LookupPlan | undefined;
}

/** Parts of a compiled system that enter the digest. */
interface KeyedSystem {
  readonly name: string;
  readonly parameters: ProofParameters;
  readonly definition: {
    readonly statementValueCount: number;
    readonly statementElements?: { readonly count: number; readonly shared: number };
    readonly segments?: SegmentBounds;
    readonly tables: readonly { readonly inSegments?: InSegments }[];
  };
  readonly chunkCount: number;
  readonly tables: readonly KeyedTable[];
  readonly buses: readonly Bus[];
  readonly preprocessedRoots: ReadonlyMap<number, Uint8Array>;
}

type Serialised = string | number | readonly Serialised[];

/**
 * keccak256 over a canonical serialisation (JSON of nested arrays, no objects, UTF-8) of everything that a proof's
 * meaning depends on: format version, field, system name, every parameter, every table's expression graph, constraints
 * and interactions, the lookup grouping, and the preprocessed roots. Names
 * of tables, columns and constraints are left out: they mean nothing to the proof, so renaming does not change the key.
 */
export function verificationKeyDigest(system: KeyedSystem): Uint8Array {
  const text = JSON.stringify([
    "verification-key",
    proofVersion(system.parameters, system.definition.segments !== undefined),
    P,
    system.name,
    serialiseParameters(system.parameters),
    system.definition.statementValueCount,
    system.chunkCount,
    system.tables.map((table) => [
      table.preprocessedWidth,
      table.fixedLogRows ?? -1,
      table.mainWidth,
      table.mainNextWidth,
      table.auxiliaryCount,
      table.air.publicCount,
      serialiseNodes(table.air.nodes),
      table.air.constraints.map(({ scope, selector, body }) => [scope, selector ?? -1, body]),
      (table.lookup?.groups ?? []).map((terms) =>
        terms.map(({ bus, sign, multiplicity, message }) => [bus.tag, sign, multiplicity, [...message]]),
      ),
      ...(table.optional ? ["optional"] : []),
    ]),
    system.buses.map((bus) => [bus.tag, bus.messageLength]),
    [...system.preprocessedRoots].sort(([a], [b]) => a - b).map(([logRows, root]) => [logRows, [...root]]),
    ...serialiseSegments(system),
    ...serialiseStatement(system),
  ] satisfies Serialised);
  return keccak256(new TextEncoder().encode(text));
}

/** Serialises the rules of a run of segments, besides each segment's constraints. */
function serialiseSegments({ definition, tables }: KeyedSystem): Serialised[] {
  const { segments } = definition;
  if (segments === undefined) return [];
  const { most, clock, without = [], ...rest } = segments;
  rest satisfies Record<string, never>;
  const ticks = tables.map(({ air }) => clock?.ticks[air.name] ?? 0);
  return [
    ["segments", most, clock?.below ?? -1, ticks, [...without]],
    tables.map(({ lookup }, i) => [definition.tables[i]?.inSegments ?? "", (lookup?.kinds ?? []).map((group) => [...group])]),
    tables.map(({ lookup }) => [...(lookup?.sumOf ?? [])]),
  ];
}

/** Serialises the form of statements. For statements of bytes the system's name implies it. */
function serialiseStatement({ definition: { statementElements } }: KeyedSystem): Serialised[] {
  if (statementElements === undefined) return [];
  const { count, shared, ...rest } = statementElements;
  rest satisfies Record<string, never>;
  return [["elements", count, shared]];
}

/** Destructured in full, so that a new parameter does not compile until it is bound here. */
function serialiseParameters(parameters: ProofParameters): Serialised {
  const {
    extensionDegree,
    logBlowup,
    queryCount,
    grindingBits,
    grindingBaseLogRows,
    logArity,
    logFinalMax,
    opening,
    hash,
    transcript,
    paths,
    maxConstraintDegree,
    minLogRows,
    maxLogRows,
    hiding,
    ...rest
  } = parameters;
  rest satisfies Record<string, never>;
  return [
    extensionDegree,
    logBlowup,
    queryCount,
    grindingBits,
    grindingBaseLogRows,
    logArity,
    logFinalMax,
    hash.kind,
    hash.kind === "poseidon" ? 0 : hash.digestBytes,
    maxConstraintDegree,
    minLogRows,
    maxLogRows,
    ...serialiseOpening(opening),
    ...(transcript === "keccak" ? [] : [`transcript ${transcript}`, "whole leaves"]),
    ...(paths === undefined ? [] : [`paths ${paths}`]),
    ...(hiding === undefined ? [] : [serialiseHiding(hiding)]),
  ];
}

function serialiseHiding({ randomRows, quotientMask, ...rest }: HidingParameters): Serialised {
  rest satisfies Record<string, never>;
  return ["hiding", randomRows, quotientMask];
}

/**
 * The version distinguishes the openings; columns by rows have no bounds. A stack joins coordinates of a
 * value.
 */
function serialiseOpening(opening: ProofParameters["opening"]): Serialised[] {
  if (opening.kind === "rows") return [];
  const { kind, logStackMin, logStackMax, singleColumnLeaves, ...rest } = opening;
  rest satisfies Record<string, never>;
  return [kind, logStackMin, logStackMax, "joined", ...(singleColumnLeaves === undefined ? [] : [singleColumnLeaves])];
}

/** Gadget bodies are written where they are first called and referred to by number afterwards. */
function serialiseNodes(nodes: readonly ExpressionNode[], gadgets = new Map<Gadget, number>()): Serialised[] {
  return nodes.map((node): Serialised => {
    switch (node.kind) {
      case "constant":
        return ["c", node.value];
      case "column":
        return [node.phase, node.column, node.next ? 1 : 0];
      case "public":
        return ["p", node.index];
      case "parameter":
        return ["a", node.index];
      case "add":
      case "sub":
      case "mul":
        return [node.kind, node.a, node.b];
      case "call": {
        const known = gadgets.get(node.gadget);
        if (known !== undefined) return ["call", known, [...node.inputs]];
        const { inputCount, outputs } = node.gadget;
        const body = serialiseNodes(node.gadget.nodes, gadgets);
        gadgets.set(node.gadget, gadgets.size);
        return ["call", [inputCount, body, [...outputs]], [...node.inputs]];
      }
      case "result":
        return ["r", node.call, node.index];
    }
  });
}
