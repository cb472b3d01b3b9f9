import type { ExtensionField } from "../field/extension.ts";
import type { Table } from "./system.ts";
import { compileTableProgram, type TableProgram } from "./table-program.ts";

/** The programs of a system's tables, each compiled when it is first needed. Kept from proof to proof by the prover. */
export class TablePrograms {
  readonly #field: ExtensionField;
  readonly #compiled = new Map<Table, TableProgram>();

  constructor({ field }: { readonly field: ExtensionField }) {
    this.#field = field;
  }

  /** The program of a table of the system that this was made for. */
  of(table: Table): TableProgram {
    const known = this.#compiled.get(table);
    if (known !== undefined) return known;
    const program = compileTableProgram(this.#field, table);
    this.#compiled.set(table, program);
    return program;
  }
}
