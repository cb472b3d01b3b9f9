import type { Backend, Columns, Commitment } from "../../kernels/backend.ts";

/** Owns device handles so that whatever ends a computation, all of them are released. */
export class DeviceScope {
  readonly #backend: Backend;
  readonly #handles = new Set<Columns | Commitment>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  keep<Handle extends Columns | Commitment>(handle: Handle): Handle {
    this.#handles.add(handle);
    return handle;
  }

  release(handle: Columns | Commitment): void {
    if (this.#handles.delete(handle)) this.#backend.release(handle);
  }

  releaseAll(): void {
    for (const handle of [...this.#handles]) this.release(handle);
  }
}
