import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { RunTrace } from "../../src/execution-proof/run-trace.ts";
import { Random } from "../chain/state/support/random.ts";
import { programOf, traced } from "./support/programs.ts";
import { randomCode, randomUserCode } from "./support/random-code.ts";
import { userCode } from "./support/user-run.ts";

/**
 * Of the rows of each run, as the recorder placed them that kept all steps of a run as objects and made objects of rows (commit
 * c477a9f3), and of the columns since units are lent by frame. A table whose columns change has other rows; these digests are then made anew, before anything else changes.
 */
const DIGESTS = [
  "683786c8",
  "5be584ca",
  "6ec0ae65",
  "38f4dc0b",
  "67eead64",
  "0520896d",
  "ad8ac921",
  "cefd74dc",
  "647a7f6f",
  "25ad7d80",
  "e0dd90cb",
  "062d80b4",
  "517eb365",
  "cbfb7b4d",
  "c730a033",
  "b5b6c1ba",
  "9a442174",
  "056c4188",
  "cdaf61a3",
  "8dbf184a",
  "88c6ca54",
  "228cae04",
  "3ef9e082",
  "5afb4cb1",
  "f6fc6733",
  "4b8bd454",
  "a56a223d",
  "d6287a46",
  "08a015e9",
  "d08047c7",
  "08b93dde",
  "7db87db7",
  "cb7fe4a9",
  "d22e254c",
  "0f59ee1e",
  "c70b275d",
  "d639c428",
  "4fd793da",
  "ea2f0e85",
  "828f9f41",
  "ccfb62df",
  "1c7ed123",
  "981b61e4",
  "88982df4",
  "44330575",
  "4342279e",
  "290fb8eb",
  "bbe40799",
  "9373058d",
  "df21b22b",
];

const byPlace = (a: RunTrace["places"][number], b: RunTrace["places"][number]) => a.space - b.space || a.index - b.index;

/** The rows of all tables that are filled from what a run does, with their fields in order. */
function rowsOf(trace: RunTrace): string {
  const { processor, user, byteAccesses, copies, sponge, hashInput, permutations, userBytes, memoryCost, visits, code } = trace;
  const tables = [
    ...[[...processor], [...user], [...trace.places].sort(byPlace), [...byteAccesses], [...copies], [...sponge]],
    ...[[...hashInput], permutations, [...userBytes], memoryCost, visits, [...code], trace.codeWords, trace.rest],
    ...[trace.hints, trace.leaves],
    Object.values(trace.arithmetic.columns(() => 4)).map((columns) => columns.map((column) => [...column])),
  ];
  return JSON.stringify(tables, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

describe("rows that are placed while the machine runs", () => {
  it("typed columns equal objects on 50 runs: of random programs, and of random user code", () => {
    const found = DIGESTS.map((_, i) => {
      const random = new Random(i + 1);
      const ofUser = (): number[] => userCode([randomUserCode(random)], { gas: 3000, budget: 5000 });
      const { code, hints } = i % 2 === 1 ? randomCode(random) : { code: ofUser(), hints: [] };
      const rows = rowsOf(traced(programOf(code), hints).trace);
      return createHash("sha256").update(rows).digest("hex").slice(0, 8);
    });
    assert.deepEqual(found, DIGESTS);
  });
});
