import type { ExtensionField } from "../../field/extension.ts";
import type { ProgramUse } from "../../kernels/backend.ts";
import { compileLookupProgram, type LookupProgram } from "./lookup-program.ts";
import type { Table } from "../systems/system.ts";
import { compileTableProgram, type TableProgram } from "./table-program.ts";

/** The programs of a system's tables, each compiled when it is first needed. Kept from proof to proof by the prover. */
export class TablePrograms {
  readonly #field: ExtensionField;
  readonly #compiled = new Map<Table, TableProgram>();
  readonly #lookups = new Map<Table, LookupProgram>();

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

  /** Compiles all that these tables need, and returns how proofs use it, so that no proof need wait for either. */
  compile(tables: readonly Table[]): ProgramUse[] {
    return tables.flatMap((table): ProgramUse[] => {
      const columns = table.preprocessedWidth + table.mainWidth;
      const { program, scalars, weights } = this.of(table);
      const counts = { scalars: scalars.length, weights: weights.length, degree: this.#field.degree };
      const constraints: ProgramUse = { kind: "constraints", program, columns: columns + table.lookupWidth, ...counts };
      if (table.lookup === undefined) return [constraints];
      const lookup = this.lookupOf(table);
      const { program: rows, width: stored } = lookup;
      return [constraints, { kind: "rows", program: rows, columns, scalars: lookup.scalars.length, stored }];
    });
  }

  /** Program that computes the lookup columns of a table with interactions. */
  lookupOf(table: Table): LookupProgram {
    const known = this.#lookups.get(table);
    if (known !== undefined) return known;
    if (table.lookup === undefined) throw new Error(`table ${table.air.name} has no interactions`);
    const program = compileLookupProgram(this.#field, table, table.lookup);
    this.#lookups.set(table, program);
    return program;
  }
}
