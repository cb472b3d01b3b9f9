import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { stackEvaluators } from "../../../scripts/verifier-generator/stacked/stack-constraints.ts";
import { layoutStack } from "../../../scripts/verifier-generator/stacked/stack-layout.ts";
import { mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/proofs/kernels/wasm/threaded-backend.ts";
import { type Air, AirBuilder, type ConstraintScope } from "../../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { compileSystem, type System, type SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";
import { deployStackVerifier, verdictOf } from "./support/small-verifier.ts";

/* Tables of several heights, two of them with the same constraints, by small parameters (NOT SECURE), checked by both verifiers. */

const CHANGES = 3;
const LOG_STACK = 13;
const BUS = defineBus("square", 3, { id: 1, x: 1, square: 1 });

/** Says the square of each row's number. */
function senderAir(name: string): Air {
  const b = new AirBuilder(name, 0);
  const id = b.preprocessedColumn("id");
  const [x, square] = [b.column("x"), b.column("square")];
  b.assertEqual("square", "everyRow", square, b.mul(x, x));
  b.send(BUS, b.constant(1), { id, x, square });
  return b.build();
}

/** Hears them; what the first row and a marked one have is public. */
function receiverAir(scope: ConstraintScope): Air {
  const b = new AirBuilder("receiver", 2);
  const [id, isMarked] = [b.preprocessedColumn("id"), b.preprocessedColumn("is marked")];
  const [x, square] = [b.column("x"), b.column("square")];
  b.assertEqual("first", scope, x, b.public(0));
  b.assertZero("marked", "everyRow", b.mul(isMarked, b.sub(square, b.public(1))));
  b.receive(BUS, b.constant(1), { id, x, square });
  return b.build();
}

/** Says and hears its own rows, each column one more than the one before. */
function ownAir(name: string, width: number): Air {
  const b = new AirBuilder(name, 0);
  const id = b.preprocessedColumn("id");
  const x = b.columns("x", width);
  for (let i = 1; i < width; i++) b.assertEqual(`x[${i}]`, "everyRow", x[i]!, b.add(x[i - 1]!, b.constant(1)));
  b.send(BUS, b.constant(1), { id, x: x[0]!, square: x[1]! });
  b.receive(BUS, b.constant(1), { id, x: x[0]!, square: x[1]! });
  return b.build();
}

const numbers = (count: number, of: (i: number) => number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => of(i) % P);
const rowNumber = (i: number): number => (7919 * i + 3) % P;

async function systemOf(backend: WasmBackend, tallest: number, scope: ConstraintScope = "firstRow"): Promise<System> {
  const fixed = (logRows: number, ...of: ((i: number) => number)[]) => {
    return { logRows, columns: () => of.map((each) => numbers(2 ** logRows, each)) };
  };
  const definition: SystemDefinition = {
    name: "heights/1",
    parameters: {
      ...{
        extensionDegree: 5,
        logBlowup: 2,
        queryCount: 5,
        grindingBits: 4,
        grindingBaseLogRows: 20,
        logArity: 3,
        logFinalMax: 6,
      },
      ...{
        opening: { kind: "stacked", logStackMin: LOG_STACK, logStackMax: LOG_STACK },
        hash: { kind: "keccak", digestBytes: 26 },
      },
      ...{ transcript: "keccak", maxConstraintDegree: 3, minLogRows: 5, maxLogRows: LOG_STACK },
    },
    tables: [
      { air: senderAir("low"), preprocessed: fixed(6, (i) => i) },
      { air: ownAir("tall", 4), preprocessed: fixed(tallest, (i) => 1000 + i) },
      {
        air: receiverAir(scope),
        preprocessed: fixed(
          7,
          (i) => i,
          (i) => (i === 3 ? 1 : 0),
        ),
      },
      { air: senderAir("high"), preprocessed: fixed(6, (i) => 64 + i) },
      { air: ownAir("middle", 5), preprocessed: fixed(9, (i) => 7 + i) },
    ],
    statementValueCount: 2,
    statementElements: { count: 2, shared: 0 },
    publicValues: (statement) => (statement.length === 8 ? wordsOf(statement) : undefined),
  };
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

function inputOf(tallest: number): ProverInput {
  const pairs = (count: number, from: number): Uint32Array[] => {
    const x = numbers(count, (i) => rowNumber(from + i));
    return [x, x.map((own) => mul(own, own))];
  };
  const steps = (count: number, width: number): Uint32Array[] =>
    Array.from({ length: width }, (_, column) => numbers(count, (i) => 31 * i + 11 + column));
  return {
    statement: elementBytes([rowNumber(0), mul(rowNumber(3), rowNumber(3))]),
    auxiliary: [[], [], [], [], []],
    traces: [pairs(64, 0), steps(2 ** tallest, 4), pairs(128, 0), pairs(64, 64), steps(512, 5)],
  };
}

describe("a generated verifier of tables of several heights", () => {
  let backend: WasmBackend;
  let chain: CodeChain;
  before(async () => {
    backend = await createWasmBackend({ workers: 1 });
    chain = await startCodeChain();
  });
  after(async () => {
    await backend.close();
    await chain.close();
  });

  for (const [name, tallest] of Object.entries({
    "all shorter than a stack column": 11,
    "one as tall as a stack column": LOG_STACK,
  }))
    it(`gives the TypeScript verifier's verdicts: ${name}`, async () => {
      const system = await systemOf(backend, tallest);
      const contract = await deployStackVerifier(chain, system);
      const input = inputOf(tallest);
      const proof = await prove(system, input, backend);
      let sections: readonly ProofSection[] = [];
      assert.deepEqual(verify(system, input.statement, proof, { onSections: (all) => (sections = all) }), { ok: true });
      assert.equal(await contract.verify(input.statement, proof), "accepted");
      const random = createRandom(41);
      for (const { name: section, offset, length } of sections)
        for (let i = 0; i < Math.min(length, CHANGES); i++) {
          const changed = proof.slice();
          changed[offset + random.below(length)]! ^= 1 << random.below(8);
          const expected = verdictOf(verify(system, input.statement, changed));
          assert.notEqual(expected, "accepted");
          assert.equal(await contract.verify(input.statement, changed), expected, section);
        }
    });

  it("has one contract for tables of the same constraints", async () => {
    const { ofTable } = stackEvaluators(layoutStack(await systemOf(backend, 11)));
    assert.deepEqual(ofTable[0], ofTable[3]);
    assert.equal(new Set(ofTable.flat()).size, 4);
  });

  it("is not written for constraints on rows whose selector it does not compute", async () => {
    const system = await systemOf(backend, 11, "lastRow");
    assert.throws(() => layoutStack(system), /a constraint on lastRow/);
  });
});
