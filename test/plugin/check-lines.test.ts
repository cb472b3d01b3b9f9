import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { checkInfo } from "../../src/devnet/view/books/check-info.ts";
import { checkLines } from "../../src/plugin/tasks/running/check-lines.ts";

describe("the status of a chain whose blocks EDR repeats", () => {
  it("names the blocks that EDR has not repeated, and the cause", () => {
    const checked = checkInfo({
      repeated: 40,
      leftOut: 4,
      unchecked: [
        { first: 7n, last: 9n, reason: "EDR refuses a transaction: no funds" },
        { first: 12n, last: 12n, reason: "a transaction asks for a block's hash" },
      ],
    });
    assert.deepEqual(JSON.parse(JSON.stringify(checked)), {
      repeated: 40,
      leftOut: 4,
      unchecked: [
        { firstBlock: 7, lastBlock: 9, reason: "EDR refuses a transaction: no funds" },
        { firstBlock: 12, lastBlock: 12, reason: "a transaction asks for a block's hash" },
      ],
    });
    assert.ok(checked !== undefined);
    assert.deepEqual(checkLines("alpha", checked).map(stripVTControlCharacters), [
      "EDR has repeated 40 blocks of alpha since its start, and left out 4 (docs/testing.md)",
      "Not checked by EDR: blocks 7 to 9 of alpha, to the end of the batch. Cause in block 7: EDR refuses a transaction: no funds",
      "Not checked by EDR: block 12 of alpha, to the end of the batch. Cause in block 12: a transaction asks for a block's hash",
    ]);
  });

  it("says nothing of a chain whose blocks no other engine repeats", () => {
    assert.equal(checkInfo(undefined), undefined);
  });
});
