import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createExtension, type Ext } from "../../../src/proofs/field/extension.ts";
import { add } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns } from "../../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { createShape } from "../../../src/proofs/stark/systems/shape.ts";
import { placeWeights } from "../../../src/proofs/stark/stacked/claims.ts";
import { nextClaim } from "../../../src/proofs/stark/stacked/sumcheck.ts";
import type { TranscriptFactory } from "../../../src/proofs/stark/transcripts/transcript.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { frozenTranscript, recordingTranscript, type TranscriptEvent } from "../airs/transcripts.ts";
import { freeInput, freeSystem } from "./free-columns.ts";

// NOT SECURE.
const parameters = smallParameters({
  minLogRows: 4,
  queryCount: 14,
  grindingBits: 0,
  logArity: 2,
  logFinalMax: 1,
  opening: { kind: "stacked", logStackMin: 7, logStackMax: 12 },
});
const field = createExtension(5);
const honest = createReferenceBackend();
const system = freeSystem(parameters);
const heights = [7, 6, 0, 5, 4];
const input = freeInput(system, heights, 8);
const shape = createShape(system, heights);
assert.ok(typeof shape !== "number" && shape.stack !== undefined);
const { stack } = shape;

const events: TranscriptEvent[] = [];
const proof = await prove(system, input, honest, { createTranscript: recordingTranscript(events) });

function outputs(list: readonly TranscriptEvent[], label: string): Ext[] {
  return list.flatMap((event) => (event.kind === "output" && event.label === label ? [event.value] : []));
}

function inputOf(list: readonly TranscriptEvent[], label: string, occurrence: number): Uint8Array {
  const found = list.find((event) => event.kind === "input" && event.label === label && event.occurrence === occurrence);
  assert.ok(found?.kind === "input");
  return found.bytes;
}

function codeOf(bytes: Uint8Array, createTranscript?: TranscriptFactory): string {
  const result = verify(system, input.statement, bytes, createTranscript === undefined ? {} : { createTranscript });
  return result.ok ? "accepted" : result.rejection.code;
}

/** Adds to the constant term of part 0 of columns of the first range, so to their values. */
function withValues(deltas: readonly (readonly [number, Ext])[]): Partial<Backend> {
  let calls = 0;
  return {
    evaluateParts: async (...request) => {
      const values = await honest.evaluateParts(...request);
      if (calls++ > 0) return values;
      for (const [column, delta] of deltas) {
        delta.forEach((x, k) => {
          const at = column * 2 ** LOG_PARTS * field.degree + k;
          values[at] = add(values[at]!, x);
        });
      }
      return values;
    },
  };
}

function batchOf(list: readonly TranscriptEvent[]) {
  const [next, ...bits] = outputs(list, "batch");
  return { next: next!, bits, lowestBit: parameters.minLogRows };
}

/** The two columns of the tallest table, the first range of the stack. */
const [firstPlace = 0, secondPlace = 0] = stack.places[0] ?? [];

/** Excess of the claim over the sum after the rounds over a leaf, if the first column's value is one too high. */
function excessAfterLeaf(list: readonly TranscriptEvent[]): Ext {
  const [point] = outputs(list, "point");
  let excess = placeWeights(field, batchOf(list))(firstPlace);
  let power = point!;
  for (const r of outputs(list, "fold").slice(0, LOG_PARTS)) {
    const not = field.sub(field.one, r);
    excess = field.mul(excess, field.mul(not, field.add(not, field.mul(r, power))));
    power = field.mul(power, power);
  }
  return excess;
}

describe("the transcript of a stack", () => {
  test("has the values before their weights, and each message before its challenge", () => {
    const rounds = (count: number) => Array.from({ length: count }, () => ["<round", ">fold"]).flat();
    assert.deepEqual(
      events.map((event) => `${event.kind === "input" ? "<" : ">"}${event.label}`),
      [
        "<verificationKey",
        "<statement",
        "<header",
        "<auxiliary",
        "<mainRoot",
        ">composition",
        "<quotientRoot",
        ">point",
        "<openings",
        ...Array<string>(1 + stack.logStack + stack.logWidth - parameters.minLogRows).fill(">batch"),
        ...rounds(LOG_PARTS + stack.logWidth),
        "<friRoot",
        ...rounds(2),
        "<finalPolynomial",
        ...rounds(1),
        "<nonce",
        ">queries",
      ],
    );
    assert.equal(stack.logWidth, 4);
  });

  test("takes in every byte before the nonce, and the nonce", () => {
    const absorbed = events.flatMap((event) => {
      const isOwn = event.kind === "input" && event.label !== "verificationKey" && event.label !== "statement";
      return isOwn ? [event.bytes] : [];
    });
    let end = 0;
    verify(system, input.statement, proof, {
      onSections: (sections) => (end = sections.find(({ name }) => name === "nonce")!.offset + 8),
    });
    assert.deepEqual(Buffer.concat(absorbed), Buffer.from(proof.subarray(0, end)));
  });

  test("a verifier draws what the prover drew", () => {
    const drawn: TranscriptEvent[] = [];
    assert.deepEqual(verify(system, input.statement, proof, { createTranscript: recordingTranscript(drawn) }), { ok: true });
    assert.deepEqual(drawn, events);
  });
});

describe("challenge before its input", () => {
  test("weights before values: two false values that weigh each other out", async () => {
    const weigh = placeWeights(field, batchOf(events));
    const other = field.neg(field.mul(weigh(firstPlace), field.inv(weigh(secondPlace))));
    const createTranscript = frozenTranscript({ label: "openings", occurrence: 0 }, inputOf(events, "openings", 0));
    const device = (): Backend => ({
      ...honest,
      ...withValues([
        [0, field.one],
        [1, other],
      ]),
    });
    const forged = await prove(system, input, device(), { createTranscript });
    assert.equal(codeOf(forged, createTranscript), "accepted");
    assert.equal(codeOf(forged), "ClaimMismatch");
    assert.equal(codeOf(await prove(system, input, device())), "ClaimMismatch");
  });

  for (const round of [0, 3, stack.logWidth, stack.logWidth + 2]) {
    test(`the challenge of round ${LOG_PARTS + round} before its message: a message that leads from a false claim to a true one`, async () => {
      const place = { label: "round", occurrence: LOG_PARTS + round } as const;
      const bytes = inputOf(events, "round", LOG_PARTS + round);
      let seen: TranscriptEvent[] = [];
      const known: Ext[] = [];
      const device = (): Backend => {
        let calls = 0;
        return {
          ...honest,
          ...withValues([[0, field.one]]),
          roundSums: async (a, b, neighbours, degree) => {
            const [atZero, atTwo] = await honest.roundSums(a, b, neighbours, degree);
            const [challenge] = known;
            if (calls++ !== round || challenge === undefined) return [atZero, atTwo];
            // What each honest round before this one has made of the excess: its h(1) has all of it.
            const later = outputs(seen, "fold").slice(LOG_PARTS, LOG_PARTS + round);
            const excess = later.reduce(
              (left, r) => field.mul(left, field.mul(r, field.sub(field.fromBase(2), r))),
              excessAfterLeaf(seen),
            );
            const sum = await wholeSum(a, b);
            const got = nextClaim(field, field.add(sum, excess), { atZero, atTwo }, challenge);
            const wanted = nextClaim(field, sum, { atZero, atTwo }, challenge);
            const factor = field.inv(field.mul(challenge, field.sub(challenge, field.one)));
            return [atZero, field.add(atTwo, field.mul(field.scale(field.sub(wanted, got), 2), factor))];
          },
        };
      };
      const run = async (): Promise<Uint8Array> => {
        seen = [];
        return prove(system, input, device(), { createTranscript: frozenTranscript(place, bytes, seen) });
      };
      assert.equal(codeOf(await run(), frozenTranscript(place, bytes)), "ClaimMismatch");
      known.push(outputs(seen, "fold")[LOG_PARTS + round]!);
      const forged = await run();
      assert.equal(codeOf(forged, frozenTranscript(place, bytes)), "accepted");
      assert.equal(codeOf(forged), "ClaimMismatch");
    });
  }
});

/** A verifier that forgot to take the input in would accept these; the real one must not. */
describe("a proof of other columns that passes only with one input frozen", () => {
  const other = freeInput(system, heights, 9);
  const rounds = LOG_PARTS + stack.logWidth + 2 + parameters.logFinalMax;
  const places = [
    ...(["mainRoot", "openings", "friRoot", "finalPolynomial"] as const).map((label) => [label, 0] as const),
    ...Array.from({ length: rounds }, (_, round) => ["round", round] as const),
  ];
  for (const [label, occurrence] of places) {
    test(`is refused: ${label}[${occurrence}]`, async () => {
      const bytes = inputOf(events, label, occurrence);
      const createTranscript = frozenTranscript({ label, occurrence }, bytes);
      const made: TranscriptEvent[] = [];
      const forged = await prove(system, other, honest, {
        createTranscript: frozenTranscript({ label, occurrence }, bytes, made),
      });
      assert.notDeepEqual(inputOf(made, label, occurrence), bytes);
      assert.equal(codeOf(forged, createTranscript), "accepted");
      assert.notEqual(codeOf(forged), "accepted");
    });
  }

  test("is refused: nonce, which positions depend on", () => {
    const changed = proof.slice();
    verify(system, input.statement, proof, {
      onSections: (sections) => (changed[sections.find(({ name }) => name === "nonce")!.offset + 7]! ^= 1),
    });
    const createTranscript = frozenTranscript({ label: "nonce", occurrence: 0 }, inputOf(events, "nonce", 0));
    assert.equal(codeOf(changed, createTranscript), "accepted");
    assert.notEqual(codeOf(changed), "accepted");
  });
});

test("final polynomial that fits a false claim, but not the layers", async () => {
  const seen: TranscriptEvent[] = [];
  const replaced = new Map<Columns, Columns>();
  let [folds, weight]: [number, Columns | undefined] = [0, undefined];
  const real = (columns: Columns): Columns => replaced.get(columns) ?? columns;
  const device: Backend = {
    ...honest,
    ...withValues([[0, field.one]]),
    foldNeighbours: async (columns, neighbours, challenge) => {
      const folded = await honest.foldNeighbours(real(columns), neighbours, challenge);
      // Stack and weight in turn.
      if (folds++ % 2 === 1) weight = folded;
      return folded;
    },
    roundSums: async (a, b, neighbours, degree) => honest.roundSums(real(a), b, neighbours, degree),
    download: async (columns) => {
      const rounds = outputs(seen, "fold").slice(LOG_PARTS);
      const excess = rounds.reduce(
        (left, r) => field.mul(left, field.mul(r, field.sub(field.fromBase(2), r))),
        excessAfterLeaf(seen),
      );
      const data = await honest.download(columns);
      const firstWeight = (await honest.download(weight!)).map((column) => column[0]!);
      const more = field.mul(excess, field.inv(firstWeight));
      data.forEach((column, k) => (column[0] = add(column[0]!, more[k]!)));
      replaced.set(columns, await honest.upload(data, columns.logRows));
      return data;
    },
  };
  const forged = await prove(system, input, device, { createTranscript: recordingTranscript(seen) });
  assert.equal(codeOf(forged), "FinalPolynomialMismatch");
});

/** Σ a·b over extension columns. */
async function wholeSum(a: Columns, b: Columns): Promise<Ext> {
  const [left, right] = [await honest.download(a), await honest.download(b)];
  let sum = field.zero;
  for (let column = 0; column < left.length; column += field.degree) {
    for (let row = 0; row < 2 ** a.logRows; row++) {
      const at = (data: readonly Uint32Array[]): Ext => data.slice(column, column + field.degree).map((own) => own[row]!);
      sum = field.add(sum, field.mul(at(left), at(right)));
    }
  }
  return sum;
}
