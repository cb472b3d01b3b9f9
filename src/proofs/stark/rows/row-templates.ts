import { elementCount, fieldOffsets, type Fields, type FieldValues } from "../constraints/fields.ts";
import type { TableRows } from "./table-rows.ts";
import { P } from "../../field/koala-bear.ts";

/** Begins rows with what is fixed for many of them, which is taken apart once. */
export class RowTemplates<F extends Fields> {
  readonly #fields: F;
  readonly #offsets: Readonly<Record<string, number>>;
  readonly #cells = new Map<object, Uint32Array>();

  constructor(fields: F) {
    this.#fields = fields;
    this.#offsets = fieldOffsets(fields);
  }

  /**
   * Begins a row with these values, which may be negative, and zeros, and returns its index in `rows.cells`.
   * The object is its name.
   */
  begin(rows: TableRows<F>, fixed: Partial<FieldValues<F, number>>): number {
    return rows.begin(this.#cells.get(fixed) ?? this.#make(fixed));
  }

  #make(fixed: Partial<FieldValues<F, number>>): Uint32Array {
    const cells = new Uint32Array(elementCount(this.#fields));
    for (const [name, value] of Object.entries(fixed)) {
      const at = this.#offsets[name];
      // What is known of a row may be more than its table has.
      if (at !== undefined && typeof value === "number") cells[at] = value < 0 ? value + P : value;
    }
    this.#cells.set(fixed, cells);
    return cells;
  }
}
