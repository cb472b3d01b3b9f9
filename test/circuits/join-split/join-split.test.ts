import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { joinSplitDefinition } from "../../../src/proofs/circuits/join-split/join-split-system.ts";
import {
  joinSplitInput,
  joinSplitRows,
  type JoinSplitWitness,
} from "../../../src/proofs/circuits/join-split/join-split-trace.ts";
import { LOG_ROWS, RANDOM_ROWS } from "../../../src/proofs/circuits/join-split/rows.ts";
import {
  encodeStatement,
  type JoinSplitStatement,
  statementPublicValues,
} from "../../../src/proofs/circuits/join-split/statement.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { leastProvenBits } from "../../../src/proofs/stark/security/proof-security.ts";
import { checkTraces } from "../../stark/check-traces.ts";
import { brokenBy, CONSTRAINTS, failing, FIRST_OF_KIND, honest, lie, smallTransfer, system } from "./lies.ts";
import { CommitmentTree, digestOf, noNote, statementOf, transfer } from "./scenario.ts";

let backend: Backend;
before(async () => {
  backend = await createWasmBackend({ workers: 1 });
});
after(() => backend.close());

/** Constraints that the honest writer's trace breaks for this witness. */
function stopped(witness: JoinSplitWitness, changes: Partial<JoinSplitStatement>): string[] {
  const values = { valueIn: 0n, valueOut: 0n, ...changes };
  const statement = { ...statementOf(new CommitmentTree().root, witness, values), ...changes };
  return brokenBy(joinSplitRows(values, witness), statement);
}

describe("a join-split", () => {
  it("has a valid trace, by either writer", () => {
    const { statement, witness } = transfer();
    assert.deepEqual(checkTraces(system, joinSplitInput(statement, witness), { limit: 10 }), []);
    assert.deepEqual(failing(honest), []);
  });

  it("is proven in a proof that hides, which verifies for its statement alone", async () => {
    const { statement, witness } = transfer();
    const input = joinSplitInput(statement, witness);
    const proof = await prove(system, input, backend);
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    for (const changed of [
      { ...statement, valueOut: statement.valueOut + 1n },
      { ...statement, digest: new Uint8Array(32).fill(8) },
      { ...statement, nullifiers: [statement.nullifiers[1], statement.nullifiers[0]] as const },
    ])
      assert.equal(verify(system, encodeStatement(changed), proof).ok, false);
  });

  it("has 100 proven bits, and 69 random rows of 128", () => {
    assert.equal(RANDOM_ROWS, 69);
    assert.ok(leastProvenBits(system, { circuitDigestElements: 8, statementTerms: 0 }) >= 100);
  });

  it("has the root of its fixed columns as a constant", async () => {
    const roots = await commitPreprocessed(joinSplitDefinition(), backend);
    assert.deepEqual(roots.get(LOG_ROWS), system.preprocessedRoots.get(LOG_ROWS));
  });
});

describe("each constraint, deleted alone, has its forgery", () => {
  it("is named once", () => assert.equal(new Set(CONSTRAINTS).size, CONSTRAINTS.length));
  for (const name of FIRST_OF_KIND)
    it(name, () => {
      const { forgery, choices } = lie(name);
      assert.deepEqual(failing(forgery, choices), [name]);
    });
});

describe("money from nothing", () => {
  const created = (value: bigint, seed: number) => ({ value, owner: digestOf(seed), random: digestOf(seed + 1) });
  const nothing = [noNote(50), noNote(51)] as const;

  it("value wraps 2^64 or p", () => {
    const halves = [created(2n ** 63n, 52), created(2n ** 63n, 54)] as const;
    assert.deepEqual(stopped({ nullifierKey: digestOf(1), inputs: nothing, outputs: halves }, {}), ["balance of limb 3"]);
    // As an element p gwei would be 0: limbs are balanced one by one.
    const prime = [created(BigInt(P), 56), created(0n, 58)] as const;
    const broken = stopped({ nullifierKey: digestOf(1), inputs: nothing, outputs: prime }, {});
    assert.deepEqual(
      broken,
      [0, 1, 2, 3].map((limb) => `balance of limb ${limb}`),
    );
  });

  it("a note that is in no tree", () => {
    const inputs = [{ ...noNote(60), value: 5n }, noNote(61)] as const;
    const witness = { nullifierKey: digestOf(1), inputs, outputs: [created(5n, 62), created(0n, 64)] as const };
    assert.deepEqual(
      stopped(witness, {}),
      Array.from({ length: 8 }, (_, i) => `root[${i}]`),
    );
  });

  it("zero note with a nonzero path", () => {
    // Without value any path will do; with a lie about the weight the note has one.
    const inputs = [
      { ...noNote(60), index: 12345, siblings: noNote(60).siblings.map((_, i) => digestOf(i)) },
      noNote(61),
    ] as const;
    const witness = { nullifierKey: digestOf(1), inputs, outputs: [created(0n, 62), created(0n, 64)] as const };
    assert.deepEqual(stopped(witness, {}), []);
    const valued = {
      ...witness,
      inputs: [{ ...inputs[0], value: 1n }, noNote(61)] as const,
      outputs: [created(1n, 62), created(0n, 64)] as const,
    };
    const rows = joinSplitRows({ valueIn: 0n, valueOut: 0n }, valued).map((row, i) => (i <= 25 ? { ...row, weight: 0 } : row));
    const statement = statementOf(digestOf(3), valued, { valueIn: 0n, valueOut: 0n });
    assert.deepEqual(brokenBy(rows, statement), ["weight"]);
  });

  it("one note at two indexes", () => {
    // The nullifier takes an index that differs from the path's by 2^20.
    const other = lie("index ends");
    assert.deepEqual(failing(other.forgery, other.choices), ["index ends"]);
    const { nullifierKey, inputs } = smallTransfer();
    assert.equal(inputs[0].index, 1);
    const moved = { nullifierKey, inputs: [{ ...inputs[0], index: 0 }, inputs[1]] as const, outputs: smallTransfer().outputs };
    assert.ok(stopped(moved, {}).includes("root[0]"));
  });
});

describe("a statement", () => {
  it("has no public values with an element of p or another length", () => {
    const bytes = encodeStatement(transfer().statement);
    assert.equal(statementPublicValues(bytes)?.length, 48);
    assert.equal(statementPublicValues(bytes.subarray(1)), undefined);
    const view = new DataView(bytes.buffer);
    view.setUint32(32, P);
    assert.equal(statementPublicValues(bytes), undefined);
  });

  it("has the lowest limb of a value first", () => {
    const bytes = encodeStatement({ ...transfer().statement, valueIn: 0x0001_0002_0003_0004n, valueOut: 0xffffn });
    assert.deepEqual(statementPublicValues(bytes)?.slice(40), [4, 3, 2, 1, 0xffff, 0, 0, 0]);
  });
});
