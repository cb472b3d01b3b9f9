import assert from "node:assert/strict";
import type { Backend, Columns, Commitment } from "../../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";

/** A backend that knows which handles are alive and fails at call number `failAt`. */
export function watchedBackend(failAt = Infinity) {
  const inner = createReferenceBackend();
  const alive = new Set<Columns | Commitment>();
  let calls = 0;
  const track =
    <Input extends unknown[], Handle extends Columns | Commitment>(operation: (...input: Input) => Promise<Handle>) =>
    async (...input: Input): Promise<Handle> => {
      if (++calls === failAt) throw new Error("device lost");
      const handle = await operation(...input);
      alive.add(handle);
      return handle;
    };
  const backend: Backend = {
    ...inner,
    upload: track(inner.upload),
    interpolate: track(inner.interpolate),
    mapRows: track(inner.mapRows),
    commit: track(inner.commit),
    quotient: track(inner.quotient),
    deep: track(inner.deep),
    fold: track(inner.fold),
    layOut: track(inner.layOut),
    combineParts: track(inner.combineParts),
    layProgressions: track(inner.layProgressions),
    foldNeighbours: track(inner.foldNeighbours),
    release: (handle) => {
      assert.ok(alive.delete(handle), "a handle is released once");
      inner.release(handle);
    },
  };
  return { backend, alive, calls: () => calls };
}
