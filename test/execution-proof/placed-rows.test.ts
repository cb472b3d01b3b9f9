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
 * without which the digests were the same. The kernel of proven chains weighs opcodes otherwise, and these runs have no base fee: the
 * recorder of the parent of commit 25856b5c has these digests with both.
 */
const DIGESTS = [
  "5e5fd161",
  "6f6ca551",
  "fe566ef3",
  "f9dd6bf6",
  "0077167e",
  "a3c3828d",
  "a2e7f697",
  "dd4e18ef",
  "77d95cbf",
  "e65f35be",
  "30aa5013",
  "a8b870af",
  "21bc36dd",
  "e2c46543",
  "2030d450",
  "cd4041d3",
  "e42b2a31",
  "5454fe31",
  "8f0e3410",
  "9d23e6d4",
  "3c35dd17",
  "37222536",
  "91b51435",
  "ab69d91a",
  "584af6d0",
  "1af22ad8",
  "1ecad22d",
  "783dce47",
  "e8744dd3",
  "0549c6cd",
  "5e50911f",
  "c10871af",
  "4224e911",
  "911c3f67",
  "a6675b32",
  "6a3b1eb7",
  "6137b255",
  "67d29fdc",
  "4defae4a",
  "e193d3ab",
  "8d2bcdff",
  "7e86e0f8",
  "71ee0e26",
  "b475133f",
  "d30bbb2a",
  "598f3f17",
  "199c09fd",
  "c1703387",
  "3b472175",
  "100cb929",
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
