import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { onePowerInput, onePowerSystem } from "./airs/one-power.ts";
import { powersInput, powersSystem } from "./airs/powers.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresDefinition, squaresInput, squaresSystem } from "./airs/squares.ts";
import { createRandom } from "./fuzz/random.ts";
import { randomCase } from "./fuzz/random-system.ts";
import { byNight } from "../support/nightly.ts";
import { createSoftwareBackend, NO_CARD } from "../kernels/support/swiftshader.ts";

const reference = createReferenceBackend();
const wasm = await createWasmBackend({ workers: 2 });
const card = NO_CARD === false ? await createSoftwareBackend() : undefined;
const fast = card === undefined ? [wasm] : [wasm, card];
after(() => Promise.all(fast.map((backend) => backend.close())));

/** Engines that the card proves with by day: both hashes, both openings. The others by night. */
const DAY_ENGINES = [0, 3, 4, 7];
/** Random systems that it has by day. */
const DAY_SEEDS = 3;

async function assertSameProof(system: System, input: ProverInput, withCard = true): Promise<void> {
  const proof = await prove(system, input, reference);
  for (const backend of byNight(true, withCard) ? fast : [wasm])
    assert.deepEqual(await prove(system, input, backend), proof, backend.name);
  assert.deepEqual(verify(system, input.statement, proof), { ok: true });
  assert.equal(card?.memoryInUse() ?? 0, 0);
}

describe("the backends of WebAssembly and of a card make the reference's proofs, byte for byte", () => {
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
    {
      extensionDegree: 6,
      logArity: 2,
      minLogRows: 4,
      opening: { kind: "stacked", logStackMin: 9, logStackMax: 12 },
    },
    { hash: { kind: "poseidon" }, minLogRows: 4, opening: { kind: "stacked", logStackMin: 7, logStackMax: 12 } },
  ];
  for (const [index, overrides] of engines.entries()) {
    const withCard = DAY_ENGINES.includes(index);
    const name = JSON.stringify(overrides);
    it(`of one table: ${name}`, async () => {
      for (const logRows of [overrides.minLogRows ?? 2, 7, 9])
        await assertSameProof(fibonacciSystem(smallParameters(overrides)), fibonacciInput(logRows), withCard);
    });
    it(`of degree 9: ${name}`, async () => {
      await assertSameProof(powersSystem(smallParameters({ maxConstraintDegree: 9, ...overrides })), powersInput(5), withCard);
    });
    it(`of a quotient in three chunks: ${name}`, async () => {
      await assertSameProof(onePowerSystem(4, smallParameters(overrides)), onePowerInput(4, 5), withCard);
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
        await assertSameProof(system, squaresInput(heights, { start: 1, stride: 2, realRows: 7 }), withCard);
      }
    });
  }

  it("of random systems", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { system, input } = await randomCase(createRandom(seed), reference);
      await assertSameProof(system, input, seed <= DAY_SEEDS);
    }
  });
});
