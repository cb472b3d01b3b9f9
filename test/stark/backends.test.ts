import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { createReferenceBackend } from "../../src/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/kernels/wasm/backend.ts";
import { commitPreprocessed } from "../../src/stark/preprocess.ts";
import type { ProofParameters } from "../../src/stark/parameters.ts";
import { prove } from "../../src/stark/prove.ts";
import type { ProverInput } from "../../src/stark/prover-input.ts";
import type { System } from "../../src/stark/system.ts";
import { verify } from "../../src/stark/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { powersInput, powersSystem } from "./airs/powers.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresDefinition, squaresInput, squaresSystem } from "./airs/squares.ts";
import { createRandom } from "./fuzz/random.ts";
import { randomCase } from "./fuzz/random-system.ts";

const reference = createReferenceBackend();
const wasm = await createWasmBackend({ workers: 2 });
after(() => wasm.close());

async function assertSameProof(system: System, input: ProverInput): Promise<void> {
  const proof = await prove(system, input, wasm);
  assert.deepEqual(proof, await prove(system, input, reference));
  assert.deepEqual(verify(system, input.statement, proof), { ok: true });
}

describe("the WebAssembly backend makes the reference's proofs, byte for byte", () => {
  const engines: readonly Partial<ProofParameters>[] = [
    {},
    { extensionDegree: 4, logArity: 1, logFinalMax: 0 },
    { extensionDegree: 6, logArity: 4, logFinalMax: 3 },
    { hash: { kind: "poseidon" }, logArity: 2 },
    { minLogRows: 4, opening: { kind: "stacked", logStackMin: 6, logStackMax: 12 } },
    {
      extensionDegree: 4,
      logArity: 1,
      logFinalMax: 0,
      minLogRows: 4,
      opening: { kind: "stacked", logStackMin: 6, logStackMax: 12 },
    },
    { extensionDegree: 6, logArity: 2, minLogRows: 4, opening: { kind: "stacked", logStackMin: 9, logStackMax: 12 } },
    { hash: { kind: "poseidon" }, minLogRows: 4, opening: { kind: "stacked", logStackMin: 7, logStackMax: 12 } },
  ];
  for (const overrides of engines) {
    const name = JSON.stringify(overrides);
    it(`of one table: ${name}`, async () => {
      for (const logRows of [overrides.minLogRows ?? 2, 7, 9])
        await assertSameProof(fibonacciSystem(smallParameters(overrides)), fibonacciInput(logRows));
    });
    it(`of degree 9: ${name}`, async () => {
      await assertSameProof(powersSystem(smallParameters({ maxConstraintDegree: 9, ...overrides })), powersInput(5));
    });
    it(`of three tables: ${name}`, async () => {
      const parameters = smallParameters(overrides);
      const roots = await commitPreprocessed(squaresDefinition(parameters), wasm);
      const system = await squaresSystem(parameters, reference);
      assert.deepEqual(roots, system.preprocessedRoots);
      for (const heights of [
        { squares: 4, requests: 6 },
        { squares: 6, requests: 4 },
        { squares: 4, requests: 4 },
      ]) {
        await assertSameProof(system, squaresInput(heights, { start: 1, stride: 2, realRows: 7 }));
      }
    });
  }

  it("of random systems", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { system, input } = await randomCase(createRandom(seed), reference);
      await assertSameProof(system, input);
    }
  });
});
