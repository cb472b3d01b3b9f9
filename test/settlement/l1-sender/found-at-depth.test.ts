import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createL1Retry } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { carryOut, type SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";

const CONFIRMATIONS = 3;
const RECEIPT = { hash: "0xab" };

/** A stage of which L1's blocks tell, as a list: whether each has it. A look that waits adds what `next` returns. */
function stageOn(blocks: boolean[], next: () => void) {
  const looks: number[] = [];
  let sent = 0;
  const newest = (): number => blocks.length - 1;
  const context = {
    confirmations: CONFIRMATIONS,
    provider: { getBlock: (tag: number | string) => Promise.resolve({ number: typeof tag === "number" ? tag : newest() }) },
    patience: createL1Retry({}, { delay: () => Promise.resolve(next()) }),
    delay: () => Promise.resolve(),
    transactor: {
      send() {
        sent++;
        return Promise.resolve(RECEIPT);
      },
    },
    hyperchain: "0xaa",
  } as unknown as SenderContext;
  const outcome = carryOut(context, {
    stage: "execute",
    batchNumber: 4n,
    async find({ provider }) {
      const number = (await provider.getBlock("latest"))?.number ?? 0;
      looks.push(number);
      return blocks[number] === true ? "done" : undefined;
    },
    encode: () => Promise.resolve("0x"),
  });
  return { outcome, sent: () => sent };
}

describe("a stage that another account has done", () => {
  test("counts when its block is deep enough", async () => {
    const blocks = [false, false, false, true];
    const { outcome, sent } = stageOn(blocks, () => blocks.push(true));
    assert.deepEqual(await outcome, { found: "done" });
    assert.equal(sent(), 0);
    // Its block, and two on it.
    assert.equal(blocks.length, 6);
  });

  test("is done by this account if L1 takes it back before", async () => {
    const blocks = [false, false, false, true, true];
    const { outcome, sent } = stageOn(blocks, () => blocks.splice(3, 2, false));
    assert.deepEqual(await outcome, { receipt: RECEIPT });
    assert.equal(sent(), 1);
  });
});
