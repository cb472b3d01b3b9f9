import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytePairsTable } from "../../../src/proofs/circuits/byte-pairs/byte-pairs-air.ts";
import { range16Table } from "../../../src/proofs/circuits/range16/range16-air.ts";
import { evaluateRows, rowRange } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import type { TableDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { truthOf } from "./support/true-messages.ts";

/** Every message that the table may answer, by bus, as often as there are rows. */
function messagesOf({ air, preprocessed }: TableDefinition): Map<string, number[][]> {
  assert.ok(preprocessed !== undefined);
  const columns = preprocessed.columns();
  const height = 2 ** preprocessed.logRows;
  assert.deepEqual(
    columns.map((column) => column.length),
    air.preprocessedNames.map(() => height),
  );
  const main = air.columnNames.map(() => new Uint32Array(height));
  return new Map(
    air.interactions.map(({ bus, direction, message }) => {
      assert.equal(direction, "receive");
      const values = evaluateRows(air, message, { preprocessed: columns, main }, [], rowRange(0, height));
      return [bus.name, Array.from({ length: height }, (_, row) => values.map((column) => column[row]!))];
    }),
  );
}

/** The messages are all true, and there are as many different ones as said: all there are. */
function assertExactly(bus: string, messages: readonly number[][], count: number): void {
  assert.ok(messages.every((message) => truthOf(bus, message) === "true"));
  assert.equal(new Set(messages.map((message) => message.join())).size, count);
}

describe("the fixed tables", () => {
  it("range16 answers for the numbers below 2^16, and below 2^14, and no others", () => {
    const messages = messagesOf(range16Table());
    assert.deepEqual([...messages.keys()], ["range16", "range14"]);
    assertExactly("range16", messages.get("range16")!, 2 ** 16);
    assertExactly("range14", messages.get("range14")!, 2 ** 14);
  });

  it("bytePairs answers for the pairs of bytes with their AND, and no others", () => {
    const messages = messagesOf(bytePairsTable());
    assert.deepEqual([...messages.keys()], ["bytes", "byteAnd"]);
    assertExactly("bytes", messages.get("bytes")!, 2 ** 16);
    assertExactly("byteAnd", messages.get("byteAnd")!, 2 ** 16);
  });
});
