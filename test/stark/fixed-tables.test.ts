import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { FixedTables } from "../../src/proofs/stark/proving/fixed-tables.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";
import { watchedBackend } from "./airs/watched-backend.ts";

describe("fixed tables that are kept from proof to proof", async () => {
  const system = await squaresSystem(smallParameters({ maxLogRows: 5 }), createReferenceBackend());
  // The tallest table has 2^4 rows, then 2^5.
  const inputs = [3, 3, 5].map((squares, start) => squaresInput({ squares, requests: 4 }, { start, stride: 1, realRows: 6 }));

  it("make the same proofs as those that are committed for one proof", async () => {
    const backend = createReferenceBackend();
    const fixedTables = new FixedTables(system, backend);
    for (const input of inputs) {
      const proof = await prove(system, input, backend, { fixedTables });
      assert.deepEqual(proof, await prove(system, input, createReferenceBackend()));
      assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    }
    await fixedTables.release();
  });

  it("are committed once for each height of the tallest table, and released at the end", async () => {
    const { backend, alive, calls } = watchedBackend();
    const fixedTables = new FixedTables(system, backend);
    const spent: number[] = [];
    for (const input of inputs) {
      const before = calls();
      await prove(system, input, backend, { fixedTables });
      spent.push(calls() - before);
    }
    // The second proof has no upload, interpolation and commitment of the range; the third has one more commitment only.
    const alone = watchedBackend();
    await prove(system, inputs[1]!, alone.backend);
    assert.deepEqual([spent[0], spent[1]], [alone.calls(), alone.calls() - 3]);
    assert.equal(alive.size, 4, "the range's column, uploaded and interpolated, and a commitment for either height");
    await fixedTables.release();
    assert.equal(alive.size, 0);
  });

  it("are committed again after the device failed, and nothing is left then", async () => {
    for (const failAt of [1, 2]) {
      const { backend, alive } = watchedBackend(failAt);
      const fixedTables = new FixedTables(system, backend);
      await assert.rejects(prove(system, inputs[0]!, backend, { fixedTables }), /device lost/);
      const proof = await prove(system, inputs[0]!, backend, { fixedTables });
      assert.deepEqual(verify(system, inputs[0]!.statement, proof), { ok: true });
      await fixedTables.release();
      assert.equal(alive.size, 0);
    }
  });

  it("have their values computed as often for three proofs as for one", async () => {
    let computed = 0;
    const tables = system.definition.tables.map((table) => {
      const { preprocessed } = table;
      if (preprocessed === undefined) return table;
      return { ...table, preprocessed: { ...preprocessed, columns: () => (computed++, preprocessed.columns()) } };
    });
    const counted = { ...system, definition: { ...system.definition, tables } };
    const backend = createReferenceBackend();
    const fixedTables = new FixedTables(counted, backend);
    await prove(counted, inputs[0]!, backend, { fixedTables });
    const first = computed;
    assert.ok(first > 0);
    for (const input of inputs) await prove(counted, input, backend, { fixedTables });
    assert.equal(computed, first);
    await fixedTables.release();
  });

  it("are refused by a proof on another backend", async () => {
    const fixedTables = new FixedTables(system, createReferenceBackend());
    await assert.rejects(prove(system, inputs[0]!, createReferenceBackend(), { fixedTables }), /another backend/);
  });
});
