import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { after, before, describe, it } from "node:test";
import type { CardNews } from "../../src/proofs/devices/card-setup.ts";
import { DeviceChoice } from "../../src/proofs/devices/device-choice.ts";
import { type DeviceFault, ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { createWebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import type { GpuDevice } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import { shaderOf } from "../../src/proofs/kernels/webgpu/card/kernel.ts";
import { kernelsOfProofs } from "../../src/proofs/kernels/webgpu/kernels/kernels-of-proofs.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { NO_CARD, openSoftwareDevice } from "../kernels/support/swiftshader.ts";
import { plantedDevice } from "./support/faulty-kernel.ts";
import { byNight } from "../support/nightly.ts";
import { provenSystems, type ProvenSystem } from "./support/proven-systems.ts";

const HEIGHTS = { squares: 4, requests: 6 };
/** Interval of tested kernels: by day every third one. */
const STRIDE = byNight(1, 3);
/** Kernels with a wrong remainder of a division, which must be zero: no proof exists that could be refused. */
const NOTICED_BEFORE = ["divide-values-5", "divide-carries-5"];

interface Case extends ProvenSystem {
  readonly expected: Uint8Array;
  /** Shaders that its proof dispatches. */
  readonly shaders: ReadonlySet<string>;
}

describe("H2: a kernel that computes one wrong bit", { skip: NO_CARD }, () => {
  let processor: WasmBackend;
  let real: GpuDevice;
  let card: ReturnType<typeof plantedDevice>;
  const cases: Case[] = [];

  const backendOnCard = () => createWebgpuBackend({ device: card.device, now: () => performance.now() });

  before(async () => {
    processor = await createWasmBackend({ workers: 1 });
    real = await openSoftwareDevice();
    card = plantedDevice(real);
    for (const { system, input } of await provenSystems(processor, HEIGHTS)) {
      card.plant(undefined);
      const expected = await prove(system, input, processor);
      assert.deepEqual(await prove(system, input, backendOnCard()), expected, "without a fault the proofs are the same");
      cases.push({ system, input, expected, shaders: new Set(card.dispatched) });
    }
  });
  after(async () => {
    real.destroy();
    await real.lost;
    await processor.close();
  });

  for (const kernel of kernelsOfProofs(5).filter((_, place) => place % STRIDE === 0)) {
    it(`is found before its proof counts, which WebAssembly makes; status says why: ${kernel.name}`, async () => {
      const own = cases.find(({ shaders }) => shaders.has(shaderOf(kernel))) ?? assert.fail("no proof dispatches it");
      card.plant(kernel);
      const status = statusOfThread();
      const backends = new ProvingBackends(processor, backendOnCard(), status.onFault);
      const { proof, backend } = await backends.prove({
        make: (asked) => prove(own.system, own.input, asked),
        free: () => undefined,
        refusalOf: (made) => {
          const verdict = verify(own.system, own.input.statement, made);
          return verdict.ok ? undefined : verdict.rejection.code;
        },
      });
      assert.equal(backend, processor);
      assert.deepEqual(proof, own.expected);
      const [{ kind, reason }] = backends.faults as [DeviceFault];
      assert.equal(backends.faults.length, 1);
      assert.equal(kind, NOTICED_BEFORE.includes(kernel.name) ? "failed" : "wrong", reason);
      assert.ok(status.why().endsWith(reason), status.why());
      status.end();
    });
  }
});

/** Collects the card's state for status, and the faults that a proving thread reports. */
function statusOfThread() {
  const choice = new DeviceChoice({ device: "auto" }, { state: "found", card: "a card" });
  const thread = Object.assign(new EventEmitter(), {
    postMessage: () => undefined,
    unref: () => undefined,
    terminate: async () => 0,
  });
  choice.start(() => thread);
  const tell = (news: CardNews["news"]): void => void thread.emit("message", { type: "card", news } satisfies CardNews);
  tell({ kind: "measured", gain: 2 });
  return {
    why: () => choice.report().why,
    onFault: (fault: DeviceFault) => tell({ kind: "fault", fault }),
    end: () => void thread.emit("exit", 0),
  };
}
