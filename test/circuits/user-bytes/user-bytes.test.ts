import assert from "node:assert/strict";
import { USER_WEIGHTS } from "../../../src/ground/protocol/native-budget.ts";
import { describe, it } from "node:test";
import {
  BYTE_OPCODES,
  USER_BYTES_FIELDS,
  userBytesAir,
  type UserBytesCells,
} from "../../../src/proofs/circuits/user-bytes/user-bytes-air.ts";
import { noBytes } from "../../../src/proofs/circuits/user-bytes/user-bytes-trace.ts";
import { BYTE_PLACES } from "../../../src/proofs/execution-proof/memory-places.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { byteOpcodeForgeries } from "../../execution-proof/support/byte-opcode-forgeries.ts";
import { isBalanced, isTrue, messagesOf } from "../../execution-proof/support/judge.ts";
import { canonical } from "../arithmetic/support/judge.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

const AIR = userBytesAir(BYTE_PLACES, USER_WEIGHTS);
const ROW = Uint32Array.of(0);

function columnsOf(row: UserBytesCells): Uint32Array[] {
  const lists = [row, noBytes()].map((each) =>
    fieldElements<typeof USER_BYTES_FIELDS, number>("userBytes", USER_BYTES_FIELDS, each),
  );
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c]!)));
}

/** Constraints that do not hold, and look-ups that are false. */
function refusalsOf(row: UserBytesCells): string[] {
  const main = columnsOf(row);
  const broken = checkConstraints(AIR, { preprocessed: [], main }, [], { limit: 500 }).map(({ constraint }) => constraint);
  const asked = messagesOf(AIR, main, [], ROW).filter(({ multiplicity }) => multiplicity !== 0);
  const untrue = asked.filter(
    ({ interaction: { bus }, message }) => !isBalanced(bus, message) && !isTrue(bus.name, message, new Set()),
  );
  return [...new Set([...broken, ...untrue.map(({ name }) => name)])].sort();
}

/** Messages of a row to tables that also make claims, and its results. */
function claimsOf(row: UserBytesCells): string {
  const said = messagesOf(AIR, columnsOf(row), [], ROW).filter(({ interaction: { bus }, message }) => isBalanced(bus, message));
  return JSON.stringify(said.map(({ name, multiplicity, message }) => [name, multiplicity, multiplicity === 0 ? [] : message]));
}

/** Flags of multiplicities: test/execution-proof/soundness.test.ts shows that messages are not counted without them. */
const COUNTING = [...Object.keys(BYTE_OPCODES), "runs", "grows", "first", "second", "masks", "whole", "split"];

const OF_ONE_SOURCE = "two of the four that both are not 0 ask for a number that is not there, or for no bytes";
const OF_LARGE = "it is 0 unless its word is large; then those of large words add up to 1, and others to no less than 0";
const IMPLIED: Readonly<Record<string, string>> = {
  "inside is boolean": OF_ONE_SOURCE,
  "partial is boolean": OF_ONE_SOURCE,
  "behind is boolean": OF_ONE_SOURCE,
  "away is boolean": OF_ONE_SOURCE,
  "farOffset is boolean": OF_LARGE,
  "farSource is boolean": OF_LARGE,
  "farLength is boolean": OF_LARGE,
  "beyondFrom is boolean": "it is 0 unless the source begins at 2^24 or farther, where it is empty",
  "beyondSum is boolean": "it is 0 unless the source ends before the range's end",
};

describe("the table userBytes", () => {
  it("needs every constraint and look-up: each alone refuses a row that is false", () => {
    const needed = new Set<string>([...COUNTING.map((flag) => `${flag} is boolean`), ...Object.keys(IMPLIED)]);
    for (const { refusedBy, row, honest } of byteOpcodeForgeries()) {
      assert.deepEqual(refusalsOf(row), [refusedBy]);
      for (const truth of honest) assert.notEqual(claimsOf(row), claimsOf(truth), `${refusedBy}: the row is true`);
      needed.add(refusedBy);
    }
    const seen = new Map<string, number>();
    const asked = AIR.interactions.flatMap(({ bus }) => {
      const index = seen.get(bus.name) ?? 0;
      seen.set(bus.name, index + 1);
      return isBalanced(bus, []) ? [] : [`${bus.name}[${index}]`];
    });
    assert.deepEqual([...needed].sort(), [...new Set([...AIR.constraints.map(({ name }) => name), ...asked])].sort());
  });
});
