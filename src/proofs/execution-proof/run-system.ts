import { PRODUCT_TIMES } from "../circuits/field-product/field-product-air.ts";
import { statementLayout } from "../circuits/boundary/statement-form.ts";
import type { LookingTable } from "../circuits/arithmetic/count-lookups.ts";
import { wordOf } from "../circuits/shapes/word.ts";
import type { ProofParameters } from "../stark/systems/parameters.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import { ABSENT, rowCount } from "../stark/systems/shape.ts";
import type { SystemDefinition } from "../stark/systems/system.ts";
import type { LeastHeight } from "../stark/rows/table-rows.ts";
import type { ProvableTrace } from "./run-state.ts";
import type { RunProfile } from "./run-profiles.ts";
import type { RunTrace } from "./run-trace.ts";
import { encodeStatement, formOf, type RootChange, statementValues, type WordChange } from "./run-statement.ts";
import { filledRun, type ProvenProgram, RUN_TABLES, type RunTable } from "./run-tables.ts";

/** Maximum number of segments of a run. */
export const MAX_SEGMENTS = 128;

/**
 * The system that proves runs of a program: "from these words and this state the program came to a stop, and left these". The
 * program is in the verification key, by the commitment or the digest of its rows.
 */
export function runDefinition(
  program: ProvenProgram,
  parameters: ProofParameters,
  tables: readonly RunTable[] = RUN_TABLES,
): SystemDefinition {
  const { name } = program;
  const form = formOf(program);
  const { publicCount, elementCount, sharedCount } = statementLayout(form);
  return {
    name: `run of ${name}/1`,
    parameters,
    tables: tables.map(({ definition }) => definition(program, parameters.minLogRows)),
    statementValueCount: publicCount,
    statementElements: { count: elementCount, shared: sharedCount },
    publicValues: (statement) => statementValues(form, statement),
  };
}

/**
 * Definition for runs that are cut into segments: `timeBefore` assumes a clock below 2^29, which a row of user mode moves
 * by 2 at most, and a product in Fp2 by 3 besides its step.
 */
export function segmentedDefinition(definition: SystemDefinition): SystemDefinition {
  const clock = { below: 2 ** 29, ticks: { processor: 1, user: 2, fieldProduct: PRODUCT_TIMES - 1 } };
  return { ...definition, name: `${definition.name} in segments`, segments: { most: MAX_SEGMENTS, clock } };
}

/** A definition that `runDefinition` made of a program. */
export interface RunSystem {
  readonly program: ProvenProgram;
  readonly definition: SystemDefinition;
  /** Tables of which it was made. Default: all listed ones. */
  readonly tables?: readonly RunTable[];
  /** One of which each of its proofs has, the smallest that has room. Default: tables are as high as a run needs. */
  readonly profiles?: readonly RunProfile[];
  /** Profiles of segments, for runs without room in any profile. */
  readonly segmentProfiles?: readonly RunProfile[];
}

/** Minimum height of each table, and maximum number of its rows. */
interface TableBounds {
  readonly leastOf: (table: string) => LeastHeight;
  readonly mostOf: (table: string) => number;
}

/**
 * Input of a proof of a program's run. The statement is the result of the trace, unless other changes of its places or
 * other roots are passed: then no proof verifies.
 */
export function runInput(
  system: RunSystem,
  trace: ProvableTrace,
  changes = changesOf(system.program, trace),
  roots: RootChange = trace.state.roots,
): ProverInput {
  const { minLogRows } = system.definition.parameters;
  const traces = runTraces(system, trace, { leastOf: () => minLogRows, mostOf: () => Infinity });
  if (traces === undefined) throw new Error("tables without a bound are never too high");
  return inputOf(system, traces, changes, roots);
}

/** Input with tables of the height in the first of the system's profiles that has room; undefined if none has. */
export function profiledInput(system: RunSystem, trace: ProvableTrace): ProverInput | undefined {
  const { program, definition, profiles = [] } = system;
  for (const profile of profiles) {
    const traces = runTraces(system, trace, boundsOf(profile, definition.parameters));
    if (traces !== undefined) return inputOf(system, traces, changesOf(program, trace), trace.state.roots);
  }
  return undefined;
}

function boundsOf(profile: RunProfile, { minLogRows }: Pick<ProofParameters, "minLogRows">): TableBounds {
  return {
    leastOf: (table) => {
      const logRows = profile[table];
      return logRows === undefined || logRows === ABSENT ? minLogRows : { inAnyCase: logRows };
    },
    mostOf: (table) => rowCount(profile[table] ?? Infinity),
  };
}

function inputOf(
  { program }: RunSystem,
  traces: ProverInput["traces"],
  changes: readonly WordChange[],
  roots: RootChange,
): ProverInput {
  return { statement: encodeStatement(program, changes, roots), auxiliary: traces.map(() => []), traces };
}

/** Undefined where a table has more rows than it may have: found before any is laid out where its rows are known. */
function runTraces(
  { program, definition, tables = RUN_TABLES }: RunSystem,
  trace: ProvableTrace,
  { leastOf, mostOf }: TableBounds,
): (readonly Uint32Array[])[] | undefined {
  const nameOf = (i: number): string => definition.tables[i]?.air.name ?? "";
  if (tables.some(({ cut }, i) => cut?.kind === "chained" && cut.rows(trace).length > mostOf(nameOf(i)))) return undefined;
  const run = filledRun(program, trace, leastOf);
  const own: (readonly Uint32Array[] | undefined)[] = [];
  for (const [i, { columns, isCounted }] of tables.entries()) {
    const made = isCounted === true ? undefined : columns(run, leastOf(nameOf(i)), []);
    if ((made?.[0]?.length ?? 0) > mostOf(nameOf(i))) return undefined;
    own.push(made);
  }
  const looking = definition.tables.flatMap(({ air, preprocessed }, i): LookingTable[] => {
    const main = own[i];
    // The program's table and the boundary look nothing up.
    const looksUp = main !== undefined && preprocessed === undefined && air.publicCount === 0;
    return looksUp ? [{ air, columns: { preprocessed: [], main } }] : [];
  });
  return tables.map(({ columns }, i) => own[i] ?? columns(run, leastOf(nameOf(i)), looking));
}

/** Words of the program's places before and after a traced run. */
export function changesOf({ places }: ProvenProgram, trace: RunTrace): WordChange[] {
  return places.map(({ space, index }) => {
    const history = trace.places.find((place) => place.space === space && place.index === index);
    if (history === undefined) throw new Error(`place ${index} of space ${space} was not given to the trace`);
    return { before: wordOf(history.first), after: wordOf(history.last) };
  });
}
