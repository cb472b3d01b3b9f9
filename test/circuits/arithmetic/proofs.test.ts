import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ARITHMETIC_TABLE_NAMES } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { driverInput } from "./support/driver.ts";
import { ASKED_TABLES, claimsOf, driverSystem, presentTables } from "./support/table-claims.ts";
import { checkTraces } from "../../stark/check-traces.ts";

// `npm run nightly -- arithmetic` makes a separate proof of each table, and of many random operations.
describe("proofs of arithmetic", () => {
  let backend: Backend;
  let system: System;
  before(async () => {
    backend = await createWasmBackend({ workers: 2 });
    system = await driverSystem(backend);
  });
  after(() => backend.close());

  it("verify with the tables that are asked, and no others", async () => {
    const input = driverInput(claimsOf("signed"));
    assert.deepEqual(checkTraces(system, input), []);
    const proof = await prove(system, input, backend);
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    assert.deepEqual(presentTables(system, proof), ["driver", "bytePairs", "range16", ...ASKED_TABLES.signed].sort());
  });

  it("verify for all operations together, and not with one wrong result", async () => {
    const claims = ARITHMETIC_TABLE_NAMES.flatMap(claimsOf);
    const input = driverInput(claims);
    assert.deepEqual(checkTraces(system, input), []);
    const proof = await prove(system, input, backend);
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });
    assert.equal(presentTables(system, proof).length, 3 + ARITHMETIC_TABLE_NAMES.length);

    const lying = driverInput(claims.map((claim, i) => (i === 17 ? { ...claim, result: 5n } : claim)));
    assert.deepEqual(
      checkTraces(system, lying, { limit: 9 }).map((violation) => violation.kind === "bus" && [violation.bus, violation.balance]),
      [
        ["alu", 1],
        ["alu", -1],
      ],
    );
    const result = verify(system, lying.statement, await prove(system, lying, backend));
    assert.equal(!result.ok && result.rejection.code, "LookupSumMismatch");
  });
});
