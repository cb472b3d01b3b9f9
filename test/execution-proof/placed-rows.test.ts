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
 * c477a9f3). A table whose columns change has other rows; these digests are then made anew, before anything else changes.
 */
const DIGESTS = [
  "ef6114f6",
  "9084ada3",
  "1ebc679d",
  "7b4e70f7",
  "d897294b",
  "6b2f65cd",
  "3e0a12d5",
  "05b76574",
  "ed5767de",
  "a0bd8716",
  "395f914c",
  "d1e2cea6",
  "643cf059",
  "8ca957da",
  "e9d78450",
  "79b53e5f",
  "f169ceab",
  "e2110b07",
  "ad2683dd",
  "54e25b4c",
  "1ff95667",
  "0ca13c56",
  "37b4abd6",
  "3ad030a1",
  "d8a99740",
  "7c9ffd27",
  "e956c069",
  "efee036e",
  "7681ef45",
  "790c7514",
  "bdcdb1a9",
  "c2ddfd80",
  "94d6ead8",
  "cfe80713",
  "46c99895",
  "77916961",
  "7e3e20dd",
  "ed49c5ea",
  "9e493aa7",
  "f82ff964",
  "729a1293",
  "315dc06a",
  "b9ec9377",
  "39aca45f",
  "f3700c56",
  "b8720922",
  "c35fbc98",
  "84b85dd1",
  "10df498e",
  "3cd533f7",
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
