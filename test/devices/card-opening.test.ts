import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CardOpening } from "../../src/devices/card-opening.ts";
import type { CardNews } from "../../src/devices/card-setup.ts";
import { ProvingBackends } from "../../src/devices/proving-backends.ts";
import { createWasmBackend } from "../../src/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/kernels/wasm/threaded-backend.ts";
import { emptyDevice } from "../../src/kernels/webgpu/card/empty-device.ts";
import type { GpuDevice } from "../../src/kernels/webgpu/card/gpu.ts";
import { withOwn } from "../kernels/support/with-own.ts";

const limits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 27 };

/** A card that computes nothing, and whether it was given back. */
function cardOf(replaced: Partial<GpuDevice> = {}) {
  const empty = emptyDevice({ limits });
  let isGivenBack = false;
  const destroy = (): void => {
    isGivenBack = true;
    empty.destroy();
  };
  return { device: withOwn(empty, { destroy, ...replaced }), isGivenBack: () => isGivenBack };
}

describe("H2: a card that is opened beside proofs", () => {
  let processor: WasmBackend;
  before(async () => void (processor = await createWasmBackend({ workers: 1 })));
  after(() => processor.close());

  /** What is heard of it first, and what proofs are asked of then. */
  async function opened(open: () => Promise<GpuDevice>) {
    const backends = new ProvingBackends(processor);
    const { promise: heard, resolve } = Promise.withResolvers<CardNews["news"]>();
    const card = { isForced: true, isMeasured: false, memory: 2 ** 28, measuring: { logRows: 7, limitMs: 60_000 }, open };
    const opening = new CardOpening(backends, card, resolve);
    return { news: await heard, first: backends.first, opening };
  }

  it("is not asked where it cannot be opened, and why is told", async () => {
    const { news, first, opening } = await opened(() => Promise.reject(new Error("the graphics card is not there any more")));
    assert.deepEqual(news, { kind: "fault", fault: { kind: "failed", reason: "the graphics card is not there any more" } });
    assert.equal(first, processor);
    await opening.end();
  });

  it("is given back where its driver refuses a kernel, and where it is lost while they compile", async () => {
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

  it("is found wrong when it is measured, where it says that all was done and has computed nothing", async () => {
    const card = cardOf();
    const { news, first } = await opened(async () => card.device);
    assert.ok(news.kind === "fault");
    assert.equal(news.fault.kind, "wrong", news.fault.reason);
    assert.equal(first, processor);
    assert.equal(card.isGivenBack(), true);
  });
});
