import assert from "node:assert/strict";
import { it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { startTestChain } from "../support/chain.ts";

it("a mark that is made during the return to an earlier one ends with it, and the chain continues", async () => {
  const test = await startTestChain();
  try {
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    const ask = (method: string, ...params: unknown[]): Promise<unknown> => methods.get(method)!(params, undefined);
    const first = await ask("evm_snapshot");
    await ask("evm_mine");
    const [second, returned] = await Promise.all([ask("evm_snapshot"), ask("evm_revert", first)]);
    assert.equal(returned, true);
    assert.equal(await ask("evm_revert", second), false);
    await ask("evm_mine");
    assert.equal(test.chain.sequencer.head.number, 2n);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
});
