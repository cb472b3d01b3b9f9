import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import type { WebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import {
  batchParameters,
  compressParameters,
  programParameters,
  wrapParameters,
} from "../../src/proofs/recursion/tables/program-parameters.ts";
import { programSystem, runProgram } from "../../src/proofs/recursion/tables/program-system.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { startCodeChain } from "../contracts/verifier/support/chain.ts";
import { deployStackVerifier } from "../contracts/verifier/support/small-verifier.ts";
import { createSoftwareBackend, NO_CARD } from "../kernels/support/swiftshader.ts";
import { pathProgram, pathStatement } from "../recursion/path-program.ts";

const P = 2130706433;
const words = Array.from({ length: 8 }, (_, i) => [7 * i + 1, 3, P - 1 - i, 0, i]);
const siblings = [1, 2].map((k) => Array.from({ length: 8 }, (_, i) => 1000 * k + i));
const { publicValues, hints } = pathStatement({ words, position: 2, siblings, drawn: [17, 0, 0, 5, 0, 0, 0, P - 1] });

/** A short program's tables, with the queries, blowup, nonce, hash and transcript that the parameters have. */
const short = (parameters: ProofParameters): ProofParameters => ({
  ...parameters,
  ...{ minLogRows: 6, maxLogRows: 12 },
  opening: { ...parameters.opening, kind: "stacked", logStackMin: 13, logStackMax: 13 },
});

describe("H2: on a card, a proof by L1's own parameters", { skip: NO_CARD }, () => {
  let wasm: WasmBackend;
  let card: WebgpuBackend;
  before(async () => void ([wasm, card] = [await createWasmBackend({ workers: 1 }), await createSoftwareBackend()]));
  after(async () => void (await Promise.all([wasm.close(), card.close()])));

  /** Proves with both backends and verifies that the proofs are equal. */
  async function made(parameters: ProofParameters): Promise<{ readonly system: System; readonly proof: Uint8Array }> {
    const own = await programSystem(pathProgram(), parameters, wasm);
    const run = runProgram(own, publicValues, hints);
    assert.ok(run.ok);
    const proof = await prove(own.system, run.input, card);
    assert.deepEqual(proof, await prove(own.system, run.input, wasm));
    assert.deepEqual(verify(own.system, run.input.statement, proof), { ok: true });
    assert.equal(card.memoryInUse(), 0);
    return { system: own.system, proof };
  }

  it("of programs, by trees and transcript of Poseidon, is WebAssembly's", async () =>
    void (await made(short(programParameters()))));

  it("of batches, at a larger blowup, is WebAssembly's", async () => void (await made(short(batchParameters()))));

  it("of the program that compresses is WebAssembly's", async () => void (await made(short(compressParameters()))));

  it("of the last program is WebAssembly's, and the generated contract accepts it", async () => {
    const { system, proof } = await made(short(wrapParameters()));
    const chain = await startCodeChain();
    try {
      const contract = await deployStackVerifier(chain, system);
      const statement = elementBytes([...publicValues]);
      assert.equal(await contract.verify(statement, proof), "accepted");
      proof[proof.length >> 1]! ^= 1;
      assert.notEqual(await contract.verify(statement, proof), "accepted");
    } finally {
      await chain.close();
    }
  });
});
