import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import type { GpuDevice } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import { createWebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import { CardFailed, Machine } from "../../src/proofs/kernels/webgpu/card/machine.ts";
import type { CardKernel } from "../../src/proofs/kernels/webgpu/card/kernel.ts";
import { CardMemoryExceeded } from "../../src/proofs/kernels/webgpu/card/device-memory.ts";
import { emptyDevice } from "../../src/proofs/kernels/webgpu/card/empty-device.ts";
import { openDevice } from "../../src/proofs/kernels/webgpu/open-device.ts";
import { Pace } from "../../src/proofs/kernels/webgpu/card/pace.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "../stark/airs/fibonacci.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { LEAST_LIMITS } from "./support/least-limits.ts";
import { randomColumns } from "./support/random-elements.ts";
import { withOwn } from "./support/with-own.ts";
import { createSoftwareBackend, NO_CARD, openSoftwareDevice, softwareGpu } from "./support/swiftshader.ts";

const now = (): number => performance.now();
const parameters = smallParameters({ minLogRows: 4, opening: { kind: "stacked", logStackMin: 6, logStackMax: 12 } });
const system = fibonacciSystem(parameters);
const input = fibonacciInput(5);

/** A device whose storage buffers are at most so large, as one with smaller limits says; every other call goes to the real one. */
function withLimit(device: GpuDevice, bytes: number): GpuDevice {
  return withOwn(device, { limits: { maxStorageBufferBindingSize: bytes, maxBufferSize: bytes } });
}

/** A backend whose card is lost in its nth operation: it takes no work from then on, and says so. */
function lostAt(device: GpuDevice, nth: number): { readonly backend: Backend; calls(): number; memoryInUse(): number } {
  const { promise: lost, resolve } = Promise.withResolvers<{ readonly reason: string; readonly message: string }>();
  const { queue } = device;
  let count = 0;
  const inner = createWebgpuBackend({
    device: withOwn(device, {
      lost,
      queue: {
        submit: (commands) => (count < nth ? queue.submit(commands) : undefined),
        writeBuffer: (...of) => queue.writeBuffer(...of),
        onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
      },
    }),
    now,
  });
  const backend = new Proxy<Backend>(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || ["prepare", "compress", "release", "close"].includes(String(name))) return value;
      return (...of: unknown[]): unknown => {
        if (++count === nth) resolve({ reason: "unknown", message: "in a test" });
        return Reflect.apply(value, target, of);
      };
    },
  });
  return { backend, calls: () => count, memoryInUse: () => inner.memoryInUse() };
}

describe("a graphics card", { skip: NO_CARD }, () => {
  test("that is software is refused outside tests", async () => {
    const opened = await openDevice(softwareGpu());
    assert.equal(opened.state, "software");
    assert.match(opened.name, /SwiftShader/);
  });

  test("that is not there is said to be absent", async () => {
    assert.deepEqual(await openDevice({ requestAdapter: async () => null }), { state: "absent", name: "none" });
  });

  test("with small buffers keeps columns and parts in many pages, and makes the same proof", async () => {
    const backend = createWebgpuBackend({ device: withLimit(await openSoftwareDevice(), 2 ** 14), now });
    const columns = randomColumns(1, 7, 10);
    assert.deepEqual(await backend.download(await backend.upload(columns, 10)), columns);
    const [expected, got] = [
      await prove(system, fibonacciInput(6), createReferenceBackend()),
      await prove(system, fibonacciInput(6), backend),
    ];
    assert.deepEqual(got, expected);
    await backend.close();
  });

  test("refuses columns beyond a buffer and beyond its share of the memory, and then holds no memory", async () => {
    const backend = createWebgpuBackend({ device: withLimit(await openSoftwareDevice(), 2 ** 12), memory: 2 ** 14, now });
    await assert.rejects(backend.upload(randomColumns(1, 1, 11), 11), { name: "CardMemoryExceeded", code: "BufferTooLarge" });
    await assert.rejects(backend.upload(randomColumns(1, 9, 9), 9), { name: "CardMemoryExceeded", code: "TooMuch" });
    assert.equal(backend.memoryInUse(), 0);
    // Released memory is available to other columns of any size.
    backend.release(await backend.upload(randomColumns(1, 7, 9), 9));
    assert.equal((await backend.upload(randomColumns(1, 14, 8), 8)).width, 14);
    await backend.close();
  });

  test("that has too little memory at any point of a proof leaves the proof to the processor, and holds nothing", async () => {
    const processor = createReferenceBackend();
    const expected = await prove(system, input, processor);
    const device = await openSoftwareDevice();
    const whole = createWebgpuBackend({ device, now });
    assert.deepEqual(await prove(system, input, whole), expected);
    await whole.close();
    for (const memory of [2 ** 8, 2 ** 10, 2 ** 12]) {
      const card = await createSoftwareBackend(memory);
      await assert.rejects(prove(system, input, card), CardMemoryExceeded);
      assert.equal(card.memoryInUse(), 0);
      const { proof, backend } = await new ProvingBackends(processor, card).prove(requestOf());
      assert.equal(backend, processor);
      assert.deepEqual(proof, expected);
      await card.close();
    }
  });

  test("compiles all kernels of proofs outside the thread, in 15 seconds, and needs none afterwards", async () => {
    const device = await openSoftwareDevice();
    const createComputePipeline = (): never => assert.fail("a kernel is compiled while a proof waits");
    const card = createWebgpuBackend({ device: withOwn(device, { createComputePipeline }), now });
    let isDone = false;
    let turns = 0;
    const began = process.cpuUsage();
    const compiled = card.compileKernels(system.parameters.extensionDegree).finally(() => (isDone = true));
    while (!isDone) {
      await new Promise(setImmediate);
      turns++;
    }
    await compiled;
    const { user, system: inKernel } = process.cpuUsage(began);
    assert.ok(user + inKernel < 15e6, `${(user + inKernel) / 1e6} CPU seconds`);
    assert.ok(turns > 20, `the thread had ${turns} turns meanwhile`);
    for (const overrides of [{}, { hash: { kind: "poseidon" }, opening: { kind: "rows" } }] as const) {
      const own = fibonacciSystem({ ...parameters, ...overrides });
      assert.deepEqual(await prove(own, input, card), await prove(own, input, createReferenceBackend()));
    }
    await card.close();
  });

  test("that is lost in any operation of a proof leaves the proof to the processor", async () => {
    const processor = createReferenceBackend();
    const expected = await prove(system, input, processor);
    const device = await openSoftwareDevice();
    const whole = lostAt(device, Infinity);
    assert.deepEqual(await prove(system, input, whole.backend), expected);
    assert.ok(whole.calls() > 30, `${whole.calls()} operations`);
    for (let nth = 1; nth <= whole.calls(); nth++) {
      const lost = lostAt(device, nth);
      const backends = new ProvingBackends(processor, lost.backend);
      const { proof, backend } = await backends.prove(requestOf());
      assert.equal(backend, processor, `lost at ${nth} of ${whole.calls()}`);
      assert.deepEqual(proof, expected);
      assert.deepEqual(backends.faults, [{ kind: "lost", reason: "the graphics card was lost: unknown: in a test" }]);
      assert.equal(backends.first, processor);
      assert.equal(lost.memoryInUse(), 0);
    }
    device.destroy();
  });

  test("that does not answer is given up, and the processor makes the proof", async () => {
    const device = await openSoftwareDevice();
    const { promise: never } = Promise.withResolvers<null>();
    const card = createWebgpuBackend({ device: withOwn(device, { popErrorScope: () => never }), now, silenceMs: 20 });
    const processor = createReferenceBackend();
    const backends = new ProvingBackends(processor, card);
    assert.equal((await backends.prove(requestOf())).backend, processor);
    assert.deepEqual(backends.faults, [{ kind: "lost", reason: "the graphics card has not answered for 0.02 seconds" }]);
    assert.equal(backends.first, processor);
    assert.equal(card.memoryInUse(), 0);
    await card.close();
  });

  test("that works slowly through what was handed over is waited for, until it finishes nothing more", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let time = 0;
    const finish: (() => void)[] = [];
    const { promise: never } = Promise.withResolvers<null>();
    const empty = emptyDevice({ limits: LEAST_LIMITS });
    const device = withOwn(empty, {
      popErrorScope: () => never,
      queue: withOwn(empty.queue, {
        onSubmittedWorkDone: () => new Promise<undefined>((resolve) => finish.push(() => resolve(undefined))),
      }),
    });
    const card = createWebgpuBackend({ device, now: () => time, silenceMs: 1000 });
    let outcome = "waits";
    const columns = await card.upload([new Uint32Array(16)], 4);
    card.download(columns).catch((error: unknown) => (outcome = String(error)));
    const pass = async (ms: number): Promise<void> => {
      await turn();
      time += ms;
      t.mock.timers.tick(ms);
      await turn();
    };
    await pass(900);
    finish.forEach((done) => done());
    await pass(900);
    assert.equal(outcome, "waits");
    await pass(99);
    assert.equal(outcome, "waits");
    await pass(1);
    assert.match(outcome, /has not answered for 1 seconds/);
  });

  test("that is lost at any hand-over of a proof leaves the proof to the processor", async () => {
    const processor = createReferenceBackend();
    const expected = await prove(system, input, processor);
    for (const nth of [1, 2, 9, 40]) {
      const device = await openSoftwareDevice();
      let count = 0;
      const { queue } = device;
      const submit = (commands: readonly object[]): void => {
        if (++count === nth) device.destroy();
        queue.submit(commands);
      };
      const failing = withOwn(device, {
        queue: {
          submit,
          writeBuffer: (...of) => queue.writeBuffer(...of),
          onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
        },
      });
      const card = createWebgpuBackend({ device: failing, now });
      await assert.rejects(prove(system, input, card), CardFailed, `hand-over ${nth} of ${count}`);
      assert.equal(card.memoryInUse(), 0);
      const { proof, backend } = await new ProvingBackends(processor, card).prove(requestOf());
      assert.equal(backend, processor);
      assert.deepEqual(proof, expected);
      await card.close();
    }
  });

  test("makes the proofs of two chains at once, alone or next to another, like the processor", async () => {
    const inputs = [fibonacciInput(5), fibonacciInput(7)] as const;
    const expected = await Promise.all(inputs.map((own) => prove(system, own, createReferenceBackend())));
    const [card, other] = [await createSoftwareBackend(), await createSoftwareBackend()];
    for (const [first, second] of [
      [card, card],
      [card, other],
    ] as const) {
      const both = await Promise.all([prove(system, inputs[0], first), prove(system, inputs[1], second)]);
      assert.deepEqual(both, expected);
    }
    assert.deepEqual([card.memoryInUse(), other.memoryInUse()], [0, 0]);
    await Promise.all([card.close(), other.close()]);
  });

  test("that computes one wrong bit is found, and not asked again", async () => {
    const processor = createReferenceBackend();
    const card = await createSoftwareBackend();
    const wrong = new ProvingBackends(processor, {
      ...card,
      upload: async (columns, logRows) =>
        card.upload(
          columns.map((column, i) => column.map((x, row) => (i === 0 && row === 3 ? x ^ 1 : x))),
          logRows,
        ),
    });
    const { backend } = await wrong.prove(requestOf());
    assert.equal(backend, processor);
    assert.deepEqual(
      wrong.faults.map(({ kind }) => kind),
      ["wrong"],
    );
    assert.equal(wrong.first, processor);
    await card.close();
  });
});

describe("work for a card", () => {
  test("is cut so that a slice takes 20 ms, however slow the card", () => {
    let time = 0;
    const pace = new Pace(() => time);
    const first = pace.slice;
    // A card of 2²⁰ operations a millisecond: 20 · 2²⁰ fit.
    for (let i = 0; i < 8; i++) {
      const operations = pace.slice;
      const done = pace.begin(operations);
      time += operations / 2 ** 20;
      done();
    }
    assert.equal(pace.slice, 20 * 2 ** 20);
    assert.ok(first < pace.slice);
    // One second for a slice: the next is a fiftieth.
    const done = pace.begin(pace.slice);
    time += 1000;
    done();
    assert.equal(pace.slice, 2 ** 20);
  });

  test("of few rows does not make that of many be cut finer: a card runs some thousand as fast as one", async () => {
    // A card that runs 4,096 invocations in the time of one, in which it does 2⁸ operations of each in a millisecond.
    const card = timedCard((lanes, work) => (Math.max(4_096, lanes) * work) / 2 ** 20);
    for (let i = 0; i < 12; i++) await card.run({ count: 2 ** 14, work: 5_120 });
    assert.equal(await card.run({ count: 2 ** 14, work: 5_120 }), 4);
    for (let i = 0; i < 12; i++) assert.equal(await card.run({ count: 2, work: 50_000 }), 1);
    assert.equal(await card.run({ count: 2 ** 14, work: 5_120 }), 4);
    assert.equal(await card.run({ count: 2 ** 14, work: 4 * 5_120 }), 4, "fewer than it runs side by side do not run faster");
    await card.close();
  });

  test("that is done at once says nothing about a card, and waiting for other work is not counted", () => {
    let time = 0;
    const pace = new Pace(() => time);
    const before = pace.slice;
    const small = pace.begin(10);
    time += 1;
    small();
    assert.equal(pace.slice, before);
    const [first, second] = [pace.begin(before), pace.begin(before)];
    time += 20;
    first();
    time += 20;
    second();
    assert.equal(pace.slice, before);
  });
});

const ANY_KERNEL: CardKernel = { name: "any", params: [], item: [], read: ["source"], write: [], body: "" };

/** Card that computes nothing and takes `take(lanes, work)` milliseconds for a dispatch. */
function timedCard(take: (lanes: number, work: number) => number) {
  const empty = emptyDevice({ limits: LEAST_LIMITS });
  let [time, due, work, slices] = [0, 0, 0, 0];
  const dispatchWorkgroups = (x: number, y: number, z: number): void => {
    due += take(64 * x * y * z, work);
    slices++;
  };
  const device: GpuDevice = {
    ...empty,
    queue: {
      ...empty.queue,
      async onSubmittedWorkDone() {
        const own = due;
        due = 0;
        await turn();
        time += own;
      },
    },
    createCommandEncoder() {
      const encoder = empty.createCommandEncoder();
      return { ...encoder, beginComputePass: () => ({ ...encoder.beginComputePass(), dispatchWorkgroups }) };
    },
  };
  const machine = new Machine(device, 2 ** 20, { now: () => time, silenceMs: 1_000 });
  const source = machine.memory.take(4);
  return {
    /** Returns the number of dispatches that the operation needs. */
    async run(dispatch: { readonly count: number; readonly work: number }): Promise<number> {
      [work, slices] = [dispatch.work, 0];
      machine.dispatch(ANY_KERNEL, { ...dispatch, buffers: { source } });
      await machine.read(source, 0, 1);
      await turn();
      return slices;
    },
    close: () => machine.close(),
  };
}

function requestOf() {
  return {
    make: (backend: Parameters<typeof prove>[2]) => prove(system, input, backend),
    free: () => undefined,
    refusalOf: (proof: Uint8Array) => {
      const verdict = verify(system, input.statement, proof);
      return verdict.ok ? undefined : verdict.rejection.code;
    },
  };
}
