import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { encodeStatement } from "../../src/ground/protocol/statement.ts";
import { DEFAULT_PARAMETERS } from "../../src/proofs/stark/systems/parameters.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { buildTrace } from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { OUTPUTS, tree } from "./support/attack.ts";
import { bytes32, quintic, R } from "./support/scenario.ts";

/** NOT SECURE: the default system with a small evaluation domain and few queries, for the slow reference backend. */
const system = createStateTransitionSystem({ ...DEFAULT_PARAMETERS, logBlowup: 1, queryCount: 3, grindingBits: 0 });

describe("a proof of a state transition", () => {
  it("is accepted for its statement and for no other", async () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.insert(2, 0xbbn, 0n, 6n), t.update(1, OUTPUTS)]);
    const trace = buildTrace(witness, R);
    const statement = {
      commitment: bytes32(1n),
      oldStateRoot: trace.oldStateRoot,
      newStateRoot: trace.newStateRoot,
      diffDigest: trace.diffDigest,
      point: R,
      evaluation: quintic(trace.y),
      outputsHash: bytes32(OUTPUTS),
    };
    const backend = createReferenceBackend();
    try {
      const input = { statement: encodeStatement(statement), auxiliary: [trace.auxiliary], traces: [trace.columns] };
      const proof = await prove(system, input, backend);
      assert.deepEqual(verify(system, input.statement, proof), { ok: true });
      for (const other of [
        { commitment: bytes32(2n) },
        { newStateRoot: trace.oldStateRoot },
        { outputsHash: bytes32(OUTPUTS + 1n) },
        { evaluation: quintic([...trace.y.slice(0, 4), (trace.y[4] ?? 0) ^ 1]) },
      ]) {
        assert.equal(verify(system, encodeStatement({ ...statement, ...other }), proof).ok, false);
      }
    } finally {
      await backend.close();
    }
  });
});
