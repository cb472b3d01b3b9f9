import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBlock, createBlockHeader, genTransactionsTrieRoot } from "@ethereumjs/block";
import { createLegacyTx, createTxFromRLP } from "@ethereumjs/tx";
import { bytesToHex, hexToBytes } from "@ethereumjs/util";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { orderedRoot } from "../../../src/chain/witness/ordered-root.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { TestWallet } from "../support/wallet.ts";

const rules = chainRules(CHAIN_ID, ETHEREUM_CODE_LIMITS);
const FRIEND: Hex = `0x${"f1".repeat(20)}`;
const SLOT: Hex = `0x${"07".padStart(64, "0")}`;

it("the root of a block's transactions is the library's, for any number of them", async () => {
  for (const count of [0, 1, 2, 3, 16, 17, 127, 128, 129, 300]) {
    const transactions = Array.from({ length: count }, (_, nonce) =>
      createLegacyTx(
        { nonce, gasPrice: 1n, gasLimit: 21_000n, to: FRIEND, data: nonce % 3 === 0 ? SLOT : "0x" },
        { common: rules },
      ),
    );
    const root = orderedRoot(transactions.map((one) => one.serialize()));
    assert.deepEqual(root, await genTransactionsTrieRoot(transactions), `${count} transactions`);
  }
});

describe("ethereumjs as the engine that decides", () => {
  let test: TestChain;
  /** Hardhat's network, which repeats the blocks. */
  let edr: (method: string, ...params: unknown[]) => Promise<unknown>;

  before(async () => {
    const wallet = new TestWallet(240);
    test = await startTestChain({
      hasOracle: true,
      sequencer: { cheatsAllowed: true, blocks: { type: "instant", maxTransactions: 20 } },
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
      ],
    });
    edr = test.oracle?.request ?? assert.fail("there is an oracle");
    const { sequencer } = test.chain;
    sequencer.setAutomatic(false);
    const requests = [
      { type: 0, to: FRIEND, value: 5n, data: "0x1234" },
      { type: 1, to: FRIEND, accessList: [{ address: FRIEND, storageKeys: [SLOT] }] },
      { type: 2, data: "0x60015f55", maxPriorityFeePerGas: 3n },
      { type: 4, to: FRIEND, authorizationList: [wallet.authorize(LOGGER, 1_000)] },
      { type: 2, to: LOGGER, data: SLOT },
    ];
    for (const request of requests) await test.chain.submit(await wallet.signRaw(request));
    await sequencer.mine();
    const mark = await test.chain.snapshot();
    await test.chain.submit(await wallet.signRaw({ to: FRIEND, value: 9n }));
    await sequencer.mine();
    await test.chain.revert(mark);
    wallet.nonce--;
    await sequencer.cheat({ type: "balance", address: FRIEND, balanceWei: 77n });
    await test.chain.submit(await wallet.signRaw({ to: LOGGER, data: SLOT }));
    await sequencer.mine();
    await sequencer.mineMany(3, 1n);
    await test.chain.seal();
  });
  after(() => test.chain.close());

  it("has EDR's receipts and states, now and after each block", async () => {
    assert.deepEqual([(test.oracle?.repeated() ?? 0) > 2, test.faults.length], [true, 0]);
    for (const at of ["now", 2n, 3n] as const) {
      const tag = at === "now" ? "latest" : `0x${at.toString(16)}`;
      const state = test.chain.engine.state(at);
      const { balanceWei, nonce } = await state.account(FRIEND);
      assert.deepEqual(
        [balanceWei, nonce, await state.code(LOGGER), await state.word(LOGGER, BigInt(SLOT))],
        [
          BigInt((await edr("eth_getBalance", FRIEND, tag)) as Hex),
          BigInt((await edr("eth_getTransactionCount", FRIEND, tag)) as Hex),
          await edr("eth_getCode", LOGGER, tag),
          BigInt((await edr("eth_getStorageAt", LOGGER, SLOT, tag)) as Hex),
        ],
      );
    }
    await assert.rejects(test.chain.engine.state(99n).account(FRIEND), { code: "NotKept" });
  });

  it("names a block by the hash that Ethereum's rules give its header, whose transactions and receipts have their roots", async () => {
    const { blocks } = test.chain;
    let parentHash = (await blocks.block(0n))!.hash;
    let checked = 0;
    for (let number = 1n; number <= blocks.newest; number++) {
      const block = (await blocks.block(number))! as unknown as Record<string, Hex> & { readonly transactions: readonly Hex[] };
      assert.equal(block["parentHash"], parentHash);
      parentHash = block["hash"]!;
      const {
        sha3Uncles: uncleHash,
        miner: coinbase,
        transactionsRoot: transactionsTrie,
        receiptsRoot: receiptTrie,
        ...rest
      } = block;
      const header = createBlockHeader(
        { ...(rest as Record<string, Hex>), uncleHash, coinbase, transactionsTrie, receiptTrie } as Parameters<
          typeof createBlockHeader
        >[0],
        { common: rules, skipConsensusFormatValidation: true },
      );
      assert.equal(bytesToHex(header.hash()), block["hash"], `block ${number}`);
      const signed = test.blocks.findLast(({ environment }) => environment.number === number)!.transactions;
      if (signed.length === 0 || !signed.every(({ kind }) => kind === "signed")) continue;
      const transactions = signed.flatMap((one) =>
        one.kind === "signed" ? [createTxFromRLP(hexToBytes(one.raw), { common: rules })] : [],
      );
      assert.equal(bytesToHex(await genTransactionsTrieRoot(transactions)), block["transactionsRoot"]);
      const whole = createBlock(
        { header, transactions, withdrawals: [] },
        { common: rules, skipConsensusFormatValidation: true },
      );
      assert.equal(whole.serialize().length, Number(block["size"]));
      checked++;
    }
    assert.ok(checked >= 2);
  });
});
