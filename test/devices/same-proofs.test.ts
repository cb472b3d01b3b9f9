import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { createExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../src/proofs/execution-proof/batch/prove-execution.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import type { WebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { startVerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN } from "../execution-proof/support/chain-batches.ts";
import { createSoftwareBackend, NO_CARD } from "../kernels/support/swiftshader.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { openProvingBrowser, type ProvingBrowser } from "./support/browser-proofs.ts";
import { randomExecution } from "./support/random-execution.ts";
import { PROOF_CASES, type ProofCaseName } from "./support/proof-cases.ts";

describe("H2: the same proof, byte for byte, by the reference, by WebAssembly and by the shaders", { skip: NO_CARD }, () => {
  let wasm: WasmBackend;
  let card: WebgpuBackend;
  let browser: ProvingBrowser;
  before(async () => {
    [wasm, card] = [await createWasmBackend({ workers: 1 }), await createSoftwareBackend()];
    browser = await openProvingBrowser();
  });
  after(async () => void (await Promise.all([wasm.close(), card.close(), browser.close()])));

  /** The reference's proof, which all others make too. */
  async function assertSame(make: (backend: Backend) => Promise<Uint8Array>): Promise<Uint8Array> {
    const expected = await make(createReferenceBackend());
    for (const backend of [wasm, card]) assert.deepEqual(await make(backend), expected, backend.name);
    assert.equal(card.memoryInUse(), 0);
    return expected;
  }

  for (const name of Object.keys(PROOF_CASES) as ProofCaseName[]) {
    it(`of ${name}, in Node and in Chromium`, async () => {
      const { system, input } = await PROOF_CASES[name](wasm);
      const proof = await assertSame((backend) => prove(system, input, backend));
      assert.deepEqual(verify(system, input.statement, proof), { ok: true });
      const { adapter, proofs, memoryInUse } = await browser.proofsOf(name);
      assert.match(adapter, /swiftshader/i);
      const expected = [...proof];
      assert.deepEqual(proofs, { wasm: expected, webgpu: expected });
      assert.equal(memoryInUse, 0);
    });
  }

  it("of the tables of an execution with random columns: each program of their constraints and lookups", async () => {
    // By day the kernel's program and the ranges have their first 512 rows.
    const { system, input } = randomExecution(byNight(16, 9));
    assert.equal(system.tables.length, 42);
    assert.deepEqual(await prove(system, input, card), await prove(system, input, wasm));
    assert.equal(card.memoryInUse(), 0);
  });

  const byDay = !IS_NIGHTLY && "the reference and a card in software take a minute for a million cells: by night";
  it("of a chunk of an execution", { skip: byDay }, async () => {
    const wallet = new TestWallet(78);
    const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
    const chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
    const batches = await ChainBatches.of(chain, accounts);
    await chain.chain.submit(await wallet.signRaw({ to: `0x${"be".repeat(20)}`, value: 7n }));
    const { witness, claim } = batches.next(await chain.sealAndVerify());
    // NOT SECURE: small parameters, with the hash and the opening of executions.
    const parameters = smallParameters({
      ...{ minLogRows: 4, maxLogRows: 18, queryCount: 4, hash: { kind: "poseidon" }, transcript: "poseidon" },
      opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
    });
    const key = await createExecutionKey(PROVEN_VERSION, parameters, wasm);
    await assertSame(async (backend) => {
      const proving = new ExecutionProving(key, new ProvingBackends(backend));
      try {
        const planned = await proving.plan(witness as ExecutionWitness, claim, { mostCells: 1 });
        assert.ok(planned.kind === "planned");
        const [smallest = assert.fail("a batch has chunks")] = [...planned.chunks].sort((a, b) => a.cells - b.cells);
        const made = await proving.proveChunk(smallest.input);
        assert.ok(made.kind === "made" && made.metrics.backend === backend.name, JSON.stringify(made));
        return made.proof;
      } finally {
        await proving.release();
      }
    });
    await chain.chain.close();
  });
});
