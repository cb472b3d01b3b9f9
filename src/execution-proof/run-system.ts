import { statementLayout } from "../circuits/boundary/statement-form.ts";
import type { LookingTable } from "../circuits/arithmetic/count-lookups.ts";
import { wordOf } from "../circuits/shapes/word.ts";
import type { ProofParameters } from "../stark/parameters.ts";
import type { ProverInput } from "../stark/prover-input.ts";
import type { SystemDefinition } from "../stark/system.ts";
import type { ProvableTrace } from "./run-state.ts";
import type { RunTrace } from "./run-trace.ts";
import { encodeStatement, formOf, type RootChange, statementValues, type WordChange } from "./run-statement.ts";
import { filledRun, type ProvenProgram, RUN_TABLES, type RunTable } from "./run-tables.ts";

/** Most segments of a run. */
export const MOST_SEGMENTS = 128;

/**
 * The system that proves runs of a program: "from these words and this state the program came to a stop, and left these". The
 * program is in the verification key, by the commitment of its rows.
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
 * The same for runs that are cut into segments: 2^29 is what `timeBefore` takes for granted of the clock, which a row of user
 * mode moves by 2 at most.
 */
export function segmentedDefinition(definition: SystemDefinition): SystemDefinition {
  const clock = { below: 2 ** 29, ticks: { processor: 1, user: 2 } };
  return { ...definition, name: `${definition.name} in segments`, segments: { most: MOST_SEGMENTS, clock } };
}

/** A definition that `runDefinition` made of a program. */
export interface RunSystem {
  readonly program: ProvenProgram;
  readonly definition: SystemDefinition;
  /** Of which it was made. Default: all, as they are listed. */
  readonly tables?: readonly RunTable[];
}

/**
 * What proves a run of a program. The statement is what the trace comes to, unless other changes of its places or other roots are
 * given: then there is no proof that verifies.
 */
export function runInput(
  { program, definition, tables = RUN_TABLES }: RunSystem,
  trace: ProvableTrace,
  changes = changesOf(program, trace),
  roots: RootChange = trace.state.roots,
): ProverInput {
  const run = filledRun(program, trace, definition.parameters.minLogRows);
  const own = tables.map(({ columns, isCounted }) => (isCounted === true ? undefined : columns(run, [])));
  const looking = definition.tables.flatMap(({ air, preprocessed }, i): LookingTable[] => {
    const main = own[i];
    // The program's table and the boundary look nothing up.
    const looksUp = main !== undefined && preprocessed === undefined && air.publicCount === 0;
    return looksUp ? [{ air, columns: { preprocessed: [], main } }] : [];
  });
  const traces = tables.map(({ columns }, i) => own[i] ?? columns(run, looking));
  return { statement: encodeStatement(program, changes, roots), auxiliary: traces.map(() => []), traces };
}

/** What the program's places held before and after a traced run. */
export function changesOf({ places }: ProvenProgram, trace: RunTrace): WordChange[] {
  return places.map(({ space, index }) => {
    const history = trace.places.find((place) => place.space === space && place.index === index);
    if (history === undefined) throw new Error(`place ${index} of space ${space} was not given to the trace`);
    return { before: wordOf(history.first), after: wordOf(history.last) };
  });
}
