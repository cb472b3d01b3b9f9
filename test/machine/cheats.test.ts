import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import { cheatOf } from "../../src/proofs/execution-proof/batch/batch-steps.ts";
import { cheatHints, impersonationHints } from "../../src/proofs/machine/hints/batch-hints.ts";
import { blockHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { StateCheat } from "../../src/ground/protocol/state-cheat.ts";
import { GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { BORN_AT, configurationOf, configurationWords, realGenesis } from "../chain/support/predeploys.ts";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { startTestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "./support/replay.ts";
import { ask } from "../chain/support/ask.ts";

const wallet = new TestWallet(78);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }];
const { accounts: initialState, extensions } = configurationOf(BORN_AT);
const configuration = configurationWords(BORN_AT);
const CHEATED: Hex = `0x${"ce".repeat(20)}`;
/** Stores the caller. */
const CODE: Hex = "0x335f5500";

const CHEATS: readonly StateCheat[] = [
  { type: "balance", address: CHEATED, balanceWei: 7n * 10n ** 18n },
  { type: "nonce", address: CHEATED, nonce: 9n },
  { type: "code", address: CHEATED, code: CODE },
  { type: "storage", address: CHEATED, slot: 5n, value: 6n },
];

describe("the kernel, of a batch with cheats", () => {
  it("results in the state of both engines, and counts the cheats", async () => {
    wallet.nonce = 0;
    const predeploys = await realGenesis();
    const { chain, blocks, batches, faults } = await startTestChain({
      ...{ predeploys, genesis: ACCOUNTS, initialState, extensions, system: predeployTransactions, versionOf: () => 3n },
      sequencer: { firstBatch: 0n, cheatsAllowed: true },
    });
    try {
      const { hash } = (await ask(chain, "eth_getBlockByNumber", ["0x0", false])) as { readonly hash: Hex };
      await chain.submit(await wallet.signRaw({ to: CHEATED, value: 1n }));
      const before = blocks.length;
      for (const cheat of CHEATS) await chain.sequencer.cheat(cheat);
      // An account with code sends, to itself, and to where nothing is.
      for (const to of [CHEATED, `0x${"cf".repeat(20)}`] as const)
        await chain.sequencer.impersonate({ from: CHEATED, to, valueWei: 3n, data: "0x01", gasLimit: 100_000n });
      await chain.seal();
      const [batch] = batches;
      assert.ok(batch !== undefined);
      const replayed = new ReplayedChain([...predeploys, ...ACCOUNTS], GENESIS_TIMESTAMP);
      const start = replayed.state.copy();
      const blockNumber = blocks[before - 1]?.environment.number ?? 0n;
      const result = replayed.run(
        stepsOf(blocks, hash, { configuration, cheats: CHEATS.map((cheat) => ({ blockNumber, cheat })) }),
      );
      compareReceipts(result, blocks);
      replayed.state.compare(start, batch.writes, BigInt(batch.outputsHash));
      assert.deepEqual([result.boundary.cheatCount, batch.outputs.cheatCount], [6n, 6n]);
      assert.deepEqual(faults, []);
    } finally {
      await chain.close();
    }
  });

  it("results in the engine's state for accounts that cheats leave empty, or with storage alone", async () => {
    wallet.nonce = 0;
    const predeploys = await realGenesis();
    const { chain, blocks, batches, faults } = await startTestChain({
      ...{ predeploys, genesis: ACCOUNTS, initialState, extensions, system: predeployTransactions, versionOf: () => 3n },
      sequencer: { firstBatch: 0n, cheatsAllowed: true },
    });
    const [emptied, named] = [new TestWallet(79), new TestWallet(80)];
    /** Address of the sender's third transaction, a creation: a cheat gave the account storage. */
    const created = getCreateAddress({ from: wallet.address, nonce: 2 }).toLowerCase() as Hex;
    const bare: Hex = `0x${"ba".repeat(20)}`;
    const asked: readonly StateCheat[] = [
      { type: "balance", address: emptied.address, balanceWei: 5n },
      { type: "balance", address: emptied.address, balanceWei: 0n },
      { type: "balance", address: named.address, balanceWei: 0n },
      { type: "storage", address: created, slot: 3n, value: 4n },
      { type: "code", address: bare, code: CODE },
      { type: "storage", address: bare, slot: 5n, value: 6n },
      { type: "code", address: bare, code: "0x" },
    ];
    const nonce = (address: Hex): StateCheat => ({ type: "nonce", address, nonce: 1n });
    const made = [...asked.slice(0, 3), nonce(created), ...asked.slice(3, 6), nonce(bare), ...asked.slice(6)];
    try {
      const { hash } = (await ask(chain, "eth_getBlockByNumber", ["0x0", false])) as { readonly hash: Hex };
      await chain.submit(await wallet.signRaw({ to: CHEATED, value: 1n }));
      const blockNumber = blocks.at(-1)?.environment.number ?? 0n;
      for (const cheat of asked) await chain.sequencer.cheat(cheat);
      const authorizationList = [emptied.authorize(CHEATED, 0), named.authorize(CHEATED, 0)];
      await chain.submit(await wallet.signRaw({ type: 4, to: bare, authorizationList }));
      await chain.submit(await wallet.signRaw({ data: "0x60016000f3" }));
      await chain.seal();
      const [batch] = batches;
      assert.ok(batch !== undefined);
      const [authorized, creation] = blocks.flatMap(({ receipts }) => receipts).slice(-3);
      // No authorizer existed, so that nothing is refunded; an account with a nonce prevents the creation.
      assert.equal(authorized?.gasUsed, 21_000n + 2n * 25_000n);
      assert.deepEqual([creation?.success, creation?.gasUsed], [false, 1_000_000n]);
      const replayed = new ReplayedChain([...predeploys, ...ACCOUNTS], GENESIS_TIMESTAMP);
      const start = replayed.state.copy();
      const result = replayed.run(
        stepsOf(blocks, hash, { configuration, cheats: made.map((cheat) => ({ blockNumber, cheat })) }),
      );
      compareReceipts(result, blocks);
      replayed.state.compare(start, batch.writes, BigInt(batch.outputsHash));
      assert.equal(batch.outputs.cheatCount, BigInt(made.length));
      assert.deepEqual(faults, []);
    } finally {
      await chain.close();
    }
  });

  it("refuses them where the protocol has contracts", async () => {
    const replayed = new ReplayedChain(await realGenesis(), GENESIS_TIMESTAMP);
    const refusal = (hints: readonly Hint[]): string => {
      replayed.boundary = { ...replayed.boundary, open: 1n };
      try {
        replayed.run([{ hints: [...blockHints(GENESIS_TIMESTAMP), ...hints] }]);
      } catch (error) {
        if (error instanceof KernelPanic) return error.code;
        throw error;
      }
      return "nothing";
    };
    const places = [0n, 0x1fffn, 0x8000n, 0x8001n, 0x80ffn, 0x10000n, 0x2ffffn];
    for (const account of places) {
      for (const cheat of CHEATS) assert.equal(refusal(cheatHints({ ...cheatOf(cheat), account })), "cheat-reserved");
      const request = { from: account, to: 1n << 100n, value: 0n, gasLimit: 100_000n, data: new Uint8Array(0) };
      assert.equal(refusal(impersonationHints(request)), "cheat-reserved");
    }
    for (const account of [0x2000n, 0x7fffn, 0x8100n, 0xffffn, 0x30000n])
      for (const cheat of CHEATS) assert.equal(refusal(cheatHints({ ...cheatOf(cheat), account })), "nothing");
  });
});
