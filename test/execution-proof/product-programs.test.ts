import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { productPrograms } from "../../src/execution-proof/batch/product-programs.ts";
import { createWasmBackend } from "../../src/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/kernels/wasm/threaded-backend.ts";

describe("the product's programs", () => {
  let backend: WasmBackend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());

  it("are of each profile of a chunk, of a relisting and of a list, and have room in tables of one form", async () => {
    const programs = await productPrograms(backend);
    const placed = (name: string, count: number): string[] => Array.from({ length: count }, (_, place) => `${name} ${place}`);
    assert.deepEqual(programs.chunks.names, [...placed("leaf", 3), ...placed("relisted", 3), "join"]);
    assert.deepEqual(programs.batches.names, [...placed("batch", 9), "aggregate"]);
    const digests = [...programs.keys.chunks, ...programs.keys.batches].map(({ digest }) => digest.join());
    assert.equal(new Set(digests).size, 17);
  });
});
