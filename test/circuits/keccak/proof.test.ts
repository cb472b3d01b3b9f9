import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { keccakP } from "@noble/hashes/sha3.js";
import { KECCAK } from "../../../src/proofs/circuits/buses.ts";
import { keccakAir } from "../../../src/proofs/circuits/keccak/keccak-air.ts";
import { KECCAK_LIMBS } from "../../../src/proofs/circuits/shapes/keccak-state.ts";
import { keccakColumns } from "../../../src/proofs/circuits/keccak/keccak-trace.ts";
import { assertBoolean } from "../../../src/proofs/circuits/words/expressions.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem } from "../../../src/proofs/stark/systems/system.ts";
import { traceColumns } from "../../../src/proofs/stark/rows/trace-columns.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { Random } from "../../chain/state/support/random.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { randomState } from "./support/forged-rows.ts";

/** In place of a table that hashes: one claim about the permutation a row. */
const ASKER_FIELDS = { real: 1, input: KECCAK_LIMBS, output: KECCAK_LIMBS } as const;

function askerAir() {
  const b = new AirBuilder("asker", 0);
  const { real, ...message } = b.declare(ASKER_FIELDS);
  assertBoolean(b, { real });
  b.send(KECCAK, real, message);
  return b.build();
}

/** NOT SECURE: small parameters. */
const system = compileSystem({
  name: "keccak-asker/1",
  parameters: smallParameters({ maxLogRows: 7, queryCount: 4 }),
  tables: [{ air: askerAir() }, { air: keccakAir(), optional: true }],
  statementValueCount: 0,
  publicValues: () => [],
});

const words = (limbs: readonly number[]): Uint32Array =>
  Uint32Array.from({ length: 50 }, (_, i) => limbs[2 * i]! + 2 ** 16 * limbs[2 * i + 1]!);

/** Claims of another implementation's results, some replaced by false ones; each state is requested twice. */
function inputOf(states: readonly (readonly number[])[], isFalse: (i: number) => boolean = () => false): ProverInput {
  const claims = states.map((input, i) => {
    const state = words(input);
    keccakP(state);
    if (isFalse(i)) state[49]! ^= 1;
    return { real: 1, input, output: [...state].flatMap((word) => [word % 2 ** 16, Math.floor(word / 2 ** 16)]) };
  });
  const zero = new Array<number>(KECCAK_LIMBS).fill(0);
  const padding = () => ({ real: 0, input: zero, output: zero });
  const asker = traceColumns("asker", ASKER_FIELDS, [...claims, ...claims, padding()], { padding, minLogRows: 2 });
  const keccak = keccakColumns(
    states.map((input) => ({ input, uses: 2 })),
    2,
  );
  return { statement: new Uint8Array(0), auxiliary: [[], []], traces: [asker, keccak] };
}

describe("proofs of Keccak-f", () => {
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
  });
  after(() => backend.close());
  const random = new Random(11);
  const states = [randomState(random), randomState(random), randomState(random)];
  const judge = async (input: ProverInput): Promise<string> => {
    const result = verify(system, input.statement, await prove(system, input, backend));
    return result.ok ? "accepted" : result.rejection.code;
  };

  it("are accepted for three permutations, each asked for twice", async () => {
    assert.equal(await judge(inputOf(states)), "accepted");
  });

  it("are refused for one wrong bit of an output", async () => {
    assert.equal(await judge(inputOf(states, (i) => i === 1)), "LookupSumMismatch");
  });

  it("need no row where nothing is asked", async () => {
    assert.equal(await judge(inputOf([])), "accepted");
  });
});
