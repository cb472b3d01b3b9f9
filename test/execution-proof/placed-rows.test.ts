import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { RunTrace } from "../../src/proofs/execution-proof/run-trace.ts";
import { Random } from "../chain/state/support/random.ts";
import { programOf, traced } from "./support/programs.ts";
import { randomCode, randomUserCode } from "./support/random-code.ts";
import { userCode } from "./support/user-run.ts";

/**
 * Digests of the rows of each run, as placed by the earlier recorder that stored all steps of a run as objects and made
 * objects of rows (commit c477a9f3). New columns since then: for units that are lent by frame, and for products in Fp2,
 * without which the digests were the same.
 */
const DIGESTS = [
  "2c09b3d7",
  "bbeed827",
  "1e93d1eb",
  "045f458b",
  "ecf034bb",
  "1e39587e",
  "c74d8ad1",
  "6e497083",
  "b6dc112e",
  "45c58215",
  "37417491",
  "5e9fc9a8",
  "520e31fc",
  "eb8ddf56",
  "54461291",
  "a2eb5794",
  "e5c29de6",
  "5732ae8f",
  "fcc5ea19",
  "af432148",
  "152ed66d",
  "a0506f73",
  "2cd58394",
  "4785c14a",
  "f617a780",
  "b7b3db7d",
  "6d515027",
  "96869561",
  "573a5432",
  "575ec5ab",
  "9a810fcc",
  "baf6e426",
  "ead2fb5a",
  "2e1bafb5",
  "ca2089da",
  "2a61131e",
  "6cc39a3c",
  "3bcbe239",
  "c727cb0b",
  "64d01aaa",
  "caf1cb1a",
  "530c8461",
  "50816e37",
  "0279fc1b",
  "cd7b107a",
  "3f1459c2",
  "ffc5a864",
  "f99a1b4f",
  "8ace5c44",
  "8af34d58",
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
