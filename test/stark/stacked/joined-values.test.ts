import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createExtension, type Ext } from "../../../src/proofs/field/extension.ts";
import { add } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import { packOpenings, ProofReader, type ProofSection, readHead, readValues } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify, type VerifyOptions } from "../../../src/proofs/stark/proofs/verify.ts";
import { statementValuesOf } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compositionAtPoint, powerOfTwo, quotientAtPoint } from "../../../src/proofs/stark/systems/evaluate.ts";
import { createShape } from "../../../src/proofs/stark/systems/shape.ts";
import { tablePublicValues } from "../../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "../airs/squares.ts";
import { frozenTranscript, recordingTranscript, type TranscriptEvent } from "../airs/transcripts.ts";

// NOT SECURE.
const parameters = smallParameters({ minLogRows: 4, opening: { kind: "stacked", logStackMin: 6, logStackMax: 12 } });
const field = createExtension(5);
const honest = createReferenceBackend();
const system = await squaresSystem(parameters, honest);
const input = squaresInput({ squares: 4, requests: 6 }, { start: 1, stride: 2, realRows: 7 });
const shape = createShape(system, [4, 6, 4]);
assert.ok(typeof shape !== "number" && shape.stack !== undefined);
const { stack } = shape;
const events: TranscriptEvent[] = [];
const proof = await prove(system, input, honest, { createTranscript: recordingTranscript(events) });

function codeOf(bytes: Uint8Array, options: VerifyOptions = {}): string {
  const result = verify(system, input.statement, bytes, options);
  return result.ok ? "accepted" : result.rejection.code;
}

function challenge(label: string): Ext {
  const [found] = events.flatMap((event) => (event.kind === "output" && event.label === label ? [event.value] : []));
  assert.ok(found !== undefined, label);
  return found;
}

const lengthsOf = (bytes: Uint8Array): number[] => {
  const sections: ProofSection[] = [];
  assert.equal(codeOf(bytes, { onSections: (read) => sections.push(...read) }), "accepted");
  return ["openingsAtPoint", "openingsAtNext"].map((name) => sections.find((section) => section.name === name)?.length ?? 0);
};

describe("one value for the coordinates of an extension column", () => {
  test("is accepted at all heights, and a proof has exactly the expected number of values", async () => {
    for (const heights of [
      { squares: 4, requests: 4 },
      { squares: 7, requests: 4 },
      { squares: 4, requests: 8 },
    ]) {
      const own = squaresInput(heights, { start: 1, stride: 2, realRows: 7 });
      assert.deepEqual(verify(system, own.statement, await prove(system, own, honest)), { ok: true });
    }
    // A fixed column, seven of the trace, lookups of three tables, two chunks; at the next row two columns and three sums.
    // Eight elements of 31 bits fill 31 bytes, and the rest has the fewest bytes that hold it, five times.
    assert.deepEqual(lengthsOf(proof), [5 * (31 + 20), 5 * 20]);
  });

  test("has a separate format: a proof of the earlier format, with a value for each coordinate, is refused by name", () => {
    const before = proof.slice();
    assert.equal(before[0], 6);
    before[0] = 2;
    const result = verify(system, input.statement, before);
    assert.ok(!result.ok && result.rejection.code === "MalformedProof" && result.rejection.section === "version");
  });

  test("a value of any column that is not the column's is refused, at either point", async () => {
    let call = 0;
    for (const { phase, count, nextCount } of stack.ranges) {
      for (const columns of nextCount > 0 ? [count, nextCount] : [count]) {
        for (let column = 0; column < columns; column++) {
          let calls = 0;
          const evaluateParts: Backend["evaluateParts"] = async (...request) => {
            const values = await honest.evaluateParts(...request);
            const at = column * 2 ** LOG_PARTS * field.degree;
            if (calls++ === call) values[at] = add(values[at] ?? 0, 1);
            return values;
          };
          const forged = await prove(system, input, { ...honest, evaluateParts });
          assert.match(codeOf(forged), /^(ConstraintMismatch|ClaimMismatch)$/, `${phase}, call ${call}, column ${column}`);
        }
        call++;
      }
    }
  });

  test("a false value of a lookup column, with one of the quotient that makes up for it, is refused at the claim", () => {
    const sections: ProofSection[] = [];
    assert.equal(codeOf(proof, { onSections: (read) => sections.push(...read) }), "accepted");
    const head = readHead(system, new ProofReader(proof));
    const values = readValues(system, head);
    const statement = statementValuesOf(system.definition, input.statement, undefined) ?? [];
    const given = {
      publicValues: values.auxiliary.map((own) => tablePublicValues(statement, own, [])),
      sums: values.sums,
      lookup: { fold: challenge("lookupFold"), offset: challenge("lookupOffset") },
    };
    const [point, alpha] = [challenge("point"), challenge("composition")];
    const vanishing = field.sub(powerOfTwo(field, point, shape.tallest), field.one);
    const quotient = shape.blocks.at(-1)?.firstValue ?? 0;
    const forge = (index: number, isNext: boolean): Uint8Array => {
      const [atPoint, atNext] = [[...values.atPoint], [...values.atNext]];
      const own = isNext ? atNext : atPoint;
      own[index] = field.add(own[index] ?? field.zero, field.one);
      const composition = compositionAtPoint(system, shape, { ...given, atPoint, atNext }, point, alpha);
      const missing = field.sub(field.mul(composition, field.inv(vanishing)), quotientAtPoint(system, shape, atPoint, point));
      atPoint[quotient] = field.add(atPoint[quotient] ?? field.zero, missing);
      const changed = proof.slice();
      const put = (name: string, sent: readonly Ext[]): void =>
        changed.set(packOpenings(sent, field.degree), sections.find((section) => section.name === name)?.offset);
      put("openingsAtPoint", atPoint);
      put("openingsAtNext", atNext);
      return changed;
    };
    // The challenges are those of the true values, so that the claim is all that stands against the false ones.
    const said = events.find((event) => event.kind === "input" && event.label === "openings");
    assert.ok(said?.kind === "input");
    const frozen = { createTranscript: frozenTranscript({ label: "openings", occurrence: 0 }, said.bytes) };
    assert.equal(codeOf(proof, frozen), "accepted");
    const lookups = shape.blocks.filter(({ phase }) => phase === "lookup");
    assert.equal(lookups.length, 3);
    for (const { firstValue, firstNext } of lookups)
      for (const forged of [forge(firstValue, false), forge(firstNext, true)])
        assert.equal(codeOf(forged, frozen), "ClaimMismatch");
  });
});
