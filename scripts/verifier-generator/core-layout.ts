import { BASE31_GROUP, packedLength } from "../../src/proofs/kernels/leaf-encoding.ts";
import { friLayerCount, type ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import type { System, Table } from "../../src/proofs/stark/systems/system.ts";
import { MemoryLayout } from "./memory-layout.ts";
import { FINAL_CHUNK, FINAL_GROUP, FINAL_GROUP_WORDS } from "./yul-fri.ts";
import { GROUP_WORDS, groupCount } from "./yul-opening.ts";

/** Words before an evaluator's values: composition challenge and three row selectors. */
export const ARGUMENT_WORDS = 4;

/** One committed tree of trace or quotient columns. */
export interface TreeLayout {
  readonly name: "preprocessed" | "main" | "quotient";
  readonly width: number;
  /** Number of its leading columns that are also opened at the next row. */
  readonly nextWidth: number;
  /** Index of its first column in the opening order. */
  readonly firstColumn: number;
  readonly leafBytes: number;
  /** Root of the tree: an offset in the proof, or a constant of the system. */
  readonly root: { readonly kind: "sent"; readonly offset: number } | { readonly kind: "fixed"; readonly digest: Uint8Array };
  /** Address of its coefficient table. */
  readonly table: number;
}

/** Everything that the generated verifier knows when it is written: widths, offsets in the proof, memory addresses. */
export interface CoreLayout {
  readonly system: System;
  readonly parameters: ProofParameters;
  readonly table: Table;
  readonly digestBytes: number;
  readonly columnCount: number;
  readonly nextCount: number;
  readonly statementCount: number;
  readonly auxiliaryCount: number;
  /** Proof offsets. */
  readonly auxiliaryOffset: number;
  readonly headerBytes: number;
  readonly openingsOffset: number;
  readonly openingsAtPointRow: number;
  readonly openingsAtNextRow: number;
  readonly friRootsOffset: number;
  readonly friRootStride: number;
  readonly trees: readonly TreeLayout[];
  readonly memory: CoreMemory;
}

/** Addresses of the verifier's memory; lengths are in units of a word, in `layoutCore`. */
export interface CoreMemory {
  /** Arguments, public values, opened values at z and at g·z, shared values: the constraint contracts' input, in this order. */
  readonly evaluatorArguments: number;
  readonly publicValues: number;
  readonly values: number;
  readonly nextValues: number;
  readonly sharedValues: number;
  readonly powers: number;
  readonly prefixSum: number;
  readonly positions: number;
  readonly leaves: number;
  readonly hashes: number;
  readonly rowSums: number;
  readonly prefixSums: number;
  readonly denominators: number;
  readonly products: number;
  readonly friValues: number;
  readonly friFolds: number;
  readonly friLeaf: number;
  readonly friChallenges: number;
  readonly stack: number;
  readonly finalTable: number;
  readonly finalTables: number;
  readonly gas: number;
  readonly buffer: number;
  /** Single words by name. */
  readonly slots: Readonly<Record<Slot, number>>;
}

/** Room for the values that constraint contracts hand on to later ones. */
export const SHARED_WORDS = 64;

const SLOTS = [
  "logRows",
  "logDomain",
  "layers",
  "logFinal",
  "final",
  "cursor",
  "state",
  "pointMontgomery",
  "nextPointMontgomery",
  "vanishing",
  "deep",
  "nextWeight",
  "negatedAtPoint",
  "negatedAtNext",
] as const;
export type Slot = (typeof SLOTS)[number];

const TAKES_ROWS = "the contract generator takes systems without lookups, whose columns are opened by rows";

/** Throws RangeError with the reason for a system that this generator cannot write a contract for. */
export function layoutCore(system: System): CoreLayout {
  const { parameters } = system;
  const [table, ...others] = system.tables;
  if (table === undefined || others.length > 0) throw new RangeError("the contract generator takes systems of one table");
  if (system.hasLookups || system.parameters.opening.kind !== "rows") throw new RangeError(TAKES_ROWS);
  if (parameters.extensionDegree !== 5) throw new RangeError("the contract generator takes the quintic extension");
  if (parameters.logArity !== 3) throw new RangeError("the contract generator takes FRI of arity 8");
  if (parameters.hash.kind !== "keccak") throw new RangeError("the contract generator takes keccak trees");
  const { digestBytes } = parameters.hash;
  const shape = createShape(system, [parameters.minLogRows]);
  if (typeof shape === "number") throw new RangeError("the system's smallest height is not allowed alone");

  const statementCount = system.definition.statementValueCount;
  const finalCount = Math.max(FINAL_CHUNK, 2 ** Math.min(parameters.logFinalMax, parameters.maxLogRows));
  const headerBytes = 1 + system.tables.length + 4 * table.auxiliaryCount;
  const memory = new MemoryLayout();
  const slots = Object.fromEntries(SLOTS.map((slot) => [slot, memory.words(1)])) as Record<Slot, number>;
  const queries = parameters.queryCount;
  const prefixSum = memory.words(1);
  let sent = 0;
  const trees = shape.trees.map((tree): TreeLayout => {
    const block = shape.blocks.find(({ phase }) => phase === tree.phase);
    if (block === undefined || block.phase === "lookup") throw new RangeError("unexpected tree");
    return {
      name: block.phase,
      width: block.width,
      nextWidth: block.nextWidth,
      firstColumn: block.firstColumn,
      leafBytes: packedLength(block.width, BASE31_GROUP),
      root: block.phase === "preprocessed" ? fixedRoot(system) : { kind: "sent", offset: headerBytes + digestBytes * sent++ },
      table: memory.words(GROUP_WORDS * groupCount(block.width)),
    };
  });
  const openingsOffset = headerBytes + sent * digestBytes;
  const openingsAtPointRow = packedLength(shape.columnCount, BASE31_GROUP);
  const openingsAtNextRow = packedLength(shape.nextCount, BASE31_GROUP);
  return {
    system,
    parameters,
    table,
    digestBytes,
    columnCount: shape.columnCount,
    nextCount: shape.nextCount,
    statementCount,
    auxiliaryCount: table.auxiliaryCount,
    auxiliaryOffset: 1 + system.tables.length,
    headerBytes,
    openingsOffset,
    ...{ openingsAtPointRow, openingsAtNextRow },
    friRootsOffset: openingsOffset + 5 * (openingsAtPointRow + openingsAtNextRow),
    friRootStride: digestBytes,
    trees,
    memory: {
      slots,
      prefixSum,
      finalTable: memory.words((FINAL_CHUNK / FINAL_GROUP) * FINAL_GROUP_WORDS),
      // The next five stay together: they are the constraint contracts' input. Unpacking a last group of values may write
      // up to seven words too many, into what is written later.
      evaluatorArguments: memory.words(ARGUMENT_WORDS),
      publicValues: memory.words(statementCount + table.auxiliaryCount),
      values: memory.words(shape.columnCount),
      nextValues: memory.words(shape.nextCount),
      sharedValues: memory.words(SHARED_WORDS),
      // A table's last group may read past its columns' powers; what it finds there meets zero bits only.
      powers: memory.words(shape.columnCount + BASE31_GROUP),
      // One zero word before the positions ends the search for a place.
      positions: memory.words(queries + 1) + 32,
      leaves: memory.words(queries),
      hashes: memory.words(queries),
      rowSums: memory.words(queries),
      prefixSums: memory.words(queries),
      denominators: memory.words(2 * queries),
      products: memory.words(2 * queries),
      friValues: memory.words(queries),
      friFolds: memory.words(queries),
      friLeaf: memory.words(8),
      friChallenges: memory.words(friLayerCount(parameters, parameters.maxLogRows) + 1),
      stack: memory.words(2 * queries + 2),
      finalTables: memory.words((finalCount / FINAL_GROUP) * FINAL_GROUP_WORDS),
      gas: memory.words(16),
      buffer: memory.end,
    },
  };
}

function fixedRoot({ preprocessedRoots, parameters }: System): TreeLayout["root"] {
  const digest = preprocessedRoots.get(parameters.maxLogRows);
  if (digest === undefined || parameters.minLogRows !== parameters.maxLogRows)
    throw new RangeError("the contract generator takes preprocessed columns of the only height that a proof may have");
  return { kind: "fixed", digest };
}

/** Finds a tree by its name. Throws RangeError for a system without one. */
export function treeNamed({ trees }: Pick<CoreLayout, "trees">, name: TreeLayout["name"]): TreeLayout {
  const tree = trees.find((candidate) => candidate.name === name);
  if (tree === undefined) throw new RangeError(`a system has a ${name} tree`);
  return tree;
}
