import type { Air } from "../constraints/air.ts";
import type { NodeIndex } from "../constraints/expression.ts";
import type { HidingParameters, ProofParameters } from "./parameters.ts";

/** The part of a definition that the rules read. */
interface HidingDefinition {
  readonly name: string;
  readonly parameters: ProofParameters;
  readonly tables: readonly HidingTable[];
  readonly segments?: unknown;
}

interface HidingTable {
  readonly air: Air;
  readonly preprocessed?: { readonly logRows: number; columns(): readonly Uint32Array[] };
}

/*
 * Proofs of a hiding system reveal nothing of the witness (docs/prover.md, "Proofs that hide"). The table's last rows are
 * random, so are its last columns, and so is the cut of the quotient into chunks. The rules below require as much randomness
 * as a proof shows, and that no constraint reads any.
 */

/** Random rows beyond those that are revealed: they hide the leaves whose digests a proof contains. */
const SPARE_ROWS = 5;
/** Random coefficients of the quotient beyond those that are revealed, for the leaves of its chunks: one in each coordinate. */
const SPARE_COEFFICIENTS = 1;

/**
 * Smallest numbers of random rows and quotient coefficients. A proof shows a column at each query and at z, whose value is one
 * linear form for each coordinate; the same at the next row.
 */
export function leastHiding({ extensionDegree, queryCount }: ProofParameters): HidingParameters {
  const forms = extensionDegree + queryCount;
  return { randomRows: 2 * forms + SPARE_ROWS, quotientMask: forms + SPARE_COEFFICIENTS };
}

/** Throws RangeError or TypeError that names the rule of hiding a definition breaks. Nothing for one that does not hide. */
export function assertHides(definition: HidingDefinition): void {
  const { parameters, name } = definition;
  const { hiding } = parameters;
  if (hiding === undefined) return;
  const [table, ...others] = definition.tables;
  if (table?.preprocessed === undefined || others.length > 0)
    throw new TypeError(`system ${name} hides: it has one table, and preprocessed columns select the table's rows`);
  if (definition.segments !== undefined || table.air.interactions.length > 0)
    throw new TypeError(`system ${name} hides: it has neither segments nor buses`);
  const least = leastHiding(parameters);
  for (const part of ["randomRows", "quotientMask"] as const) {
    if (Number.isInteger(hiding[part]) && hiding[part] >= least[part]) continue;
    throw new RangeError(
      `system ${name} hides with ${part} of ${least[part]} or more, got ${hiding[part]}: ${parameters.queryCount} queries show that much`,
    );
  }
  const rows = 2 ** table.preprocessed.logRows;
  if (hiding.randomRows > rows - 2 || hiding.quotientMask >= rows)
    throw new RangeError(
      `system ${name} has ${rows} rows, not enough for ${hiding.randomRows} random rows and a mask of ${hiding.quotientMask} coefficients`,
    );
  assertMaskColumns(table.air, parameters.extensionDegree);
  assertRowsSelected(table, hiding.randomRows);
}

/** The last columns, as many as the extension has coordinates, are in no constraint: DEEP weighs them by a basis. */
function assertMaskColumns({ columnNames, nodes, name, constraints }: Air, count: number): void {
  const first = columnNames.length - count;
  if (first < 1) throw new RangeError(`table ${name} hides: ${count} of its columns are masks, and it has ${columnNames.length}`);
  const reached = new Set<number>(constraints.flatMap(({ body, selector }) => [body, selector ?? body]));
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || !reached.has(index)) continue;
    if (node.kind === "column" && node.phase === "main" && node.column >= first)
      throw new TypeError(
        `table ${name} hides: its last ${count} columns are masks, and a constraint reads ${columnNames[node.column]}`,
      );
    if (node.kind === "add" || node.kind === "sub" || node.kind === "mul") reached.add(node.a).add(node.b);
    if (node.kind === "call") for (const input of node.inputs) reached.add(input);
    if (node.kind === "result") reached.add(node.call);
  }
}

/** Random rows satisfy no constraint, so each is selected by a preprocessed column that is 0 there. */
function assertRowsSelected({ air, preprocessed }: HidingTable, randomRows: number): void {
  const columns = preprocessed?.columns() ?? [];
  const columnOf = (selector: NodeIndex | undefined): Uint32Array | undefined => {
    const node = selector === undefined ? undefined : air.nodes[selector];
    return node?.kind === "column" && node.phase === "preprocessed" ? columns[node.column] : undefined;
  };
  for (const { name, scope, selector } of air.constraints) {
    if (scope === "firstRow") continue;
    if (scope === "lastRow")
      throw new TypeError(
        `constraint ${name} of table ${air.name} is on the last row, which is random: select the last row that is not`,
      );
    // The last row that is not random has a random one after it.
    const zeros = randomRows + (scope === "transition" ? 1 : 0);
    if (
      columnOf(selector)
        ?.subarray(-zeros)
        .every((value) => value === 0) === true
    )
      continue;
    throw new TypeError(
      `constraint ${name} of table ${air.name} holds on random rows: select its rows by a preprocessed column that is 0 on the last ${zeros}`,
    );
  }
}

/** Coefficients from the start of a chunk of the quotient to the start of the next. */
export function quotientStep({ hiding }: ProofParameters, logRows: number): number {
  return 2 ** logRows - (hiding?.quotientMask ?? 0);
}

/**
 * Chunks of the quotient that a proof has. Without hiding they are of n coefficients each; with it all but the last share their
 * highest coefficients with the next chunk's lowest. A transition's factor adds one to the degree. Throws TypeError for a hiding
 * system whose quotient is one chunk: its leaves would have no randomness except the columns'.
 */
export function quotientChunkCount({ name, parameters, tables }: HidingDefinition, constraintDegree: number): number {
  const logRows = tables[0]?.preprocessed?.logRows;
  if (parameters.hiding === undefined || logRows === undefined) return Math.max(1, constraintDegree - 1);
  const rows = 2 ** logRows;
  const coefficients = constraintDegree * (rows - 1) - rows + 2;
  const count = 1 + Math.max(0, Math.ceil((coefficients - rows) / quotientStep(parameters, logRows)));
  if (count > 1) return count;
  throw new TypeError(
    `system ${name} hides: its quotient has two chunks or more, and constraints of degree ${constraintDegree} need one`,
  );
}
