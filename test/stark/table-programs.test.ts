import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/kernels/reference/backend.ts";
import { prove } from "../../src/stark/prove.ts";
import { compileTableProgram } from "../../src/stark/table-program.ts";
import { TablePrograms } from "../../src/stark/table-programs.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

describe("programs that are kept from proof to proof", () => {
  const backend = createReferenceBackend();
  const inputs = [1, 2].map((start) => squaresInput({ squares: 3, requests: 4 }, { start, stride: 2, realRows: 6 }));

  it("are compiled once for each table", async () => {
    const system = await squaresSystem(smallParameters(), backend);
    const programs = new TablePrograms(system);
    for (const table of system.tables) {
      assert.deepEqual(programs.of(table), compileTableProgram(system.field, table));
      assert.equal(programs.of(table), programs.of(table));
    }
  });

  it("make the same proofs as those that are compiled for one proof", async () => {
    const system = await squaresSystem(smallParameters(), backend);
    const programs = new TablePrograms(system);
    for (const input of inputs) {
      assert.deepEqual(await prove(system, input, backend, { programs }), await prove(system, input, backend));
    }
  });
});
