import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BaseContract } from "ethers";
import { P } from "../../../src/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../../src/kernels/wasm/threaded-backend.ts";
import { Assembler } from "../../../src/recursion/assembler.ts";
import { programSystem, runProgram } from "../../../src/recursion/tables/program-system.ts";
import { prove } from "../../../src/stark/proofs/prove.ts";
import { elementBytes } from "../../../src/stark/transcripts/transcript-form.ts";
import { type CodeChain, errorName, startCodeChain } from "./support/chain.ts";
import { deployStackVerifier, STARK_ABI } from "./support/small-verifier.ts";

/* A program that any statement of 19 elements satisfies, by small parameters (NOT SECURE): a proof is one of its statement alone. */

const COUNT = 3;
const digest = [1, 2, 3, 4, 5, 6, 7, P - 1];
const point = [11, 12, 13, 14, 15];
const evaluation = [21, 22, 23, 24, P - 2];

let backend: WasmBackend;
let chain: CodeChain;
let verifier: BaseContract;
let proof: Uint8Array;

before(async () => {
  backend = await createWasmBackend({ workers: 1 });
  chain = await startCodeChain();
  const a = new Assembler();
  a.section("all", "BadStatement");
  for (let i = 0; i < 19; i++) {
    const c = a.public();
    a.arithmetic({ linear: { factor: 1, c } }, c);
  }
  const own = await programSystem(
    a.build("free"),
    {
      ...{
        extensionDegree: 5,
        logBlowup: 2,
        queryCount: 2,
        grindingBits: 3,
        grindingBaseLogRows: 20,
        logArity: 3,
        logFinalMax: 6,
      },
      ...{
        opening: { kind: "stacked", logStackMin: 13, logStackMax: 13 },
        fixedColumns: "committed" as const,
        hash: { kind: "keccak", digestBytes: 26 },
      },
      ...{ transcript: "keccak", maxConstraintDegree: 4, minLogRows: 6, maxLogRows: 12 },
    },
    backend,
  );
  const { address } = await deployStackVerifier(chain, own.system);
  verifier = await chain.l1.deploy("AggregateVerifier", address);
  const run = runProgram(own, [COUNT, ...digest, ...point, ...evaluation], { words: [], octets: [] });
  assert.ok(run.ok);
  proof = await prove(own.system, run.input, backend);
});
after(async () => {
  await backend.close();
  await chain.close();
});

interface Stated {
  readonly batchCount: bigint;
  readonly digest: Uint8Array;
  readonly point: Uint8Array;
  readonly evaluation: Uint8Array;
}

const stated: Stated = {
  batchCount: BigInt(COUNT),
  digest: elementBytes(digest),
  point: elementBytes(point),
  evaluation: elementBytes(evaluation),
};

/** "true", "false" or the error's name. */
async function answerTo(statement: Stated): Promise<string> {
  const data = verifier.interface.encodeFunctionData("verify", [statement, proof]);
  const result = await chain.call(await verifier.getAddress(), data);
  return result.ok ? String(BigInt(result.data) === 1n) : errorName(STARK_ABI, result.data).name;
}

describe("the verifier of aggregates", () => {
  it("accepts the statement that a proof is of", async () => {
    assert.equal(await answerTo(stated), "true");
  });

  it("refuses another count, digest, point or evaluation, in any of their elements", async () => {
    for (const batchCount of [0n, 2n, 4n]) assert.notEqual(await answerTo({ ...stated, batchCount }), "true");
    for (const part of ["digest", "point", "evaluation"] as const)
      for (let at = 3; at < stated[part].length; at += 4) {
        const changed = stated[part].slice();
        changed[at]! ^= 1;
        assert.notEqual(await answerTo({ ...stated, [part]: changed }), "true", `${part}, byte ${at}`);
      }
  });

  it("refuses a count of more than 32 bits, also one that has the right low bits", async () => {
    for (const batchCount of [2n ** 32n + BigInt(COUNT), 2n ** 255n + BigInt(COUNT)])
      assert.equal(await answerTo({ ...stated, batchCount }), "false");
  });

  it("refuses elements that are not below the field's modulus, so that no statement has two forms", async () => {
    const [one, two] = [new DataView(new ArrayBuffer(4)), stated.digest.slice()];
    one.setUint32(0, P + 1);
    two.set(new Uint8Array(one.buffer), 0);
    assert.equal(await answerTo({ ...stated, digest: two }), "BadStatement");
    assert.equal(await answerTo({ ...stated, batchCount: BigInt(P + COUNT) }), "BadStatement");
  });
});
