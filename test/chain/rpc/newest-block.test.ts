import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { TestWallet } from "../support/wallet.ts";

const BLOCKS = 60;

/** A block has its transactions, each of which logs once. */
interface Block {
  readonly number: Hex;
  readonly transactions: readonly Hex[];
}

describe("the newest block, while blocks are made", () => {
  let test: TestChain;
  const wallet = new TestWallet(171);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
      ],
    });
  });
  after(() => test.chain.close());

  /** Asks without a rest until all blocks are made. */
  async function whileBlocksAreMade(look: () => Promise<void>): Promise<void> {
    let isDone = false;
    const looking = (async () => {
      while (!isDone) await look();
    })();
    try {
      for (let i = 0; i < BLOCKS; i++)
        await test.chain.submit(await wallet.signRaw({ to: LOGGER, data: wordToHex(1n), gasLimit: 40_000n }));
    } finally {
      isDone = true;
      await looking;
    }
  }
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
    chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false }).get(method)!(params, undefined);

  for (const tag of ["latest", "committed"]) {
    it(`has its logs when it is first visible as ${tag}: a reader that continues from there misses none`, async () => {
      await whileBlocksAreMade(async () => {
        const { number, transactions } = (await ask("eth_getBlockByNumber", tag, false)) as Block;
        const logs = (await ask("eth_getLogs", { fromBlock: number, toBlock: number, address: LOGGER })) as readonly unknown[];
        const sent = await Promise.all(transactions.map((hash) => ask("eth_getTransactionByHash", hash)));
        const logging = (sent as readonly { readonly to: Hex | null }[]).filter(({ to }) => to === LOGGER);
        assert.equal(logs.length, logging.length, `block ${number}`);
      });
    });
  }

  it("has its logs as soon as a transaction in it has a receipt", async () => {
    await whileBlocksAreMade(async () => {
      const next = test.chain.sequencer.head.number + 1n;
      const block = (await ask("eth_getBlockByNumber", `0x${next.toString(16)}`, false)) as Block | null;
      const receipts = (await ask("eth_getBlockReceipts", `0x${next.toString(16)}`)) as
        | readonly { readonly logs: unknown[] }[]
        | null;
      const logs = (await ask("eth_getLogs", { fromBlock: `0x${next.toString(16)}` })) as readonly unknown[];
      const logged = receipts?.reduce((sum, receipt) => sum + receipt.logs.length, 0) ?? 0;
      assert.ok(block === null || receipts !== null);
      assert.ok(logs.length >= logged, `block ${next}`);
    });
  });
});
