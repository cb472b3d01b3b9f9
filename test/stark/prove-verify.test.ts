import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { onePowerInput, onePowerSystem } from "./airs/one-power.ts";
import { powersInput, powersSystem } from "./airs/powers.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";

const backend = createReferenceBackend();

async function assertProves(system: System, input: ProverInput): Promise<void> {
  const proof = await prove(system, input, backend);
  assert.deepEqual(verify(system, input.statement, proof), { ok: true });
}

const poseidon = { hash: { kind: "poseidon" } } as const;
const engines: readonly (readonly [string, Partial<ProofParameters>])[] = [
  ["degree 4, arity 2", { extensionDegree: 4, logArity: 1, logFinalMax: 1 }],
  ["degree 5, arity 8, 32-byte digests", { hash: { kind: "keccak", digestBytes: 32 } }],
  [
    "degree 6, arity 16, 16-byte digests",
    { extensionDegree: 6, logArity: 4, logFinalMax: 3, hash: { kind: "keccak", digestBytes: 16 } },
  ],
  ["degree 5, arity 8, Poseidon", poseidon],
  ["degree 6, arity 16, Poseidon", { ...poseidon, extensionDegree: 6, logArity: 4, logFinalMax: 3 }],
];

describe("proofs of one table", () => {
  for (const [name, overrides] of engines) {
    it(`verify: ${name}`, async () => {
      await assertProves(fibonacciSystem(smallParameters(overrides)), fibonacciInput(7));
    });
    it(`verify at constraint degree 9: ${name}`, async () => {
      await assertProves(powersSystem(smallParameters({ maxConstraintDegree: 9, ...overrides })), powersInput(4));
    });
  }

  it("verify at every height from the smallest, with and without FRI layers", async () => {
    const system = fibonacciSystem(smallParameters({ minLogRows: 1, queryCount: 4 }));
    for (let logRows = 1; logRows <= 8; logRows++) await assertProves(system, fibonacciInput(logRows));
  });

  it("need one quotient chunk less than the highest degree, and refuse a changed cell by each number of them", async () => {
    assert.equal(fibonacciSystem(smallParameters()).chunkCount, 1);
    for (let exponent = 2; exponent <= 9; exponent++) {
      const system = onePowerSystem(exponent, smallParameters());
      assert.equal(system.chunkCount, exponent - 1);
      const input = onePowerInput(exponent, 5);
      await assertProves(system, input);
      const [x, y] = input.traces[0] ?? [];
      if (x === undefined || y === undefined) throw new Error("the table has two columns");
      const changed = y.with(7, ((y[7] ?? 0) + 1) % P);
      const proof = await prove(system, { ...input, traces: [[x, changed]] }, backend);
      const result = verify(system, input.statement, proof);
      assert.equal(result.ok || result.rejection.code, "ConstraintMismatch", `exponent ${exponent}`);
    }
  });
});

describe("proofs of three tables with buses and a preprocessed table", () => {
  const heights = [
    { squares: 3, requests: 6 },
    { squares: 6, requests: 3 },
    { squares: 3, requests: 3 },
    { squares: 4, requests: 4 },
  ];
  for (const [name, overrides] of engines) {
    it(`verify at different heights: ${name}`, async () => {
      const system = await squaresSystem(smallParameters(overrides), backend);
      for (const height of heights) {
        await assertProves(system, squaresInput(height, { start: 1, stride: 2, realRows: 7 }));
      }
    });
  }

  it("verify whatever number of interactions shares a column", async () => {
    for (const [maxConstraintDegree, lookupWidths] of [
      [2, [5, 10, 5]],
      [3, [5, 5, 5]],
    ] as const) {
      const system = await squaresSystem(smallParameters({ maxConstraintDegree }), backend);
      assert.deepEqual(
        system.tables.map((table) => table.lookupWidth),
        lookupWidths,
      );
      await assertProves(system, squaresInput({ squares: 4, requests: 4 }, { start: 0, stride: 1, realRows: 15 }));
    }
  });
});
