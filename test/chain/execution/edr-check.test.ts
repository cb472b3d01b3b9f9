import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { EdrConnect } from "../../../src/chain/execution/connection.ts";
import { EdrCheck } from "../../../src/chain/execution/edr-check.ts";
import { accountHeader } from "../../../src/chain/model/genesis.ts";
import type { StateReader } from "../../../src/chain/model/state-reader.ts";
import { LeafKind } from "../../../src/protocol/domain-tags.ts";
import { wordToHex, type Hex } from "../../../src/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { connect, environmentOf, openEngine } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const PAYER = new TestWallet(410);
const FRIEND: Hex = `0x${"f2".repeat(20)}`;
/** Stores its first word of data in slot 0: PUSH0 CALLDATALOAD PUSH0 SSTORE. */
const STORE = { address: `0x${"a1".repeat(20)}` as Hex, code: "0x5f355f55" as Hex, nonce: 1n };
/** Stores the last block's hash in slot 0: PUSH1 1 NUMBER SUB BLOCKHASH PUSH0 SSTORE. */
const HASHES = { address: `0x${"a2".repeat(20)}` as Hex, code: "0x600143034060005500" as Hex, nonce: 1n };
/** Logs what another account's slot 0 holds, through itself: here its own, PUSH0 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 LOG0. */
const TELL = "0x5f545f5260205fa0";
/** Stores the last block's hash where it was not sent any data, and logs what slot 0 holds where it was. */
const BOTH = {
  address: `0x${"a3".repeat(20)}` as Hex,
  // CALLDATASIZE PUSH1 12 JUMPI, as HASHES with STOP, JUMPDEST at 13, as TELL.
  code: `0x36600d57600143034060005500${"5b"}${TELL.slice(2)}` as Hex,
  nonce: 1n,
};

interface Asked {
  readonly method: string;
  readonly params?: readonly unknown[] | object;
}

/** EDR, of whose answers some are changed. */
function lying(change: (asked: Asked, answer: unknown) => unknown): EdrConnect {
  return async (override) => {
    const connection = await connect(override);
    const { provider } = connection;
    return {
      ...connection,
      close: () => connection.close(),
      provider: {
        request: async (asked: Asked) => change(asked, await provider.request(asked as Parameters<typeof provider.request>[0])),
      },
    } as unknown as Awaited<ReturnType<EdrConnect>>;
  };
}

describe("EDR as the check of what this package's engine decides", () => {
  const started: TestChain[] = [];
  afterEach(() => Promise.all(started.splice(0).map(({ chain }) => chain.close())));

  async function start(connected?: EdrConnect): Promise<TestChain> {
    PAYER.nonce = 0;
    const test = await startTestChain({
      checkedBy: "edr",
      ...(connected === undefined ? {} : { connect: connected }),
      sequencer: { cheatsAllowed: true, blocks: { type: "instant", maxTransactions: 20 } },
      genesis: [{ address: PAYER.address, balanceWei: 10n ** 18n }, ...[STORE, HASHES, BOTH]],
    });
    test.chain.sequencer.setAutomatic(false);
    started.push(test);
    return test;
  }

  const counts = ({ chain }: TestChain) => chain.engine.check?.counts;
  async function mine({ chain }: TestChain, ...raw: readonly Hex[]): Promise<void> {
    for (const one of raw) await chain.submit(one);
    await chain.sequencer.mine();
  }
  const store = (value: bigint) => PAYER.signRaw({ to: STORE.address, data: wordToHex(value) });

  it("repeats each block, cheats and returns included, and agrees", async () => {
    const test = await start();
    await mine(test, await store(5n), await PAYER.signRaw({ to: FRIEND, value: 3n }));
    const mark = await test.chain.snapshot();
    await mine(test, await store(6n));
    await test.chain.revert(mark);
    PAYER.nonce--;
    await test.chain.sequencer.cheat({ type: "storage", address: STORE.address, slot: 1n, value: 9n });
    await mine(test, await store(7n));
    await test.chain.sequencer.mineMany(3, 1n);
    await test.chain.seal();
    await mine(test, await PAYER.signRaw({ data: "0x5f5ff3" }));
    await test.chain.seal();
    assert.deepEqual(test.faults, []);
    // Two openings and closings, and four blocks of the test's, one of which it took back.
    assert.ok((counts(test)?.repeated ?? 0) >= 8);
    assert.equal(counts(test)?.leftOut, 0);
  });

  it("leaves out what reads a block's hash to the batch's end, and takes its values over for the next batch", async () => {
    const test = await start();
    await mine(test, await PAYER.signRaw({ to: BOTH.address }));
    await mine(test, await store(5n));
    await test.chain.seal();
    const { repeated = 0, leftOut = 0 } = counts(test) ?? {};
    assert.ok(leftOut >= 3, `${leftOut} blocks: the hash, the payment behind it and the batch's end`);
    // EDR has the hash that it could not have computed, or its log would be another.
    await mine(test, await PAYER.signRaw({ to: BOTH.address, data: "0x01" }));
    await mine(test, await store(6n));
    await test.chain.seal();
    assert.deepEqual(test.faults, []);
    assert.equal(counts(test)?.leftOut, leftOut);
    assert.ok((counts(test)?.repeated ?? 0) >= repeated + 4);
    const [gap, ...others] = counts(test)?.unchecked ?? [];
    assert.ok(gap !== undefined && others.length === 0);
    const numbers = test.blocks.flatMap(({ environment, receipts }) => (receipts.length > 0 ? [environment.number] : []));
    // The block behind the opening is the first, and the one that closes the batch the last.
    assert.equal(gap.first, numbers[1]);
    assert.equal(gap.last, test.batches[0]?.outputs.lastBlock);
    assert.match(gap.reason, /a transaction asks for a block's hash/);
    const logged = test.blocks.flatMap(({ receipts }) => receipts.flatMap(({ logs }) => logs.map(({ data }) => data)));
    assert.ok(logged.some((data) => BigInt(data) > 2n ** 200n));
  });

  it("leaves out a block in which a payment spends what an earlier one of it brings", async () => {
    const [rich, poor] = [new TestWallet(412), new TestWallet(413)];
    const check = new EdrCheck(await openEngine([{ address: rich.address, balanceWei: 10n ** 18n }]));
    const pay = (from: TestWallet, to: Hex, value: bigint) =>
      from.sign({ to, value, gasLimit: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
    const paid = { transactionHash: "0x", success: true, gasUsed: 21_000n, logs: [], contractAddress: undefined } as const;
    const repeat = (number: bigint, ...transactions: Awaited<ReturnType<typeof pay>>[]) =>
      check.repeat(
        { environment: environmentOf(number), hash: "0x", transactions, receipts: transactions.map(() => paid) },
        undefined,
      );
    await repeat(1n, await pay(rich, poor.address, 10n), await pay(poor, FRIEND, 4n));
    await repeat(2n, await pay(rich, FRIEND, 1n));
    const { unchecked, ...blocks } = check.counts;
    assert.deepEqual(blocks, { repeated: 0, leftOut: 2 });
    // Each costs 21,000 gas, and any account can send them: what is not checked has to be told.
    assert.deepEqual(
      unchecked.map(({ first, last }) => [first, last]),
      [[1n, 2n]],
    );
    assert.match(unchecked[0]?.reason ?? "", /^EDR refuses a transaction: .*enough funds/);
    // As the two blocks leave them.
    const accounts = new Map<Hex, { nonce: bigint; balanceWei: bigint }>([
      [rich.address, { nonce: 2n, balanceWei: 10n ** 18n - 11n }],
      [poor.address, { nonce: 1n, balanceWei: 6n }],
      [FRIEND, { nonce: 0n, balanceWei: 5n }],
    ]);
    const leaves = [...accounts].map(([address, { nonce, balanceWei }]) => ({
      ...{ leafKind: LeafKind.account, address: BigInt(address), slot: 0n },
      value: accountHeader(nonce, balanceWei),
    }));
    const decided: StateReader = {
      account: async (address) => accounts.get(address) ?? { nonce: 0n, balanceWei: 0n },
      code: async () => "0x",
      word: async () => 0n,
    };
    assert.equal(await check.compare(leaves, decided), undefined);
    await repeat(3n, await pay(poor, FRIEND, 6n));
    assert.deepEqual(check.counts, { repeated: 1, leftOut: 2, unchecked });
    const empty = { leafKind: LeafKind.account, address: BigInt(FRIEND), slot: 0n, value: accountHeader(0n, 11n) };
    assert.equal(await check.compare([empty], decided), undefined);
    assert.equal(
      (await check.compare([{ ...empty, value: accountHeader(0n, 12n) }], decided))?.engineValue,
      accountHeader(0n, 11n),
    );
    await check.close();
  });

  it("a return brings back whether the batch's rest is left out", async () => {
    const test = await start();
    await mine(test, await store(5n));
    const before = await test.chain.snapshot();
    await mine(test, await PAYER.signRaw({ to: HASHES.address }));
    await test.chain.revert(before);
    PAYER.nonce--;
    await mine(test, await store(6n));
    await test.chain.seal();
    assert.equal(counts(test)?.leftOut, 1, "the block that the chain took back");
    assert.deepEqual(counts(test)?.unchecked, [], "none of the chain's own");
    assert.deepEqual(test.faults, []);
  });

  it("a receipt that is another stops the chain, and its batch is not sealed", async () => {
    const test = await start(
      lying(({ method }, answer) =>
        method === "eth_getTransactionReceipt" && (answer as { to?: string }).to === STORE.address
          ? { ...(answer as object), gasUsed: "0x5209" }
          : answer,
      ),
    );
    await mine(test, await store(5n));
    await assert.rejects(test.chain.seal(), /gasUsed is \d+ for the execution engine and 21001 for EDR/);
    assert.equal(test.batches.length, 0);
  });

  it("a value that is another stops the chain at its batch's end", async () => {
    const test = await start(
      lying(({ method, params }, answer) =>
        method === "eth_getStorageAt" && Array.isArray(params) && params[0] === STORE.address ? wordToHex(4n) : answer,
      ),
    );
    await mine(test, await store(5n));
    await assert.rejects(test.chain.seal(), /is 4 for EDR and 5 for the engine that made it/);
    assert.equal(test.batches.length, 0);
  });
});
