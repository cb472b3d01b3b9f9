import type { Backend, Columns } from "../../kernels/backend.ts";
import type { CommittedColumns } from "./committed-columns.ts";
import { DeviceScope } from "./device-scope.ts";
import { commitFixed, uploadPreprocessed } from "./preprocess.ts";
import type { SystemDefinition } from "../systems/system.ts";

/**
 * A system's preprocessed columns, by their values and on a backend, and their commitment for each height that proofs have
 * committed columns for: the part of a proving key that takes memory. Kept from proof to proof by the prover, which releases it.
 */
export class FixedTables {
  readonly backend: Backend;
  readonly #definition: SystemDefinition;
  readonly #scope: DeviceScope;
  readonly #commitments = new Map<number, Promise<CommittedColumns>>();
  #columns: Promise<readonly Columns[]> | undefined;
  readonly #values = new Map<number, readonly Uint32Array[]>();

  constructor({ definition }: { readonly definition: SystemDefinition }, backend: Backend) {
    this.#definition = definition;
    this.backend = backend;
    this.#scope = new DeviceScope(backend);
  }

  /** Coefficients, one handle per table that has preprocessed columns. They stay this object's: do not release them. */
  columns(): Promise<readonly Columns[]> {
    if (this.#columns !== undefined) return this.#columns;
    const pending = uploadPreprocessed(this.#definition, this.backend, this.#scope);
    this.#columns = pending;
    // What failed is tried again by the next proof.
    pending.catch(() => (this.#columns = undefined));
    return pending;
  }

  /** The values of a table's preprocessed columns, by the table's index; none for a table without. Do not write into them. */
  values(table: number): readonly Uint32Array[] {
    const known = this.#values.get(table);
    if (known !== undefined) return known;
    const values = this.#definition.tables[table]?.preprocessed?.columns() ?? [];
    this.#values.set(table, values);
    return values;
  }

  /** Their commitment in proofs of this `committedHeight`. It stays this object's. */
  commitment(height: number): Promise<CommittedColumns> {
    const known = this.#commitments.get(height);
    if (known !== undefined) return known;
    const pending = this.#commit(height);
    this.#commitments.set(height, pending);
    pending.catch(() => this.#commitments.delete(height));
    return pending;
  }

  /** Releases all device memory; no proof may be using it. */
  async release(): Promise<void> {
    await Promise.allSettled([this.#columns, ...this.#commitments.values()]);
    this.#scope.releaseAll();
    this.#columns = undefined;
    this.#commitments.clear();
    this.#values.clear();
  }

  async #commit(height: number): Promise<CommittedColumns> {
    const device = { backend: this.backend, scope: this.#scope };
    return commitFixed(this.#definition, await this.columns(), height, device);
  }
}
