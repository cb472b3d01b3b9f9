import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type CodeGuard, QUIET_GAS } from "../../src/chain/execution/code-guard.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite-ledger.ts";
import { openChainKeeping } from "../../src/node/keeping/chain-keeping.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { CHAIN_ID, COINBASE } from "../chain/support/engine.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { ask } from "../chain/support/ask.ts";

/** Creates a contract by the init code that it is given: CREATE(0, 0, CALLDATASIZE) of its data. */
const FACTORY_CODE = "365f5f37365f5ff000";
/** Returns what follows its own eleven bytes. */
const DEPLOY_FACTORY: Hex = `0x60${(FACTORY_CODE.length / 2).toString(16).padStart(2, "0")}80600b6000396000f3${FACTORY_CODE}`;
/** Returns a code of one zero byte. */
const DEPLOY_NOTHING: Hex = "0x60015ff3";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kept-code-"));
});
after(() => rmSync(folder, { recursive: true }));

const sender = new TestWallet(160);

/** A chain in the folder, which puts what waits into one block when it is told to. */
async function withKeptChain<T>(run: (test: TestChain) => Promise<T>): Promise<T> {
  const ledger = openSqliteLedger(folder);
  const { store, commands, waiting } = openChainKeeping(ledger, BigInt(CHAIN_ID), COINBASE);
  const started = await startTestChain({
    genesis: [{ address: sender.address, balanceWei: 10n ** 20n }],
    sequencer: { blocks: { type: "interval", intervalMs: 1_000_000, maxTransactions: 100 } },
    keeping: { store, kept: { commands, waiting, executed: 0n } },
  });
  try {
    const result = await run(started);
    assert.deepEqual(started.faults, []);
    return result;
  } finally {
    await started.chain.close();
    ledger.close();
  }
}

/** What the guard says of a call of the factory that has too little gas to be looked at where nothing creates contracts. */
const judged = (guard: CodeGuard, to: Hex, code: Hex): ReturnType<CodeGuard["judge"]> =>
  guard.judge({ to, data: "0x73", gasLimit: QUIET_GAS, delegates: false }, () => Promise.resolve(code));

test("attack: a contract that creates others, deployed behind another transaction of its sender in one block, is known to be one after a restart too", async () => {
  const factory = await withKeptChain(async ({ chain, blocks }) => {
    for (const data of [DEPLOY_NOTHING, DEPLOY_FACTORY]) await chain.submit(await sender.signRaw({ data, gasLimit: 200_000n }));
    await chain.sequencer.mine();
    const receipts = blocks.at(-1)?.receipts ?? [];
    assert.equal(receipts.length, 2);
    const address = receipts[1]?.contractAddress;
    assert.ok(address !== undefined);
    const code: Hex = `0x${FACTORY_CODE}`;
    assert.equal(await ask(chain, "eth_getCode", [address, "latest"]), code);
    assert.equal(await judged(chain.guard, address, code), "unknown");
    return { address, code };
  });
  await withKeptChain(async ({ chain }) => {
    assert.equal(await ask(chain, "eth_getCode", [factory.address, "latest"]), factory.code);
    assert.equal(await judged(chain.guard, factory.address, factory.code), "unknown");
  });
});
