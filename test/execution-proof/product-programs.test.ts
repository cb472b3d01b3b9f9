import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { writtenPrograms } from "../../src/proofs/execution-proof/batch/product-programs.ts";
import { WRITTEN_PROGRAMS } from "../../src/proofs/execution-proof/batch/written-programs.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";

describe("the product's programs, rebuilt", () => {
  let backend: WasmBackend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());

  it("have the least forms with room for each, and the keys that the package has", async () => {
    const { forms, ...keys } = await writtenPrograms(backend);
    assert.deepEqual(forms, WRITTEN_PROGRAMS.forms);
    assert.deepEqual({ forms, ...keys }, WRITTEN_PROGRAMS);
  });
});
