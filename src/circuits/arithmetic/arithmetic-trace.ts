import { traceColumns } from "../../stark/trace-columns.ts";
import type { OperationName, Request } from "./operation.ts";
import {
  ARITHMETIC_TABLE_NAMES,
  ARITHMETIC_TABLES,
  type ArithmeticTable,
  type ArithmeticTableName,
  type RowCells,
} from "./tables.ts";

/** A row and how often what it answers is asked. */
interface UsedRow {
  readonly cells: RowCells;
  readonly result: bigint;
  uses: number;
}

/** Collects the rows of the arithmetic tables. Equal requests share a row; what rows ask of other tables is collected, too. */
export class ArithmeticTrace {
  readonly #rows = new Map<ArithmeticTableName, Map<string, UsedRow>>();
  readonly #tables = new Map<OperationName, ArithmeticTableName>();

  constructor() {
    for (const name of ARITHMETIC_TABLE_NAMES) {
      this.#rows.set(name, new Map());
      for (const operation of ARITHMETIC_TABLES[name].operations) this.#tables.set(operation, name);
    }
  }

  /** The result of an operation; the request counts as asked once more. Operands are words, those left out zero. */
  ask(operation: OperationName, a: bigint, b = 0n, c = 0n): bigint {
    const request: Request = { operation, a, b, c };
    const name = this.#tables.get(operation);
    const rows = name && this.#rows.get(name);
    if (name === undefined || rows === undefined) throw new Error(`no table answers ${operation}`);
    const key = `${operation} ${a.toString(16)} ${b.toString(16)} ${c.toString(16)}`;
    const known = rows.get(key);
    if (known !== undefined) {
      known.uses++;
      return known.result;
    }
    const { cells, result } = this.#answer(name, request);
    rows.set(key, { cells, result, uses: 1 });
    return result;
  }

  /**
   * The main columns of each table; of no rows where nothing was asked. Ends the collection: what the padding asks is asked here,
   * table by table.
   */
  columns(minLogRows: number): Readonly<Record<ArithmeticTableName, readonly Uint32Array[]>> {
    const columns = ARITHMETIC_TABLE_NAMES.map((name) => {
      const { fields, operations, padding }: ArithmeticTable = ARITHMETIC_TABLES[name];
      const rows = [...(this.#rows.get(name)?.values() ?? [])].map(({ cells, uses }) => ({ ...cells, uses }));
      const [operation] = operations;
      if (operation === undefined) throw new Error(`table ${name} has no operation`);
      const fill = (): RowCells => ({ ...this.#answer(name, { operation, a: padding, b: 0n, c: 0n }).cells, uses: 0 });
      return [name, traceColumns(name, fields, rows, { padding: fill, minLogRows })] as const;
    });
    return Object.fromEntries(columns) as unknown as Record<ArithmeticTableName, readonly Uint32Array[]>;
  }

  #answer(name: ArithmeticTableName, request: Request): ReturnType<ArithmeticTable["row"]> {
    const table: ArithmeticTable = ARITHMETIC_TABLES[name];
    return table.row(request, (operation, a, b) => this.ask(operation, a, b));
  }
}
