import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createRandomBatch } from "../../src/tool/demo/random-batch.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { productPrograms } from "../../src/proofs/execution-proof/batch/product-programs.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { firstSystem, LIST_PROOF } from "../../src/proofs/l1-proof/first-proofs.ts";
import { type AskedL1Proof, L1Proving, type MadeL1Proof } from "../../src/proofs/l1-proof/l1-proving.ts";
import { encodeStateInput } from "../../src/proofs/prover/encode-state-input.ts";
import { toHex } from "../../src/ground/protocol/hex.ts";
import type { NodePrograms } from "../../src/proofs/recursion/nodes/node-programs.ts";
import { createSoftwareBackend, NO_CARD } from "../kernels/support/swiftshader.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";

/* By the package's own programs and parameters: trees and transcript of Poseidon. The list's proof is the smallest of them. */

describe("a proof for L1, with a second device", () => {
  let processor: WasmBackend;
  let other: WasmBackend;
  let programs: NodePrograms;
  let asked: AskedL1Proof;
  let expected: MadeL1Proof;

  before(async () => {
    [processor, other] = [await createWasmBackend({ workers: 1 }), await createWasmBackend({ workers: 1 })];
    programs = await productPrograms(processor);
    const { job } = createRandomBatch({ leafCount: 20, writeCount: 4, seed: 7 });
    const key = toHex(firstSystem(LIST_PROOF, programs).verificationKeyDigest);
    asked = { kind: "list", key, input: await encodeStateInput(job), needs: [] };
    expected = (await madeBeside(undefined)).made;
  });
  after(async () => {
    await processor.close();
    await other.close();
  });

  async function madeBeside(device: Backend | undefined) {
    const backends = new ProvingBackends(processor, device);
    const proving = new L1Proving(programs, backends);
    const made = await proving.make(asked);
    await proving.release();
    return { made, faults: backends.faults };
  }

  it("is the device's, which makes the bytes of WebAssembly", async () => {
    assert.equal(expected.metrics.backend, "wasm");
    const { made, faults } = await madeBeside({ ...other, name: "device" });
    assert.equal(made.metrics.backend, "device");
    assert.deepEqual(made.proof, expected.proof);
    assert.deepEqual(faults, []);
  });

  it("is WebAssembly's where the device's does not hold, and where it fails", async () => {
    const held = other.memoryInUse();
    const wrong: Backend = {
      ...other,
      name: "device",
      upload: (columns, logRows) =>
        other.upload(
          columns.map((column, i) => (i === 0 ? column.map((x, row) => (row === 3 ? x ^ 1 : x)) : column)),
          logRows,
        ),
    };
    const lost: Backend = { ...other, name: "device", grind: () => Promise.reject(new Error("asleep")) };
    for (const [device, kind] of [
      [wrong, "wrong"],
      [lost, "failed"],
    ] as const) {
      const { made, faults } = await madeBeside(device);
      assert.equal(made.metrics.backend, "wasm");
      assert.deepEqual(made.proof, expected.proof);
      assert.deepEqual(
        faults.map((fault) => fault.kind),
        [kind],
      );
    }
    assert.equal(other.memoryInUse(), held);
  });

  const byDay = !IS_NIGHTLY && "a card in software searches for its nonce for half a minute: by night";
  it("is a graphics card's, byte for byte", { skip: NO_CARD || byDay }, async () => {
    const card = await createSoftwareBackend();
    const { made, faults } = await madeBeside(card);
    assert.deepEqual(faults, []);
    assert.equal(made.metrics.backend, "webgpu");
    assert.deepEqual(made.proof, expected.proof);
    assert.equal(card.memoryInUse(), 0);
    await card.close();
  });
});
