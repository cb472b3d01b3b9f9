import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import { createMaskSource } from "../../../src/proofs/stark/proving/mask-source.ts";
import { hideTrace } from "../../../src/proofs/stark/proving/hide.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { leastHiding, quotientChunkCount } from "../../../src/proofs/stark/systems/hiding.ts";
import { DEFAULT_PARAMETERS, type HidingParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { compileSystem, type SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { hidingParameters, lineAir, lineDefinition, lineInput, lineSystem, liveRows } from "./hidden-line.ts";

const backend = createReferenceBackend();
const parameters = hidingParameters();
const { randomRows, quotientMask } = leastHiding(parameters);

async function compiled(definition: SystemDefinition) {
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}
/** The rules come before the roots of the fixed columns. */
function refused(definition: SystemDefinition, reason: RegExp): void {
  assert.throws(() => compileSystem(definition), reason);
}
/** Definition of 2^6 rows, enough for numbers above the least. */
function withNumbers(hiding: HidingParameters) {
  return lineDefinition({ ...parameters, minLogRows: 6, maxLogRows: 6, logFinalMax: 6, hiding });
}

/** The line's air with a change: a new declaration, because airs are built once. */
function changedAir(change: (t: AirBuilder, columns: ReturnType<typeof declareLine>) => void) {
  const t = new AirBuilder("line", 1);
  const columns = declareLine(t);
  change(t, columns);
  return t.build();
}
function declareLine(t: AirBuilder) {
  const main = t.declare({ sum: 1, step: 1, twice: 1, mask: 4 } as const);
  return { ...main, ...t.declarePreprocessed({ live: 1, link: 1, counts: 1, last: 1 } as const) };
}

describe("a system that hides", () => {
  it("fewer than 61 dead rows are refused", () => {
    // 2 · (5 + 23) + 5, and 5 + 23 + 1: DEFAULT_PARAMETERS have five coordinates and 23 queries.
    assert.deepEqual(leastHiding(DEFAULT_PARAMETERS), { randomRows: 61, quotientMask: 29 });
    const ofPool = { ...DEFAULT_PARAMETERS, minLogRows: 8, maxLogRows: 8 };
    const definition = (hiding: HidingParameters) => lineDefinition({ ...ofPool, hiding }, lineAir(5));
    refused(definition({ randomRows: 60, quotientMask: 29 }), /randomRows of 61 or more, got 60/);
    refused(definition({ randomRows: 61, quotientMask: 28 }), /quotientMask of 29 or more, got 28/);
  });

  it("takes the least numbers and more, each with another key", async () => {
    const keys = [];
    for (const hiding of [
      { randomRows, quotientMask },
      { randomRows: randomRows + 1, quotientMask },
      { randomRows, quotientMask: quotientMask + 1 },
    ])
      keys.push(Buffer.from((await compiled(withNumbers(hiding))).verificationKeyDigest).toString("hex"));
    assert.equal(new Set(keys).size, 3);
  });

  it("has room for two rows that are not random", () => {
    refused(lineDefinition({ ...parameters, hiding: { randomRows: 31, quotientMask } }), /not enough for 31 random rows/);
    refused(lineDefinition({ ...parameters, hiding: { randomRows, quotientMask: 32 } }), /mask of 32 coefficients/);
  });

  it("refuses a constraint on random rows", () => {
    const everywhere = changedAir((t, { step, twice }) => t.assertEqual("twice", "everyRow", twice, step));
    refused(lineDefinition(parameters, everywhere), /twice of table line holds on random rows/);
    const bySecret = changedAir((t, { step, twice }) => t.assertEqual("twice", "everyRow", twice, step, twice));
    refused(lineDefinition(parameters, bySecret), /twice of table line holds on random rows/);
    const atEnd = changedAir((t, { sum }) => t.assertEqual("the end", "lastRow", sum, t.public(0)));
    refused(lineDefinition(parameters, atEnd), /the end of table line is on the last row/);
  });

  it("the first dead row is uniform: a transition into it is refused", async () => {
    // `live` is 1 on the last row that is not random; the row after it is random.
    const crossing = changedAir((t, { sum, step, live }) => t.assertEqual("grow", "transition", t.next(sum), step, live));
    refused(lineDefinition(parameters, crossing), new RegExp(`0 on the last ${randomRows + 1}`));
    const system = await lineSystem(parameters, backend);
    const hidden = hideTrace(system, { randomRows, quotientMask }, lineInput(system, [1, 2]).traces[0] ?? [], {
      elements: (count) => new Uint32Array(count).fill(77),
    });
    const first = liveRows(parameters);
    assert.deepEqual([hidden[0]?.[first - 1], hidden[0]?.[first], hidden[2]?.[31]], [3, 77, 77]);
    assert.deepEqual([hidden[3]?.[0], hidden[3]?.[31]], [77, 77]); // masks are random in all rows
  });

  it("refuses a constraint that reads a mask", () => {
    const reading = changedAir((t, { mask, live }) => t.assertZero("mask", "everyRow", t.add(...mask), live));
    refused(lineDefinition(parameters, reading), /masks, and a constraint reads mask/);
  });

  it("refuses buses, further tables and columns without a selection", () => {
    const bus = defineBus("values", 1, { value: 1 });
    const sending = changedAir((t, { sum, live }) => t.send(bus, live, { value: sum }));
    refused(lineDefinition(parameters, sending), /neither segments nor buses/);
    const definition = lineDefinition(parameters);
    refused({ ...definition, tables: [...definition.tables, ...definition.tables] }, /it has one table/);
  });

  it("refuses a stack and a transcript of elements", async () => {
    const stacked = { ...parameters, opening: { kind: "stacked", logStackMin: 9, logStackMax: 9 } } as const;
    assert.throws(() => compileSystem(lineDefinition(stacked)), /hide only with columns opened by rows/);
    const poseidon = { ...parameters, hash: { kind: "poseidon" }, transcript: "poseidon" } as const;
    assert.throws(() => compileSystem(lineDefinition(poseidon)), /hide only with columns opened by rows/);
  });

  it("has as many chunks as the quotient's coefficients need", () => {
    // 4 · 255 − 256 + 2 = 766 coefficients: 2 · 224 + 256 = 704 are fewer, 3 · 224 + 256 = 928 are enough.
    const ofPool = { ...DEFAULT_PARAMETERS, minLogRows: 8, maxLogRows: 8, hiding: { randomRows: 64, quotientMask: 32 } };
    assert.equal(quotientChunkCount(lineDefinition(ofPool, lineAir(5)), 4), 4);
    // 2 · 255 − 256 + 2 = 256 coefficients are one chunk, whose leaves a guess of the constraints' values would find.
    assert.throws(
      () => quotientChunkCount(lineDefinition(ofPool, lineAir(5)), 2),
      /two chunks or more, and .* degree 2 need one/,
    );
    const { hiding: _, ...plain } = ofPool;
    assert.equal(quotientChunkCount(lineDefinition(plain, lineAir(5)), 4), 3);
  });
});

describe("randomness of a hiding proof", () => {
  it("reused randomness is refused", async () => {
    const system = await lineSystem(parameters, backend);
    const randomBytes = (bytes: Uint8Array) => bytes.fill(5);
    await assert.rejects(prove(system, lineInput(system, [1]), backend, { randomBytes }), { code: "ReusedRandomness" });
  });

  it("differs for another witness from a source that repeats its bytes", () => {
    const repeating = () => {
      let next = 0;
      return (bytes: Uint8Array) => bytes.fill(next++);
    };
    const [one, other] = [Uint8Array.of(1), Uint8Array.of(2)].map((witness) =>
      createMaskSource([witness], repeating()).elements(2000),
    );
    assert.equal(one?.filter((element, i) => element === other?.[i]).length, 0);
    assert.ok(one?.every((element) => element < P));
  });

  it("differs between two proofs of one witness, which both verify", async () => {
    const system = await lineSystem(parameters, backend, true);
    const input = lineInput(system, [5, 6, 7, 8], true);
    const proofs = [await prove(system, input, backend), await prove(system, input, backend)] as const;
    assert.notDeepEqual(proofs[0], proofs[1]);
    for (const proof of proofs) assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    const other = lineInput(system, [5, 6, 7, 9], true);
    assert.equal(verify(system, other.statement, proofs[0]).ok, false);
  });
});
