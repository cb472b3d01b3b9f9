import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Backend, Columns, ProgramUse } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileTableProgram } from "../../src/proofs/stark/programs/table-program.ts";
import { TablePrograms } from "../../src/proofs/stark/programs/table-programs.ts";
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

  it("are passed to a backend in the form that proofs use", async () => {
    const system = await squaresSystem(smallParameters(), backend);
    const programs = new TablePrograms(system);
    const widthOf = (blocks: readonly Columns[]): number => blocks.reduce((sum, block) => sum + block.width, 0);
    const used = new Map<object, ProgramUse>();
    const watching: Backend = {
      ...backend,
      mapRows: (request) => {
        const { program, scalars, width: stored, blocks } = request;
        used.set(program, { kind: "rows", program, columns: widthOf(blocks), scalars: scalars.length, stored });
        return backend.mapRows(request);
      },
      quotient: (request) => {
        for (const { program, scalars, weights, blocks } of request.tables) {
          const counts = { scalars: scalars.length, weights: weights.length, degree: request.degree };
          used.set(program, { kind: "constraints", program, columns: widthOf(blocks), ...counts });
        }
        return backend.quotient(request);
      },
    };
    const told = programs.compile(system.tables);
    await prove(system, inputs[0]!, watching, { programs });
    assert.deepEqual(new Map(told.map((use) => [use.program, use])), used);
  });

  it("are refused ahead by a backend that could not run them", async () => {
    const wasm = await createWasmBackend({ workers: 1 });
    const system = await squaresSystem(smallParameters(), backend);
    const uses = new TablePrograms(system).compile(system.tables);
    wasm.prepare(uses);
    for (const use of uses)
      assert.throws(() => wasm.prepare([{ ...use, columns: 0 }]), /RangeError: a program refers to a missing column/);
    await wasm.close();
  });

  it("make the same proofs as those that are compiled for one proof", async () => {
    const system = await squaresSystem(smallParameters(), backend);
    const programs = new TablePrograms(system);
    for (const input of inputs) {
      assert.deepEqual(await prove(system, input, backend, { programs }), await prove(system, input, backend));
    }
  });
});
