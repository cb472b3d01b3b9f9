import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Backend } from "../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { type ProofRequest, ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { RANGE_LOG_ROWS, squaresInput, squaresSystem } from "../stark/airs/squares.ts";
import { watchedBackend } from "../stark/airs/watched-backend.ts";

const PARAMETERS = smallParameters({ maxLogRows: 5 });
/** No request is for the range's last number. */
const INPUT = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 6 });
const LAST = 2 ** RANGE_LOG_ROWS - 1;

/** A request for a proof by a system, and what it does: on which backends, and when the traces are freed. */
function watchedRequest(system: System, signal?: AbortSignal) {
  const events: string[] = [];
  const request: ProofRequest<Uint8Array> = {
    signal,
    async make(backend, onTracesRead) {
      events.push(backend.name);
      return prove(system, INPUT, backend, onTracesRead === undefined ? {} : { onTracesRead });
    },
    free: () => void events.push("freed"),
    refusalOf: (proof) => refusalOf(system, proof),
  };
  return { request, events };
}

function refusalOf(system: System, proof: Uint8Array, { statement }: ProverInput = INPUT): string | undefined {
  const verdict = verify(system, statement, proof);
  return verdict.ok ? undefined : verdict.rejection.code;
}

/** All that it commits to has a root with one wrong bit. */
function withWrongRoots(): Backend {
  const inner = createReferenceBackend();
  const commit: Backend["commit"] = async (request) => {
    const commitment = await inner.commit(request);
    commitment.root[0]! ^= 1;
    return commitment;
  };
  return { ...inner, name: "device", commit };
}

/** Backend whose card has another number at the end of the range. */
function withWrongRange(): Backend {
  const inner = createReferenceBackend();
  const isRange = (column: Uint32Array): boolean => column.length === LAST + 1 && column.every((value, i) => value === i);
  const upload: Backend["upload"] = (columns, logRows) =>
    inner.upload(
      columns.map((column) => (isRange(column) ? column.with(LAST, 5) : column)),
      logRows,
    );
  return { ...inner, name: "device", upload };
}

describe("a prover with a device in addition to the processor", () => {
  let processor: WasmBackend;
  let system: System;
  let expected: Uint8Array;
  before(async () => {
    processor = await createWasmBackend({ workers: 1 });
    system = await squaresSystem(PARAMETERS, processor);
    expected = await prove(system, INPUT, processor);
  });
  after(() => processor.close());

  it("hands on the device's proof where it holds, and frees the traces then", async () => {
    const backends = new ProvingBackends(processor, { ...createReferenceBackend(), name: "device" });
    const { request, events } = watchedRequest(system);
    const { proof, backend } = await backends.prove(request);
    assert.deepEqual([backend.name, events], ["device", ["device", "freed"]]);
    assert.deepEqual(proof, expected);
    assert.deepEqual(backends.faults, []);
  });

  it("makes a proof with a wrong commitment again on WASM, and asks the device for no other", async () => {
    const backends = new ProvingBackends(processor, withWrongRoots());
    const { request, events } = watchedRequest(system);
    for (let i = 0; i < 2; i++) {
      const { proof, backend } = await backends.prove(request);
      assert.equal(backend.name, "wasm");
      assert.deepEqual(proof, expected);
    }
    assert.deepEqual(events, ["device", "wasm", "freed", "wasm", "freed"]);
    assert.deepEqual(
      backends.faults.map(({ kind }) => kind),
      ["wrong"],
    );
    assert.match(backends.faults[0]!.reason, /^a proof made on device is refused: MerkleMismatch$/);
  });

  it("refuses what a device proves of wrong fixed columns, which a key that it committed itself would accept", async () => {
    const device = withWrongRange();
    const own = await squaresSystem(PARAMETERS, device);
    assert.equal(refusalOf(own, await prove(own, INPUT, device)), undefined, "the device agrees with itself");
    const backends = new ProvingBackends(processor, device);
    const { request, events } = watchedRequest(system);
    const { proof } = await backends.prove(request);
    assert.deepEqual(events, ["device", "wasm", "freed"]);
    assert.deepEqual(proof, expected);
    assert.equal(backends.faults[0]?.kind, "wrong");
  });

  it("has the same proof by WASM wherever the device is lost, and leaves nothing on it", async () => {
    const unharmed = watchedBackend();
    await prove(system, INPUT, unharmed.backend);
    for (let failAt = 1; failAt <= unharmed.calls(); failAt++) {
      const { backend: device, alive } = watchedBackend(failAt);
      const backends = new ProvingBackends(processor, device);
      const { request, events } = watchedRequest(system);
      const { proof, backend } = await backends.prove(request);
      assert.deepEqual([backend.name, events], ["wasm", ["reference", "wasm", "freed"]]);
      assert.deepEqual(proof, expected);
      assert.deepEqual(backends.faults, [{ kind: "failed", reason: "device lost" }]);
      assert.equal(alive.size, 0, `lost at call ${failAt}`);
    }
  });

  it("asks a device again that failed once, and not one that failed twice", async () => {
    const lost: Backend = { ...createReferenceBackend(), name: "device", upload: () => Promise.reject(new Error("asleep")) };
    const backends = new ProvingBackends(processor, lost);
    const { request, events } = watchedRequest(system);
    for (let i = 0; i < 3; i++) await backends.prove(request);
    assert.deepEqual(
      events.filter((event) => event !== "freed"),
      ["device", "wasm", "device", "wasm", "wasm"],
    );
    assert.equal(backends.first, processor);
  });

  it("does not blame the device for what the processor cannot prove either", async () => {
    const backends = new ProvingBackends(processor, { ...createReferenceBackend(), name: "device" });
    const { request } = watchedRequest(system);
    const { proof } = await backends.prove({ ...request, refusalOf: () => "ConstraintMismatch" });
    assert.deepEqual(proof, expected);
    const make = () => Promise.reject(new Error("no such statement"));
    await assert.rejects(backends.prove({ ...request, make }), /no such statement/);
    assert.deepEqual(backends.faults, []);
  });

  it("does not begin on WASM what was aborted on the device", async () => {
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const upload = (): Promise<never> => (controller.abort(reason), Promise.reject(new Error("device lost")));
    const backends = new ProvingBackends(processor, { ...createReferenceBackend(), name: "device", upload });
    const { request, events } = watchedRequest(system, controller.signal);
    await assert.rejects(backends.prove(request), reason);
    assert.deepEqual([events, backends.faults], [["device"], []]);
  });
});
