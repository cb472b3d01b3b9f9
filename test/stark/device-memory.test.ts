import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import type { ProofPhase } from "../../src/proofs/stark/proving/column-prover.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { ProverInputError } from "../../src/proofs/stark/proving/prover-input.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { watchedBackend } from "./airs/watched-backend.ts";
import { squaresDefinition, squaresInput, squaresSystem } from "./airs/squares.ts";

const parameters = smallParameters({ maxLogRows: 5 });
const system = await squaresSystem(parameters, createReferenceBackend());
const input = squaresInput({ squares: 3, requests: 5 }, { start: 1, stride: 2, realRows: 7 });
const phases: readonly ProofPhase[] = ["trace", "commit", "lookup", "quotient", "openings", "deep", "fri", "grind", "queries"];

describe("prove of a stack", () => {
  const opening = { kind: "stacked", logStackMin: 6, logStackMax: 12 } as const;
  const own = { ...parameters, minLogRows: 4, opening };
  const large = squaresInput({ squares: 4, requests: 5 }, { start: 1, stride: 2, realRows: 7 });

  it("releases everything it took on the device, also when the device fails at any call", async () => {
    const stacked = await squaresSystem(own, createReferenceBackend());
    const { backend, alive, calls } = watchedBackend();
    await prove(stacked, large, backend);
    assert.equal(alive.size, 0);
    for (let failAt = 1; failAt <= calls(); failAt++) {
      const failing = watchedBackend(failAt);
      await assert.rejects(prove(stacked, large, failing.backend), /device lost/);
      assert.equal(failing.alive.size, 0, `call ${failAt}`);
    }
  });

  it("aborted prover: releases everything and stops with the signal's reason in any phase, of which none is deep", async () => {
    const stacked = await squaresSystem(own, createReferenceBackend());
    const seen = new Set<ProofPhase>();
    await prove(stacked, large, createReferenceBackend(), { onProgress: (phase) => seen.add(phase) });
    const expected = phases.filter((phase) => phase !== "deep");
    assert.deepEqual([...seen], expected);
    for (const phase of expected) {
      const { backend, alive } = watchedBackend();
      const controller = new AbortController();
      const reason = new Error(`stop in ${phase}`);
      const onProgress = (now: ProofPhase) => {
        if (now === phase) controller.abort(reason);
      };
      await assert.rejects(prove(stacked, large, backend, { signal: controller.signal, onProgress }), reason);
      assert.equal(alive.size, 0, phase);
    }
  });
});

describe("prove", () => {
  it("releases everything it took on the device", async () => {
    const { backend, alive, calls } = watchedBackend();
    await prove(system, input, backend);
    assert.equal(alive.size, 0);
    assert.ok(calls() > 15);
  });

  it("does not read the traces after it has released them", async () => {
    const kept = await prove(system, input, createReferenceBackend());
    const own = { ...input, traces: input.traces.map((columns) => columns.map((column) => column.slice())) };
    const order: string[] = [];
    const proof = await prove(system, own, createReferenceBackend(), {
      onProgress: (phase, fraction) => order.push(`${phase} ${fraction}`),
      onTracesRead: () => {
        order.push("read");
        for (const column of own.traces.flat()) column.buffer.transfer(0);
      },
    });
    assert.deepEqual(proof, kept);
    assert.equal(order.filter((entry) => entry === "read").length, 1);
    assert.ok(order.indexOf("read") < order.indexOf("quotient 0"), "as early as the lookups allow");
  });

  it("releases everything when the device fails at any call", async () => {
    const counting = watchedBackend();
    await prove(system, input, counting.backend);
    for (let failAt = 1; failAt <= counting.calls(); failAt++) {
      const { backend, alive } = watchedBackend(failAt);
      await assert.rejects(prove(system, input, backend), /device lost/);
      assert.equal(alive.size, 0, `call ${failAt}`);
    }
  });

  it("reports every phase from 0 to 1, in order", async () => {
    const seen: [ProofPhase, number][] = [];
    await prove(system, input, createReferenceBackend(), { onProgress: (phase, fraction) => seen.push([phase, fraction]) });
    assert.deepEqual([...new Set(seen.map(([phase]) => phase))], phases);
    for (const phase of phases) {
      const fractions = seen.flatMap(([name, fraction]) => (name === phase ? [fraction] : []));
      assert.equal(fractions[0], 0, phase);
      assert.equal(fractions.at(-1), 1, phase);
      assert.deepEqual(
        fractions,
        fractions.slice().sort((a, b) => a - b),
      );
    }
  });

  it("stops with the signal's reason when aborted in any phase, and releases everything", async () => {
    for (const phase of phases) {
      const { backend, alive } = watchedBackend();
      const controller = new AbortController();
      const reason = new Error(`stop in ${phase}`);
      const onProgress = (now: ProofPhase) => {
        if (now === phase) controller.abort(reason);
      };
      await assert.rejects(prove(system, input, backend, { signal: controller.signal, onProgress }), reason);
      assert.equal(alive.size, 0, phase);
    }
  });

  it("does not start when aborted before", async () => {
    const { backend, calls } = watchedBackend();
    await assert.rejects(prove(system, input, backend, { signal: AbortSignal.abort(new Error("no")) }), /no/);
    assert.equal(calls(), 0);
  });
});

describe("prove refuses input that does not fit the system", () => {
  const cases: readonly (readonly [string, ProverInputError["code"], Partial<typeof input>])[] = [
    ["a wrong statement", "BadStatement", { statement: new Uint8Array(3) }],
    ["a missing table", "BadTrace", { traces: input.traces.slice(1) }],
    ["a missing column", "BadTrace", { traces: [input.traces[0]!.slice(1), ...input.traces.slice(1)] }],
    [
      "columns of different heights",
      "BadTrace",
      { traces: [[new Uint32Array(8), new Uint32Array(8), new Uint32Array(4)], ...input.traces.slice(1)] },
    ],
    [
      "an element not below the modulus",
      "BadTrace",
      { traces: [input.traces[0]!.map((column) => column.map(() => 0xffffffff)), ...input.traces.slice(1)] },
    ],
    [
      "the modulus as the last element of a column",
      "BadTrace",
      { traces: [input.traces[0]!.map((column) => column.with(-1, P)), ...input.traces.slice(1)] },
    ],
    [
      "a height that is not a power of two",
      "BadHeight",
      { traces: [input.traces[0]!.map((column) => column.slice(0, 6)), ...input.traces.slice(1)] },
    ],
    [
      "a height out of bounds",
      "BadHeight",
      { traces: [input.traces[0]!.map(() => new Uint32Array(64)), ...input.traces.slice(1)] },
    ],
    ["another height for a preprocessed table", "BadHeight", { traces: [...input.traces.slice(0, 2), [new Uint32Array(8)]] }],
    ["auxiliary values that no table has", "BadAuxiliary", { auxiliary: [[1], [], []] }],
  ];
  for (const [name, code, change] of cases) {
    it(name, async () => {
      const { backend, calls } = watchedBackend();
      await assert.rejects(
        prove(system, { ...input, ...change }, backend),
        (error) => error instanceof ProverInputError && error.code === code,
      );
      assert.equal(calls(), 0);
    });
  }
});

describe("commitPreprocessed", () => {
  it("gives a root for every height of the tallest table and releases everything", async () => {
    const { backend, alive } = watchedBackend();
    const roots = await commitPreprocessed(squaresDefinition(parameters), backend);
    assert.deepEqual([...roots.keys()], [4, 5]);
    assert.equal(new Set([...roots.values()].map((root) => Buffer.from(root).toString("hex"))).size, 2);
    assert.equal(alive.size, 0);
  });
});
