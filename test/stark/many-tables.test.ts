import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem, type SystemDefinition, type TableDefinition } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { checkTraces } from "./check-traces.ts";

const TABLES = 27;
const MESSAGE_LENGTH = 200;

const RING = defineBus("ring", 1, { from: 1, elements: MESSAGE_LENGTH - 1 });

/** Table i sends its message to table i + 1 (the last to the first) on one bus of 200 elements; every fifth is preprocessed. */
function ringTable(index: number): TableDefinition {
  const logRows = 2 + (index % 4);
  const t = new AirBuilder(`ring${index}`, 0);
  const payload = t.columns("payload", 3);
  const active = t.column("active");
  const tag = index % 5 === 0 ? t.preprocessedColumn("tag") : t.constant(index);
  t.assertZero("active is boolean", "everyRow", t.mul(active, t.sub(active, t.constant(1))));
  const elements = Array.from({ length: MESSAGE_LENGTH - 1 }, (_, i) => t.add(payload[i % 3]!, t.constant(i)));
  t.send(RING, active, { from: tag, elements });
  t.receive(RING, active, { from: t.constant((index + TABLES - 1) % TABLES), elements });
  const columns = () => [new Uint32Array(2 ** logRows).fill(index)];
  return { air: t.build(), ...(index % 5 === 0 ? { preprocessed: { logRows, columns } } : {}) };
}

describe("a system of many tables", () => {
  it(`proves ${TABLES} tables of free heights with messages of ${MESSAGE_LENGTH} elements`, async () => {
    const backend = createReferenceBackend();
    const definition: SystemDefinition = {
      name: "ring/1",
      parameters: smallParameters({ logBlowup: 1, queryCount: 3, maxLogRows: 5 }),
      tables: Array.from({ length: TABLES }, (_, i) => ringTable(i)),
      statementValueCount: 0,
      publicValues: () => [],
    };
    const system = compileSystem(definition, await commitPreprocessed(definition, backend));
    const traces = definition.tables.map((_, index) => {
      const rows = 2 ** (2 + (index % 4));
      const active = Uint32Array.from({ length: rows }, (_, row) => (row === index % rows ? 1 : 0));
      return [...[5, 6, 7].map((value) => new Uint32Array(rows).fill(value)), active];
    });
    const input = { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
    assert.deepEqual(checkTraces(system, input), []);
    const proof = await prove(system, input, backend);
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });

    traces[13]![1]!.fill(8);
    assert.equal(checkTraces(system, input)[0]?.kind, "bus");
    const result = verify(system, input.statement, await prove(system, input, backend));
    assert.equal(!result.ok && result.rejection.code, "LookupSumMismatch");
  });
});
