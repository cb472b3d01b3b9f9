import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const USER = new TestWallet(700).address;

describe("an operation that wants to stop a chain whose validators run every batch again", () => {
  it("cannot by a target that the chain itself calls: imports of roots come from the bootloader only", async () => {
    const test = await startVerifiedChain();
    const { success } = await test.request({ from: USER, to: PREDEPLOYS.ImportedRoots });
    assert.equal(success, false);
    await test.importRoots([{ registryIndex: 3n, root: `0x${"ab".repeat(32)}` }]);
    await test.sealAndVerify();
    await test.chain.close();
  });
});
