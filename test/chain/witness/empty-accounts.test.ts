import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAddressFromString } from "@ethereumjs/util";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { FlatState } from "../../../src/chain/witness/flat-state.ts";
import { accountOf, MapLedger } from "../../../src/chain/witness/ledger.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import { decodeState, encodeState } from "../../../src/chain/witness/state-bytes.ts";
import { restoreLedger, StateFeed } from "../../../src/chain/witness/state-feed.ts";
import { RecentBlocks } from "../../../src/chain/witness/kept-blocks.ts";
import type { StateCheat } from "../../../src/ground/protocol/state-cheat.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { CHAIN_ID, environmentOf } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const ADDRESS: Hex = `0x${"e1".repeat(20)}`;
const PLACE = createAddressFromString(ADDRESS);
const EMPTY = { nonce: 0n, balance: 0n, codeHash: fromHex(keccak(new Uint8Array(0))), codeSize: 0 };
const RICH = 10n ** 20n;
/** Cheats that write zeros to an empty account, and so change nothing. */
const ZEROS: readonly StateCheat[] = [
  { type: "balance", address: ADDRESS, balanceWei: 0n },
  { type: "nonce", address: ADDRESS, nonce: 0n },
  { type: "code", address: ADDRESS, code: "0x" },
  { type: "storage", address: ADDRESS, slot: 1n, value: 0n },
];

describe("a state in which an account has neither nonce, balance nor code", () => {
  it("has no such account, by whatever it came to be so", async () => {
    const state = new FlatState();
    const isAbsent = async () => {
      assert.equal(state.accountAt(ADDRESS), undefined);
      assert.equal(await state.getAccount(PLACE), undefined);
    };
    state.load({ address: ADDRESS });
    await isAbsent();
    state.load({ address: ADDRESS, balanceWei: 0n, nonce: 0n, code: "0x" });
    await isAbsent();
    await state.putAccount(PLACE, accountOf(EMPTY));
    await isAbsent();
    await state.modifyAccountFields(PLACE, { balance: 5n });
    await state.modifyAccountFields(PLACE, { balance: 0n });
    await isAbsent();
    await state.putCode(PLACE, Uint8Array.of(0x00));
    await state.putCode(PLACE, new Uint8Array(0));
    await isAbsent();
    const execution = await Reexecution.create(CHAIN_ID, []);
    for (const cheat of ZEROS) await execution.cheat(cheat);
    assert.equal(execution.state.accountAt(ADDRESS), undefined);
    assert.deepEqual(execution.state.changesSince(0).writes, []);
  });

  it("has no such account where it is read from bytes", () => {
    const ledger = new MapLedger();
    ledger.setCode(keccak(new Uint8Array(0)), new Uint8Array(0));
    ledger.setAccount(ADDRESS, accountOf(EMPTY));
    const written = new StateFeed(ledger, new RecentBlocks(), () => new Map()).take();
    const read = new MapLedger();
    restoreLedger(decodeState(encodeState(written)), read);
    assert.equal(read.account(ADDRESS), undefined);
  });

  it("refunds nothing for its authorization (EIP-7702), as for one that was never named", async () => {
    const [sender, authorizer] = [new TestWallet(901), new TestWallet(902)];
    const gasAfter = async (cheats: readonly StateCheat[]): Promise<bigint> => {
      const witness = await BatchWitness.create(CHAIN_ID, [{ address: sender.address, balanceWei: RICH }]);
      for (const cheat of cheats) await witness.cheat(cheat);
      sender.nonce = 0;
      const authorizationList = [authorizer.authorize(ADDRESS, 0)];
      const transaction = await sender.sign({ type: 4, to: `0x${"e2".repeat(20)}`, authorizationList });
      const ordered = { transactions: [transaction], environment: environmentOf(1n), parentHash: wordToHex(0n), isWhole: false };
      return (await witness.make(ordered)).receipts[0]?.gasUsed ?? 0n;
    };
    const { address } = authorizer;
    // 21,000 and 25,000 an authorization. For an existing account 12,500 are refunded, at most a fifth of all gas.
    assert.equal(await gasAfter([]), 46_000n);
    assert.equal(await gasAfter(ZEROS.map((cheat) => ({ ...cheat, address }))), 46_000n);
    assert.equal(await gasAfter([{ type: "balance", address, balanceWei: 1n }]), 36_800n);
    assert.equal(
      await gasAfter([
        { type: "balance", address, balanceWei: 1n },
        { type: "balance", address, balanceWei: 0n },
      ]),
      46_000n,
    );
  });

  it("preserves a transaction's view of it: money that it pays and passes on disappears, and is restored by a revert", async () => {
    const payer: Hex = `0x${"e3".repeat(20)}`;
    const execution = await Reexecution.create(CHAIN_ID, [{ address: payer, balanceWei: 5n }]);
    const { state } = execution;
    const mark = state.mark();
    const pays: UnsignedEngineTransaction = {
      ...{ kind: "unsigned", from: payer, to: ADDRESS, valueWei: 5n, data: "0x", gasLimit: 21_000n, nonce: 0n },
    };
    assert.equal((await execution.run(pays, environmentOf(1n))).success, true);
    assert.deepEqual([state.accountAt(payer)?.nonce, state.accountAt(ADDRESS)?.balance], [1n, 5n]);
    state.rollback(mark);
    assert.deepEqual([state.accountAt(payer)?.balance, state.accountAt(ADDRESS)], [5n, undefined]);
  });
});
