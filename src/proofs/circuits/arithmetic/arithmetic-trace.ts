import type { Fields } from "../../stark/constraints/fields.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { type Answer, OPERATION, type OperationName, type Request } from "../operations/operation.ts";
import { limbsOf, wordOf } from "../shapes/word.ts";
import {
  ARITHMETIC_TABLE_NAMES,
  ARITHMETIC_TABLES,
  type ArithmeticTable,
  type ArithmeticTableName,
  type RowCells,
} from "./tables.ts";

/** A table's rows, which of them answers a request, with what, and how often that is asked. */
interface Answers {
  readonly rows: TableRows<Fields>;
  readonly rowOf: Map<string, number>;
  readonly results: bigint[];
  readonly uses: number[];
}

/** Collects the rows of the arithmetic tables. Equal requests share a row; what rows ask of other tables is collected, too. */
export class ArithmeticTrace {
  readonly #answers = new Map<ArithmeticTableName, Answers>();
  readonly #tables = new Map<OperationName, ArithmeticTableName>();
  /**
   * Number of requests for each row of a table, without padding; `undefined` until the collection has ended.
   */
  #requests: ReadonlyMap<ArithmeticTableName, readonly number[]> | undefined;

  constructor() {
    for (const name of ARITHMETIC_TABLE_NAMES) {
      const { fields, operations }: ArithmeticTable = ARITHMETIC_TABLES[name];
      this.#answers.set(name, { rows: new TableRows(name, fields), rowOf: new Map(), results: [], uses: [] });
      for (const operation of operations) this.#tables.set(operation, name);
    }
  }

  /** The result of an operation; the request counts as asked once more. Operands are words, those left out zero. */
  ask(operation: OperationName, a: bigint, b = 0n, c = 0n): bigint {
    return this.askWords(operation, limbsOf(a), limbsOf(b), limbsOf(c));
  }

  /** Requests an operation on words in limbs. Large integers are made only for a new request. */
  askWords(operation: OperationName, a: readonly number[], b: readonly number[], c: readonly number[]): bigint {
    const name = this.#tables.get(operation);
    if (name === undefined) throw new Error(`no table answers ${operation}`);
    const { rows, rowOf, results, uses } = this.#of(name);
    const key = keyOf(operation, [a, b, c]);
    const row = rowOf.get(key);
    if (row !== undefined) {
      uses[row] = (uses[row] ?? 0) + 1;
      return results[row] ?? 0n;
    }
    const { cells, result } = this.#answer(name, { operation, a: wordOf(a), b: wordOf(b), c: wordOf(c) });
    rowOf.set(key, rows.length);
    rows.push({ ...cells, uses: 0 });
    results.push(result);
    uses.push(1);
    return result;
  }

  /**
   * Main columns of each table, with a minimum height for each. A table without requests has no rows, unless
   * its height is fixed. Ends the collection: the requests of the padding are added here, table by table, and
   * again for other heights.
   */
  columns(leastOf: (table: ArithmeticTableName) => LeastHeight): Readonly<Record<ArithmeticTableName, readonly Uint32Array[]>> {
    this.#requests ??= new Map(Array.from(this.#answers, ([name, { uses }]) => [name, [...uses]]));
    for (const [name, { uses }] of this.#answers) {
      const asked = this.#requests.get(name) ?? [];
      for (let row = 0; row < uses.length; row++) uses[row] = asked[row] ?? 0;
    }
    const columns = ARITHMETIC_TABLE_NAMES.map((name) => {
      const { operations, padding }: ArithmeticTable = ARITHMETIC_TABLES[name];
      const { rows, uses } = this.#of(name);
      const [operation] = operations;
      if (operation === undefined) throw new Error(`table ${name} has no operation`);
      const request = { operation, a: padding, b: 0n, c: 0n };
      const fill = (): RowCells => ({ ...this.#answer(name, request).cells, uses: 0 });
      rows.overwrite("uses", uses);
      return [name, rows.columns({ padding: fill, minLogRows: leastOf(name) })] as const;
    });
    return Object.fromEntries(columns) as unknown as Record<ArithmeticTableName, readonly Uint32Array[]>;
  }

  #answer(name: ArithmeticTableName, request: Request): Answer<RowCells> {
    const table: ArithmeticTable = ARITHMETIC_TABLES[name];
    return table.row(request, (operation, a, b) => this.ask(operation, a, b));
  }

  #of(name: ArithmeticTableName): Answers {
    const answers = this.#answers.get(name);
    if (answers === undefined) throw new Error(`there is no table ${name}`);
    return answers;
  }
}

/**
 * Key of a request: for each operand the number of its limbs up to the last that is not 0, and these limbs.
 */
function keyOf(operation: OperationName, operands: readonly (readonly number[])[]): string {
  const units: number[] = [OPERATION[operation]];
  for (const limbs of operands) {
    let count = limbs.length;
    while (count > 0 && limbs[count - 1] === 0) count--;
    units.push(count);
    for (let i = 0; i < count; i++) units.push(limbs[i] as number);
  }
  return String.fromCharCode(...units);
}
