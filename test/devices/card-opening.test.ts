import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { CardOpening } from "../../src/proofs/devices/card-opening.ts";
import { CARD_LIFE, type CardNews, type LeaveCard } from "../../src/proofs/devices/card-setup.ts";
import { openBackends } from "../../src/proofs/devices/open-backends.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { emptyDevice } from "../../src/proofs/kernels/webgpu/card/empty-device.ts";
import type { GpuDevice } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import { LEAST_LIMITS } from "../kernels/support/least-limits.ts";
import { withOwn } from "../kernels/support/with-own.ts";

/** Card that computes nothing and records its release. */
function cardOf(replaced: Partial<GpuDevice> = {}) {
  const empty = emptyDevice({ limits: LEAST_LIMITS });
  let isGivenBack = false;
  const destroy = (): void => {
    isGivenBack = true;
    empty.destroy();
  };
  return { device: withOwn(empty, { destroy, ...replaced }), isGivenBack: () => isGivenBack };
}

describe("H2: a card that is opened while proofs run", () => {
  let processor: WasmBackend;
  before(async () => void (processor = await createWasmBackend({ workers: 1 })));
  after(() => processor.close());

  /** Returns the first report, and the backend of proofs at that time. */
  async function opened(open: () => Promise<GpuDevice>) {
    const backends = new ProvingBackends(processor);
    const { promise: heard, resolve } = Promise.withResolvers<CardNews["news"]>();
    const card = { isForced: true, isMeasured: false, memory: 2 ** 28, measuring: { logRows: 7, limitMs: 60_000 }, open };
    const opening = new CardOpening(backends, card, resolve);
    return { news: await heard, first: backends.first, opening };
  }

  it("is not used if it cannot be opened, and the reason is reported", async () => {
    const { news, first, opening } = await opened(() => Promise.reject(new Error("the graphics card no longer exists")));
    assert.deepEqual(news, { kind: "fault", fault: { kind: "failed", reason: "the graphics card no longer exists" } });
    assert.equal(first, processor);
    await opening.end();
  });

  it("is released if its driver refuses a kernel, and if it is lost while they compile", async () => {
    const refusing = cardOf({ createComputePipelineAsync: () => Promise.reject(new Error("too many registers")) });
    const { promise: lost, resolve } = Promise.withResolvers<{ readonly reason: string; readonly message: string }>();
    const sleeping = cardOf({
      lost,
      createComputePipelineAsync: async () => (resolve({ reason: "unknown", message: "asleep" }), {}),
    });
    for (const [card, why] of [
      [refusing, /^the graphics card refuses the kernel add-lifted: Error: too many registers$/],
      [sleeping, /^the graphics card was lost: unknown: asleep$/],
    ] as const) {
      const { news, first, opening } = await opened(async () => card.device);
      assert.ok(news.kind === "fault");
      assert.equal(news.fault.kind, "failed");
      assert.match(news.fault.reason, why);
      assert.equal(first, processor);
      assert.equal(card.isGivenBack(), true);
      await opening.end();
    }
  });

  it("receives no proof after its thread must leave it, and is released after the current proof", async () => {
    const module = new URL("./support/empty-gpu.ts", import.meta.url).href;
    const { port1, port2 } = new MessageChannel();
    const life = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const told = { isForced: true, isMeasured: true, memory: 2 ** 28, life, software: { module, logRows: 7, limitMs: 1 } };
    const listeners = new Set(process.listeners("uncaughtException"));
    const backends = openBackends(processor, told, port1);
    while (backends.first === processor) await turn();
    const { promise: proof, resolve: finish } = Promise.withResolvers<string>();
    const made = backends.prove({ make: () => proof, free: () => undefined, refusalOf: () => undefined });
    port2.postMessage({ type: "leave-card" } satisfies LeaveCard);
    await once(port1, "message");
    assert.notEqual(backends.first, processor);
    finish("a proof");
    assert.equal((await made).backend.name, "webgpu");
    while (Atomics.load(new Int32Array(life), 0) !== CARD_LIFE.ended) await turn();
    assert.equal(backends.first, processor);
    port1.close();
    for (const added of process.listeners("uncaughtException"))
      if (!listeners.has(added)) process.off("uncaughtException", added);
  });

  it("is found wrong when it is measured, where it says that all was done and has computed nothing", async () => {
    const card = cardOf();
    const { news, first } = await opened(async () => card.device);
    assert.ok(news.kind === "fault");
    assert.equal(news.fault.kind, "wrong", news.fault.reason);
    assert.equal(first, processor);
    assert.equal(card.isGivenBack(), true);
  });
});
