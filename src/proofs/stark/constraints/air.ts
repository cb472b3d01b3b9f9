import type { Bus } from "./bus.ts";
import { degrees, type Expression, ExpressionBuilder, type ExpressionNode, type NodeIndex, type Phase } from "./expression.ts";
import { elementNames, fieldElements, type Fields, type FieldValues, fieldValues, validateFields } from "./fields.ts";

/**
 * The rows on which a constraint must vanish. `transition` is every row but the last. Only `transition` and `firstRow` may
 * read the next row: the last row has none (see `lifting-rules.ts`).
 */
export type ConstraintScope = "everyRow" | "transition" | "firstRow" | "lastRow";

/** selector · body = 0 on the rows of `scope`. The selector is kept apart so that evaluators can share it. */
export interface Constraint {
  readonly name: string;
  readonly scope: ConstraintScope;
  /** Undefined means 1. */
  readonly selector: NodeIndex | undefined;
  readonly body: NodeIndex;
  /** Degree of selector · body in the trace columns. */
  readonly degree: number;
}

/** A message on a bus; the multiplicity is positive for a send and counted negative for a receive. */
export interface Interaction {
  readonly bus: Bus;
  readonly direction: "send" | "receive";
  readonly multiplicity: NodeIndex;
  /** The elements of all fields, in order; the bus's tag goes before them. */
  readonly message: readonly NodeIndex[];
}

/** One table: its columns, what must hold between them, and what it says on the buses. */
export interface Air {
  readonly name: string;
  readonly nodes: readonly ExpressionNode[];
  readonly columnNames: readonly string[];
  readonly preprocessedNames: readonly string[];
  /** Main columns read at the next row. The engine opens only these at the second point. */
  readonly nextColumns: readonly number[];
  readonly publicCount: number;
  /** Public values that the verifier sees to are 0 or 1. */
  readonly bits?: readonly number[];
  /** Columns that count over fewer rows in sequence than the table has, each with that number (`counters.ts`). */
  readonly longestCounts: ReadonlyMap<number, number>;
  readonly constraints: readonly Constraint[];
  readonly interactions: readonly Interaction[];
  /** Highest constraint degree, at least 1. Interactions are not counted here. */
  readonly degree: number;
}

/** Declares the columns and constraints of one table. Everything else about the table is derived from what it records. */
export class AirBuilder extends ExpressionBuilder {
  readonly #name: string;
  readonly #columns: string[] = [];
  readonly #preprocessed: string[] = [];
  readonly #constraints: Omit<Constraint, "degree">[] = [];
  readonly #interactions: Interaction[] = [];
  readonly #longestCounts = new Map<number, number>();
  readonly #publicCount: number;

  constructor(name: string, publicCount: number) {
    super();
    this.#name = name;
    this.#publicCount = publicCount;
  }

  /** Adds one main column. Declare the columns that are read at the next row first: the verifier reads them as a prefix. */
  column(name: string): Expression {
    this.#columns.push(name);
    return this.#reference("main", this.#columns.length - 1, false);
  }

  columns(name: string, count: number): Expression[] {
    return Array.from({ length: count }, (_, i) => this.column(`${name}[${i}]`));
  }

  /** Adds the main columns of all fields, in order: the fields that a trace is written with (`traceColumns`). */
  declare<const F extends Fields>(fields: F): FieldValues<F, Expression> {
    validateFields(`table ${this.#name}`, fields);
    return fieldValues(
      fields,
      elementNames(fields).map((name) => this.column(name)),
    );
  }

  preprocessedColumn(name: string): Expression {
    this.#preprocessed.push(name);
    return this.#reference("preprocessed", this.#preprocessed.length - 1, false);
  }

  /** Declares preprocessed columns. */
  declarePreprocessed<const F extends Fields>(fields: F): FieldValues<F, Expression> {
    validateFields(`table ${this.#name}`, fields);
    return fieldValues(
      fields,
      elementNames(fields).map((name) => this.preprocessedColumn(name)),
    );
  }

  /**
   * Column shifted to the next row; the last row has none. Throws TypeError for anything but a column of this
   * row.
   */
  next(column: Expression): Expression {
    const node = this.nodes[this.nodeOf(column)];
    if (node?.kind !== "column" || node.next) throw new TypeError("next() takes a column of the current row");
    return this.#reference(node.phase, node.column, true);
  }

  /** A public value, by index. Throws RangeError outside [0, publicCount). */
  public(index: number): Expression {
    if (!(index >= 0 && index < this.#publicCount)) {
      throw new RangeError(`public value ${index} of table ${this.#name} does not exist (it has ${this.#publicCount})`);
    }
    return this.push({ kind: "public", index }, `pub${index}`);
  }

  /**
   * Declares the longest sequence of rows over which a column counts, if range checks bound it. Default: all rows. Throws
   * TypeError for anything but a main column of this row.
   */
  boundCount(column: Expression, rows: number): void {
    const node = this.nodes[this.nodeOf(column)];
    if (node?.kind !== "column" || node.next || node.phase !== "main")
      throw new TypeError("boundCount() takes a main column of the current row");
    this.#longestCounts.set(node.column, rows);
  }

  assertZero(name: string, scope: ConstraintScope, body: Expression, selector?: Expression): void {
    this.#constraints.push({ name, scope, selector: selector && this.nodeOf(selector), body: this.nodeOf(body) });
  }

  assertEqual(name: string, scope: ConstraintScope, a: Expression, b: Expression, selector?: Expression): void {
    this.assertZero(name, scope, this.sub(a, b), selector);
  }

  /** Throws RangeError when the message has another number of elements in some field than the bus. */
  send<F extends Fields>(bus: Bus<F>, multiplicity: Expression, message: FieldValues<F, Expression>): void {
    this.#interact(bus, "send", multiplicity, message);
  }

  /** Receives a message on a bus with a multiplicity. */
  receive<F extends Fields>(bus: Bus<F>, multiplicity: Expression, message: FieldValues<F, Expression>): void {
    this.#interact(bus, "receive", multiplicity, message);
  }

  build(): Air {
    // One pass over the graph for all constraints: wide tables have thousands of both.
    const factorDegrees = degrees(
      this.nodes,
      this.#constraints.flatMap(({ body, selector }) => (selector === undefined ? [body] : [body, selector])),
    );
    let cursor = 0;
    const constraints = this.#constraints.map((constraint): Constraint => {
      const factors = constraint.selector === undefined ? 1 : 2;
      const degree = factorDegrees.slice(cursor, (cursor += factors)).reduce((a, b) => a + b, 0);
      return { ...constraint, degree };
    });
    const next = new Set<number>();
    for (const node of this.nodes) if (node.kind === "column" && node.phase === "main" && node.next) next.add(node.column);
    return {
      name: this.#name,
      nodes: this.nodes,
      columnNames: this.#columns,
      preprocessedNames: this.#preprocessed,
      nextColumns: [...next].sort((a, b) => a - b),
      publicCount: this.#publicCount,
      constraints,
      interactions: this.#interactions,
      longestCounts: this.#longestCounts,
      degree: Math.max(1, ...constraints.map((constraint) => constraint.degree)),
    };
  }

  #interact<F extends Fields>(
    bus: Bus<F>,
    direction: Interaction["direction"],
    multiplicity: Expression,
    message: FieldValues<F, Expression>,
  ): void {
    const elements = fieldElements(`a ${direction} of table ${this.#name} on bus ${bus.name}`, bus.fields, message);
    this.#interactions.push({
      bus,
      direction,
      multiplicity: this.nodeOf(multiplicity),
      message: elements.map((element) => this.nodeOf(element)),
    });
  }

  #reference(phase: Phase, column: number, next: boolean): Expression {
    return this.push({ kind: "column", phase, column, next }, `${phase}${column}${next ? "+" : ""}`);
  }
}
