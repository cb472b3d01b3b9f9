import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startTestChain, type TestChain } from "../support/chain.ts";

/** Lets a second pass with each question for a nonce, as it does where one ends between a decision and its block. */
function moveClockWithQuestions({ chain, clock }: TestChain): void {
  const { engine } = chain;
  const state = engine.state.bind(engine);
  const slow: typeof engine.state = (at) => ({
    ...state(at),
    async account(address) {
      const account = await state(at).account(address);
      clock.advance(1000);
      return account;
    },
  });
  Object.assign(engine, { state: slow });
}

describe("a batch's times", () => {
  it("are those of its first and last block, also where a second ends before either is made", async () => {
    const test = await startTestChain();
    moveClockWithQuestions(test);
    const before = test.clock.nowMs();
    await test.chain.sequencer.mine();
    await test.chain.sequencer.seal();
    assert.ok(test.clock.nowMs() > before);
    const [outputs, blocks] = [test.batches[0]!.outputs, test.blocks.map(({ environment }) => environment)];
    assert.deepEqual([outputs.firstBlock, outputs.firstTimestamp], [blocks[0]?.number, blocks[0]?.timestamp]);
    assert.deepEqual([outputs.lastBlock, outputs.lastTimestamp], [blocks.at(-1)?.number, blocks.at(-1)?.timestamp]);
    await test.chain.close();
  });
});
