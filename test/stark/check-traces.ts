import { P } from "../../src/proofs/field/koala-bear.ts";
import type { Air, ConstraintScope } from "../../src/proofs/stark/constraints/air.ts";
import type { BusKind } from "../../src/proofs/stark/constraints/bus.ts";
import { evaluateRows, rowRange, type TableColumns } from "../../src/proofs/stark/constraints/column-arithmetic.ts";
import { checkProverInput, type ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";

/** A constraint that does not hold at a row. */
interface ConstraintViolation {
  readonly kind: "constraint";
  readonly table: string;
  readonly constraint: string;
  readonly scope: ConstraintScope;
  readonly row: number;
}

/** A message whose sends and receives do not cancel. */
interface BusViolation {
  readonly kind: "bus";
  readonly bus: string;
  readonly message: readonly number[];
  /** Sends minus receives, never 0, as the representative nearest to zero. */
  readonly balance: number;
  /** First row that sent or received it. */
  readonly table: string;
  readonly row: number;
}

export type Violation = ConstraintViolation | BusViolation;

interface CheckOptions {
  /** Stops after this many violations; default 1. */
  readonly limit?: number;
}

/** Rows handled at once: bounds the memory of intermediate expression values. */
const CHUNK_ROWS = 512;

/**
 * Lists the violations of a prover input: constraints table by table, then buses. Empty exactly when the input satisfies
 * its system. For tests and for explaining a proof that does not verify. Throws ProverInputError when input and system do
 * not fit.
 */
export function checkTraces(system: System, input: ProverInput, { limit = 1 }: CheckOptions = {}): Violation[] {
  const balances = new BusBalances(["local", "carried"]);
  const violations = checkInput(system, input, limit, [balances]);
  return [...violations, ...balances.violations()].slice(0, limit);
}

/**
 * Lists the violations of a run's segments in order: constraints and local buses of each segment, then the buses that all
 * of them carry.
 */
export function checkRun(system: System, inputs: Iterable<ProverInput>, { limit = 1 }: CheckOptions = {}): Violation[] {
  const carried = new BusBalances(["carried"]);
  const violations: Violation[] = [];
  for (const input of inputs) {
    const local = new BusBalances(["local"]);
    violations.push(...checkInput(system, input, limit - violations.length, [local, carried]), ...local.violations());
  }
  return violations.concat(carried.violations()).slice(0, limit);
}

/** The constraints that do not hold; what is said on buses is added to the balances. */
function checkInput(system: System, input: ProverInput, limit: number, balances: readonly BusBalances[]): ConstraintViolation[] {
  const { publicValues, traces } = checkProverInput(system, input);
  const violations: ConstraintViolation[] = [];
  for (const { air, index } of system.tables) {
    const columns = { preprocessed: system.definition.tables[index]?.preprocessed?.columns() ?? [], main: traces[index] ?? [] };
    const values = publicValues[index] ?? [];
    violations.push(...checkConstraints(air, columns, values, { limit: limit - violations.length }));
    for (const each of balances) each.add(air, columns, values);
  }
  return violations;
}

/**
 * The constraints of one table that do not hold, by row, for all rows or the given ones. A cell at row r takes part in the
 * constraints of rows r and r − 1 only.
 */
export function checkConstraints(
  air: Air,
  columns: TableColumns,
  publicValues: readonly number[],
  { limit = 1, rows }: CheckOptions & { readonly rows?: readonly number[] } = {},
): ConstraintViolation[] {
  const height = columns.main[0]?.length ?? 0;
  const roots = air.constraints.flatMap(({ body, selector }) => (selector === undefined ? [body] : [body, selector]));
  const violations: ConstraintViolation[] = [];
  const count = rows?.length ?? height;
  for (let first = 0; first < count && violations.length < limit; first += CHUNK_ROWS) {
    const size = Math.min(CHUNK_ROWS, count - first);
    const chunk = rows === undefined ? rowRange(first, size) : Uint32Array.from(rows.slice(first, first + size));
    const values = evaluateRows(air, roots, columns, publicValues, chunk);
    let cursor = 0;
    const found: ConstraintViolation[] = [];
    for (const { name, scope, selector } of air.constraints) {
      const body = values[cursor++];
      const factor = selector === undefined ? undefined : values[cursor++];
      chunk.forEach((row, i) => {
        if (body?.[i] === 0 || factor?.[i] === 0 || !inScope(scope, row, height)) return;
        found.push({ kind: "constraint", table: air.name, constraint: name, scope, row });
      });
    }
    violations.push(...found.sort((a, b) => a.row - b.row));
  }
  return violations.slice(0, Math.max(0, limit));
}

function inScope(scope: ConstraintScope, row: number, height: number): boolean {
  switch (scope) {
    case "everyRow":
      return true;
    case "transition":
      return row !== height - 1;
    case "firstRow":
      return row === 0;
    case "lastRow":
      return row === height - 1;
  }
}

/** Sums, message by message, what tables say on the buses of some kinds. */
class BusBalances {
  readonly #kinds: readonly BusKind[];
  readonly #buses = new Map<string, Map<string, { balance: number; readonly table: string; readonly row: number }>>();

  constructor(kinds: readonly BusKind[]) {
    this.#kinds = kinds;
  }

  add(air: Air, columns: TableColumns, publicValues: readonly number[]): void {
    const interactions = air.interactions.filter(({ bus }) => this.#kinds.includes(bus.kind));
    if (interactions.length === 0) return;
    const roots = interactions.flatMap(({ multiplicity, message }) => [multiplicity, ...message]);
    const height = columns.main[0]?.length ?? 0;
    for (let first = 0; first < height; first += CHUNK_ROWS) {
      const rows = rowRange(first, Math.min(CHUNK_ROWS, height - first));
      const values = evaluateRows(air, roots, columns, publicValues, rows);
      let cursor = 0;
      for (const { bus, direction, message } of interactions) {
        const multiplicities = values[cursor++] ?? new Uint32Array(0);
        const elements = values.slice(cursor, (cursor += message.length));
        multiplicities.forEach((multiplicity, i) => {
          if (multiplicity === 0) return;
          const key = elements.map((element) => element[i]).join();
          this.#count(bus.name, key, direction === "send" ? multiplicity : P - multiplicity, air.name, first + i);
        });
      }
    }
  }

  violations(): BusViolation[] {
    return [...this.#buses].flatMap(([bus, messages]) =>
      [...messages].flatMap(([key, { balance, table, row }]): BusViolation[] => {
        if (balance === 0) return [];
        const message = key === "" ? [] : key.split(",").map(Number);
        return [{ kind: "bus", bus, message, balance: balance > P / 2 ? balance - P : balance, table, row }];
      }),
    );
  }

  #count(bus: string, key: string, amount: number, table: string, row: number): void {
    const messages = this.#buses.get(bus) ?? new Map<string, { balance: number; readonly table: string; readonly row: number }>();
    this.#buses.set(bus, messages);
    const entry = messages.get(key);
    if (entry === undefined) messages.set(key, { balance: amount, table, row });
    else entry.balance = (entry.balance + amount) % P;
  }
}
