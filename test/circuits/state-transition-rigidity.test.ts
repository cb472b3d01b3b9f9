import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COLUMN } from "../../src/proofs/circuits/state-transition/layout/columns.ts";
import { RowType, type RowTypeName } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import type { Air } from "../../src/proofs/stark/constraints/air.ts";
import { OUTPUTS, tree } from "./support/attack.ts";
import { freeCellsOf } from "./support/free-cells.ts";
import { movingCells } from "./support/rigidity.ts";
import { air, claim, forgeTrace, typeAt } from "./support/scenario.ts";

const NAME_OF = new Map(Object.entries(RowType).map(([name, code]) => [code as number, name as RowTypeName]));
const memory = (first: number): string[] => Array.from({ length: 8 - first }, (_, i) => `memory[${first + i}]`);

/**
 * Lanes of `memory` that are free because a chain of rows passes them on without a reader: from the first row to the top,
 * from an update (where they show that the value changes) to the operation after it, and the remainder of a comparison.
 */
const CARRIED: Readonly<Partial<Record<RowTypeName, readonly string[]>>> = {
  leafNew: memory(0),
  pathOld: memory(0),
  pathNew: memory(0),
  topOld1: memory(0),
  lowDigits: memory(0),
  lowGap: memory(2),
  highDigits: memory(2),
  highGap: memory(4),
  keyStart: memory(4),
  keyMiddle: memory(4),
  keyEnd: memory(4),
  absorbKey: memory(4),
  lowKeys: memory(4),
};

function unexpected(system: Air): string[] {
  const witness = tree().batch((t) => [t.update(3, 9n), t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);
  const trace = forgeTrace(witness);
  const last = trace.columns[0]!.findLastIndex((_, row) => typeAt(trace.columns, row) !== RowType.padding) + 2;
  const moving = movingCells(system, trace.columns, claim(trace, witness), last);
  assert.ok(
    moving.some((cells) => cells.length > 0),
    "padding is free",
  );
  const found = moving.flatMap((cells, row) => {
    const name = NAME_OF.get(typeAt(trace.columns, row))!;
    const lowPath = name.startsWith("path") && trace.columns[COLUMN.returnType]![row] === RowType.insertedValue;
    const allowed = new Set([
      ...freeCellsOf(name).map((cell) => cell.replace("hashed input", "input")),
      ...(lowPath ? [] : (CARRIED[name] ?? [])),
    ]);
    return cells.filter((cell) => !allowed.has(cell)).map((cell) => `${name}: ${cell}`);
  });
  return [...new Set(found)];
}

describe("the statement pins the trace", () => {
  it("lets no cells move together that may not move alone, if the compression has no collisions", () => {
    assert.deepEqual(unexpected(air), []);
  });

  // Without them the lanes of a level, or an operation's digests, come apart; the analysis must show it.
  const controls = [
    { missing: "both lanes have the same sibling", moving: ["pathNew: input[8]", "lowGap: root[0]"] },
    { missing: "what was remembered is hashed as left half", moving: ["insertedLeaf: input[0]", "pair: input[15]"] },
  ];
  for (const { missing, moving } of controls) {
    it(`finds what moves without: ${missing}`, () => {
      const weaker = { ...air, constraints: air.constraints.filter(({ name }) => !name.startsWith(missing)) };
      const found = unexpected(weaker);
      for (const cell of moving) assert.ok(found.includes(cell), `${cell} among ${found.join(", ")}`);
    });
  }
});
