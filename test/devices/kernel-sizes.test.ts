import assert from "node:assert/strict";
import { after, afterEach, before, describe, it, mock } from "node:test";
import type { Ext } from "../../src/proofs/field/extension.ts";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { createWebgpuBackend } from "../../src/proofs/kernels/webgpu/backend.ts";
import type { GpuDevice } from "../../src/proofs/kernels/webgpu/card/gpu.ts";
import { GROUP } from "../../src/proofs/kernels/webgpu/card/kernel.ts";
import { Machine } from "../../src/proofs/kernels/webgpu/card/machine.ts";
import { kernelsOfProofs } from "../../src/proofs/kernels/webgpu/kernels/kernels-of-proofs.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { randomColumns, randomExt } from "../kernels/support/random-elements.ts";
import { NO_CARD, openSoftwareDevice } from "../kernels/support/swiftshader.ts";
import { byNight } from "../support/nightly.ts";
import { provenSystems, type ProvenSystem } from "./support/proven-systems.ts";

/** Tables of which every kernel has more invocations than a workgroup. */
const HEIGHTS = { squares: 6, requests: 8 };

/** Cuts each later dispatch into dispatches of `size` invocations; returns the sizes by kernel. */
function cutDispatches(size: number): ReadonlyMap<string, ReadonlySet<number>> {
  const { dispatch } = Machine.prototype;
  const seen = new Map<string, Set<number>>();
  mock.method(Machine.prototype, "dispatch", function (this: Machine, ...[kernel, whole]: Parameters<Machine["dispatch"]>) {
    const sizes = seen.get(kernel.name) ?? new Set();
    seen.set(kernel.name, sizes);
    for (let first = whole.first ?? 0; first < whole.count; first += size) {
      const count = Math.min(whole.count, first + size);
      sizes.add(count - first);
      dispatch.call(this, kernel, { ...whole, first, count });
    }
  });
  return seen;
}

/** One invocation each, however much there is. */
const ALONE = ["scan-chunks", "divide-carries-5"];

/** Runs operations with one invocation for 256 rows, opened rows or folded pairs, of which other proofs have few. */
async function longOperations(backend: Backend): Promise<unknown> {
  const long = await backend.upload(randomColumns(1, 1, 15), 15);
  const points: [Ext, Ext] = [randomExt(2, 5), randomExt(3, 5)];
  const values: Ext[] = [];
  for (const point of points) values.push([...(await backend.evaluateAt(long, point))].flat());
  const combinedValues = [values[0] ?? [], values[1] ?? []] as const;
  const weights = { challenge: randomExt(4, 5), nextWeight: randomExt(5, 5) };
  const deep = await backend.deep({ blocks: [long], nextWidths: [1], points, combinedValues, ...weights, degree: 5 });
  const [a, b] = [await backend.upload(randomColumns(6, 5, 16), 16), await backend.upload(randomColumns(7, 5, 16), 16)];
  const polynomial = await backend.upload(randomColumns(8, 10, 8), 8);
  const starts = [{ place: 0, start: randomExt(9, 5) }];
  const progressions = [{ ratio: randomExt(10, 5), logLength: 8, starts }];
  const committed = { blocks: [polynomial], logBlowup: 1, shift: 3, hash: { kind: "poseidon" }, rowsPerLeaf: 1 } as const;
  const tree = await backend.commit({ ...committed, encoding: "elements" });
  const results = {
    values,
    sums: await backend.runningSums(long, 1),
    round: await backend.roundSums(a, b, "rows", 5),
    opened: await backend.open(
      tree,
      Array.from({ length: 200 }, (_, i) => 2 * i),
    ),
    root: tree.root,
  };
  const columns = {
    long,
    deep,
    folded: await backend.fold(await backend.upload(randomColumns(11, 10, 8), 8), 2, randomExt(12, 5)),
    neighbours: await backend.foldNeighbours(a, "rows", randomExt(13, 5)),
    laid: await backend.layProgressions({ width: 1, logRows: 8, progressions, degree: 5 }),
  };
  const downloaded: unknown[] = [];
  for (const handle of Object.values(columns)) downloaded.push(await backend.download(handle));
  return { ...results, downloaded };
}

describe("H2: every kernel of proofs gives what the reference gives", { skip: NO_CARD }, () => {
  let device: GpuDevice;
  let expectedOfLong: unknown;
  const cases: (ProvenSystem & { readonly expected: Uint8Array })[] = [];

  before(async () => {
    const processor = await createWasmBackend({ workers: 1 });
    for (const own of await provenSystems(processor, HEIGHTS))
      cases.push({ ...own, expected: await prove(own.system, own.input, createReferenceBackend()) });
    await processor.close();
    expectedOfLong = await longOperations(createReferenceBackend());
    device = await openSoftwareDevice();
  });
  afterEach(() => mock.restoreAll());
  after(async () => {
    device.destroy();
    await device.lost;
  });

  // Of one invocation each proof has thousands of dispatches; those of whole workgroups are in all other tests. One more than a
  // workgroup has a whole one and one of which all invocations but one have nothing to do.
  for (const size of byNight([1, GROUP - 1, GROUP, GROUP + 1], [GROUP + 1])) {
    it(`in dispatches of ${size} invocations, of a workgroup's ${GROUP}`, async () => {
      const seen = cutDispatches(size);
      const card = createWebgpuBackend({ device, now: () => performance.now() });
      for (const { system, input, expected } of cases) assert.deepEqual(await prove(system, input, card), expected);
      assert.equal(card.memoryInUse(), 0);
      // A dispatch for each of a million invocations takes minutes, and the proofs have one of each kernel.
      if (size > 1) assert.deepEqual(await longOperations(card), expectedOfLong);
      const missing = kernelsOfProofs(5).filter(({ name }) => seen.get(name)?.has(ALONE.includes(name) ? 1 : size) !== true);
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      );
    });
  }
});
