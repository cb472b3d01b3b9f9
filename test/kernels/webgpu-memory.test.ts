import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { uncommittedSystem } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { MAX_CELLS } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { systemForL1 } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { planRun } from "../../src/proofs/execution-proof/segments/plan-run.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { type DeviceFault, type ProofRequest, ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import { digestLength } from "../../src/proofs/kernels/tree-hash.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { emptyDevice } from "../../src/proofs/kernels/webgpu/card/empty-device.ts";
import type { GpuBuffer, GpuDevice } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { committedHeights, compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { TablePrograms } from "../../src/proofs/stark/programs/table-programs.ts";
import { fibonacciInput, fibonacciSystem } from "../stark/airs/fibonacci.ts";
import { provenRun } from "../stark/segments/forged-run.ts";
import { cutMachine, machineInputs, machineStatement, machineSystem, runMachine } from "../stark/segments/toy-machine.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { LEAST_LIMITS } from "./support/least-limits.ts";
import { withOwn } from "./support/with-own.ts";
import { NO_CARD, openSoftwareDevice } from "./support/swiftshader.ts";

const GIB = 2 ** 30;
/** Memory of a card in addition to its proofs: inputs of dispatches, and results that are read. */
const BESIDE = 16 * 2 ** 20;
/** Limits requested from a card that allows more. */
const WANTED_LIMITS = { maxStorageBufferBindingSize: GIB, maxBufferSize: GIB };
const now = (): number => performance.now();

/** A device that counts the bytes of buffers that are not destroyed, and the columns that it is sent. */
function counted(device: GpuDevice) {
  const count = { live: 0, most: 0, writes: 0 };
  const { queue } = device;
  const own = withOwn(device, {
    createBuffer: (options) => {
      const buffer = device.createBuffer(options);
      count.live += options.size;
      count.most = Math.max(count.most, count.live);
      const { destroy } = buffer;
      buffer.destroy = () => {
        count.live -= options.size;
        destroy.call(buffer);
      };
      return buffer as GpuBuffer;
    },
    queue: {
      submit: (commands) => queue.submit(commands),
      writeBuffer: (...of) => {
        count.writes++;
        queue.writeBuffer(...of);
      },
      onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
    },
  });
  return { device: own, count };
}

/** System that accepts zeros as a statement. */
function withAnyStatement(system: System): System {
  const values = new Array<number>(system.definition.statementValueCount).fill(0);
  return { ...system, definition: { ...system.definition, publicValues: () => values } };
}

/** That of chunks of executions, and its tables' programs. */
function executionSystem(parameters: ProofParameters): { readonly system: System; readonly programs: TablePrograms } {
  const system = withAnyStatement(uncommittedSystem(PROVEN_VERSION, parameters).system);
  return { system, programs: new TablePrograms(system) };
}

/** Distribution of an execution's cells: equal in all tables, in tables of few columns, or in the widest table only. */
type Shape = "alike" | "narrow" | "widest";

/** Heights of as many cells as fit. */
function heightsOf({ tables, parameters }: System, shape: Shape): number[] {
  const heights = tables.map(({ fixedLogRows }) => fixedLogRows ?? parameters.minLogRows);
  const widths = tables.map(({ mainWidth }) => mainWidth);
  const cells = (): number => heights.reduce((sum, logRows, i) => sum + (widths[i] ?? 0) * 2 ** logRows, 0);
  const order = tables.flatMap(({ fixedLogRows, index }) => (fixedLogRows === undefined ? [index] : []));
  const byWidth = (a: number, b: number): number => (widths[a] ?? 0) - (widths[b] ?? 0);
  if (shape === "narrow") order.sort(byWidth);
  if (shape === "widest") order.sort((a, b) => byWidth(b, a));
  const grow = (i: number): boolean => {
    if ((heights[i] ?? 0) >= parameters.maxLogRows) return false;
    heights[i]!++;
    if (cells() <= MAX_CELLS) return true;
    heights[i]!--;
    return false;
  };
  if (shape === "widest") for (const i of order) while (grow(i));
  else while (order.map(grow).includes(true));
  assert.ok(cells() > 0.99 * MAX_CELLS, `${cells()} cells`);
  return heights;
}

/** Columns of zeros: what a proof takes does not depend on values. */
function zerosOf({ tables, definition }: System, heights: readonly number[]): ProverInput {
  const zeros = new Map(heights.map((logRows) => [logRows, new Uint32Array(2 ** logRows)]));
  const traces = tables.map(({ mainWidth }, i) => {
    return Array.from({ length: mainWidth }, () => zeros.get(heights[i] ?? 0) ?? new Uint32Array());
  });
  const auxiliary = tables.map(({ auxiliaryCount }) => new Array<number>(auxiliaryCount).fill(0));
  return { statement: new Uint8Array(4 * (definition.statementElements?.count ?? 0)), auxiliary, traces };
}

describe("a card's memory", () => {
  const parameters = executionParameters();
  const cases: readonly (readonly [string, ProofParameters, Shape])[] = [
    ["alike", parameters, "alike"],
    ["in tables of few columns", parameters, "narrow"],
    ["in the widest tables", parameters, "widest"],
  ];
  const systems = new Map<ProofParameters, { readonly system: System; readonly programs: TablePrograms }>();
  for (const [name, parameters, shape] of cases) {
    it(`of 2 GiB holds a proof of 120 million cells, by its plan and by what is allocated: ${name}`, async () => {
      const { system, programs } = systems.get(parameters) ?? executionSystem(parameters);
      systems.set(parameters, { system, programs });
      const input = zerosOf(system, heightsOf(system, shape));
      const { device, count } = counted(emptyDevice({ limits: LEAST_LIMITS }));
      const card = createWebgpuBackend({ device, memory: 2 * GIB - BESIDE, now });
      card.prepare(programs.compile(system.tables));
      const planned = await card.plan((backend) => prove(system, input, backend, { programs }));
      assert.equal(count.writes, 0);
      await prove(system, input, card, { programs });
      assert.equal(card.mostMemoryInUse(), planned);
      assert.ok(count.most <= 2 * GIB, `${count.most} bytes were allocated`);
      await card.close();
    });
  }

  it("of 2 GiB holds a run whose segments have 120 million cells each, by its plan and by what is allocated", async () => {
    const { definition } = uncommittedSystem(PROVEN_VERSION, executionParameters());
    const root = new Uint8Array(digestLength(executionParameters().hash));
    const roots = new Map(committedHeights(definition).map((height) => [height, root]));
    const system = compileSystem(segmentedDefinition(definition), roots);
    const heights = heightsOf(system, "alike").map((logRows) => 2 ** logRows);
    const programs = new TablePrograms(system);
    const { device, count } = counted(emptyDevice({ limits: LEAST_LIMITS }));
    const card = createWebgpuBackend({ device, memory: 2 * GIB - BESIDE, now });
    card.prepare(programs.compile(system.tables));
    const planned = await card.plan((backend) => planRun(system, heights, backend, { programs }));
    assert.equal(count.writes, 0);
    assert.ok(planned > GIB / 2 && planned <= 2 * GIB, `${planned} bytes`);
    await planRun(system, heights, card, { programs });
    assert.equal(card.mostMemoryInUse(), planned);
    assert.ok(count.most <= 2 * GIB, `${count.most} bytes were allocated`);
    await card.close();
  });

  it("of 3 GiB, which is the default, holds the proof that L1 checks, by its plan and by what is allocated", async () => {
    const system = withAnyStatement(systemForL1("small"));
    const input = zerosOf(
      system,
      system.tables.map(({ fixedLogRows = 0 }) => fixedLogRows),
    );
    const small = createWebgpuBackend({ device: emptyDevice({ limits: LEAST_LIMITS }), now });
    // A layer of its tree is one buffer, of 256 MiB.
    await assert.rejects(
      small.plan((backend) => prove(system, input, backend)),
      { code: "BufferTooLarge" },
    );
    const { device, count } = counted(emptyDevice({ limits: WANTED_LIMITS }));
    const card = createWebgpuBackend({ device, now });
    const planned = await card.plan((backend) => prove(system, input, backend));
    assert.equal(count.writes, 0);
    assert.ok(planned > GIB && planned <= 3 * GIB, `${planned} bytes`);
    await prove(system, input, card);
    assert.equal(card.mostMemoryInUse(), planned);
    assert.ok(count.most <= 3 * GIB + BESIDE, `${count.most} bytes were allocated`);
    await card.close();
  });

  it("is planned to the byte for a run in segments, by their heights alone", { skip: NO_CARD }, async () => {
    const processor = await createWasmBackend({ workers: 1 });
    const system = await machineSystem(processor);
    const run = runMachine({});
    const inputs = machineInputs(cutMachine(run, 3), machineStatement(run.before, run.after));
    const heights = inputs[0]!.traces.map(([column]) => column?.length ?? 0);
    const card = createWebgpuBackend({ device: await openSoftwareDevice(), now });
    const planned = await card.plan((backend) => planRun(system, heights, backend));
    const made = await provenRun(system, inputs, card);
    assert.deepEqual(made, await provenRun(system, inputs, processor));
    assert.equal(card.mostMemoryInUse(), planned);
    await card.close();
    await processor.close();
  });

  it("that a proof does not fit gets nothing of it, also not of the next of its shape: the processor makes them", async () => {
    const { device, count } = counted(emptyDevice({ limits: LEAST_LIMITS }));
    const system = fibonacciSystem(smallParameters());
    const [small, large] = [fibonacciInput(3), fibonacciInput(9)];
    const planned = await createWebgpuBackend({ device, now }).plan((backend) => prove(system, large, backend));
    const card = createWebgpuBackend({ device, memory: planned - 1, now });
    const processor = createReferenceBackend();
    const told: DeviceFault[] = [];
    const backends = new ProvingBackends(processor, card, (fault) => told.push(fault));
    let plans = 0;
    const madeOn: string[] = [];
    const requestOf = (own: ProverInput): ProofRequest<Uint8Array> => ({
      make: (backend) => (madeOn.push(backend.name), prove(system, own, backend)),
      plan: { shape: String(own.traces[0]?.[0]?.length), make: (backend) => (plans++, prove(system, own, backend)) },
      free: () => undefined,
      refusalOf: (proof) => (verify(system, own.statement, proof).ok ? undefined : "refused"),
    });
    const writesBefore = count.writes;
    for (let i = 0; i < 2; i++) {
      const { proof, backend } = await backends.prove(requestOf(large));
      assert.equal(backend, processor);
      assert.deepEqual(verify(system, large.statement, proof), { ok: true });
    }
    assert.deepEqual([count.writes - writesBefore, plans, madeOn], [0, 1, ["reference", "reference"]]);
    assert.deepEqual(
      told.map(({ kind, reason }) => [
        kind,
        reason.endsWith(`are more than the ${planned - 1} that a proof may take there at a time`),
      ]),
      [
        ["too-large", true],
        ["too-large", true],
      ],
    );
    // Another shape is asked of the card, which computes nothing here.
    await backends.prove(requestOf(small));
    assert.deepEqual(madeOn.slice(2), ["webgpu", "reference"]);
  });

  it("is free again after each proof, except for memory of open handles: threads that prove in turn share it", async () => {
    const { device, count } = counted(emptyDevice({ limits: LEAST_LIMITS }));
    const card = createWebgpuBackend({ device, now });
    const before = count.live;
    const kept = await card.upload([new Uint32Array(2 ** 10)], 10);
    const backends = new ProvingBackends(createReferenceBackend(), card);
    const system = fibonacciSystem(smallParameters());
    for (let i = 0; i < 2; i++) {
      const { backend } = await backends.prove({
        make: (own) => prove(system, fibonacciInput(6), own),
        free: () => undefined,
        // The card here computes nothing: whether a proof holds is of no account.
        refusalOf: () => undefined,
      });
      assert.equal(backend, card);
      assert.ok(card.mostMemoryInUse() > 2 ** 12);
      assert.equal(count.live - before, 2 ** 12);
    }
    card.release(kept);
    card.rest();
    assert.equal(count.live, before);
    await card.close();
  });

  it("is planned to the byte, and the plan sends nothing to the card", { skip: NO_CARD }, async () => {
    const { device, count } = counted(await openSoftwareDevice());
    const card = createWebgpuBackend({ device, now });
    const opening = { kind: "stacked", logStackMin: 6, logStackMax: 12 } as const;
    for (const overrides of [{}, { minLogRows: 4, opening }, { hash: { kind: "poseidon" } }] as const) {
      const system = fibonacciSystem(smallParameters(overrides));
      for (const logRows of [5, 9]) {
        const before = count.writes;
        const planned = await card.plan((backend) => prove(system, fibonacciInput(logRows), backend));
        assert.equal(count.writes, before);
        const made = createWebgpuBackend({ device, now });
        await prove(system, fibonacciInput(logRows), made);
        assert.equal(planned, made.mostMemoryInUse());
      }
    }
    await card.close();
  });
});
