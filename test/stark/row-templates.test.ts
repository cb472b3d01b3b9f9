import assert from "node:assert/strict";
import { test } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { RowTemplates } from "../../src/proofs/stark/rows/row-templates.ts";
import { TableRows } from "../../src/proofs/stark/rows/table-rows.ts";

const FIELDS = { uses: 1, word: 3, growth: 1, space: 1 } as const;

test("typed columns equal objects: rows that begin with what is fixed for them, and have the rest written", () => {
  const templates = new RowTemplates(FIELDS);
  const [typed, objects] = [new TableRows("typed", FIELDS), new TableRows("objects", FIELDS)];
  // What the table has no field for is left out; a list is written by the row.
  const fixed = [
    { growth: -2, space: 7, other: 9 },
    { growth: 3, uses: 1, word: [4, 5, 6] },
  ];
  for (let i = 0; i < 200; i++) {
    const own = fixed[i % 2]!;
    const at = templates.begin(typed, own);
    typed.cells.set([i, i + 1, i + 2], at + 1);
    const { growth, space = 0, uses = 0 } = own as { growth: number; space?: number; uses?: number };
    objects.push({ uses, word: [i, i + 1, i + 2], growth: growth < 0 ? P + growth : growth, space });
  }
  const padded = { padding: () => ({ uses: 0, word: [0, 0, 0], growth: 0, space: 0 }), minLogRows: 1 };
  assert.deepEqual(typed.columns(padded), objects.columns(padded));
});
