import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OfferVerdict } from "../../../src/chain/core/source.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { DecidedByHand } from "../../core/support/proposals.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { TestWallet } from "../support/wallet.ts";

const TIMEOUT_MS = 4_000;
const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"ee".repeat(20)}`;

interface Proposing extends TestChain {
  readonly deciders: DecidedByHand;
  readonly alice: TestWallet;
  ask(method: string, ...params: unknown[]): Promise<unknown>;
}

/** A chain whose sequencer proposes, and whose batch is open: the next command is a block. */
async function proposing(): Promise<Proposing> {
  const deciders = new DecidedByHand(TIMEOUT_MS);
  const alice = new TestWallet(171);
  const test = await startTestChain({
    genesis: [
      { address: alice.address, balanceWei: ETHER },
      { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
    ],
    deciders,
  });
  const mined = test.chain.sequencer.mine();
  (await deciders.next("block")).tell("decided");
  await mined;
  const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
  return Object.assign(test, {
    deciders,
    alice,
    ask: async (method: string, ...params: unknown[]) => methods.get(method)!(params, undefined),
  });
}

/** State that readers see: the newest block, the accounts and a transaction. */
async function told({ ask, alice }: Proposing, hash: Hex): Promise<unknown> {
  const { number } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly number: Hex };
  return {
    number: [number, await ask("eth_blockNumber")],
    // With the block left out too: it is the newest then.
    balances: [await ask("eth_getBalance", SINK, "latest"), await ask("eth_getBalance", SINK)],
    nonce: await ask("eth_getTransactionCount", alice.address, "latest"),
    call: await ask("eth_call", { to: SINK, data: "0x" }, "latest"),
    receipt: await ask("eth_getTransactionReceipt", hash),
    logs: await ask("eth_getLogs", { fromBlock: "0x0", toBlock: "latest", address: LOGGER }),
    trace: await (ask("debug_traceTransaction", hash) as Promise<object>).then(
      () => "traced",
      () => "unknown",
    ),
  };
}

describe("a dropped proposal was reported as final", () => {
  it("latest shows nothing of a block before it is decided, and its transactions are offered again", async () => {
    const test = await proposing();
    const { chain, deciders, alice, blocks } = test;
    try {
      const raw = await alice.signRaw({ to: SINK, value: 5n });
      const sent = chain.submit(raw);
      let isAnswered = false;
      void sent.then(() => (isAnswered = true));
      const first = await deciders.next("block");
      assert.ok(first.command.type === "block");
      const { hash } = first.command.transactions[0] as { readonly hash: Hex };
      const before = {
        ...{ number: ["0x2", "0x2"], balances: ["0x0", "0x0"], nonce: "0x0", call: "0x" },
        ...{ receipt: null, logs: [], trace: "unknown" },
      };
      const seen = blocks.length;
      assert.equal(chain.sequencer.nextEnvironment.number, 4n, "the block is executed");
      assert.deepEqual(await told(test, hash), before);
      assert.deepEqual([isAnswered, blocks.length], [false, seen]);
      first.tell("dropped");
      const again = await deciders.next("block");
      assert.deepEqual(again.command, first.command, "the same transaction, at the same time");
      assert.deepEqual(await told(test, hash), before);
      assert.deepEqual([isAnswered, blocks.length, chain.mempool.size], [false, seen, 0]);
      again.tell("decided");
      assert.equal(await sent, hash);
      const { receipt, ...after } = (await told(test, hash)) as { readonly receipt: { readonly status: Hex } };
      assert.equal(receipt.status, "0x1");
      assert.deepEqual(after, {
        ...{ number: ["0x3", "0x3"], balances: ["0x5", "0x5"], nonce: "0x1", call: "0x", logs: [], trace: "traced" },
      });
      assert.deepEqual(test.faults, []);
    } finally {
      await chain.close();
    }
  });

  it("dropping one drops those above it, and all their transactions wait again in their order", async () => {
    const test = await proposing();
    const { chain, deciders, alice } = test;
    try {
      const sent = [];
      const proposals = [];
      for (let i = 0; i < 3; i++) {
        sent.push(chain.submit(await alice.signRaw({ to: SINK, value: 1n })));
        proposals.push(await deciders.next("block"));
      }
      assert.equal(chain.sequencer.nextEnvironment.number, 6n, "three proposals depend on each other");
      for (const [i, verdict] of (["decided", "dropped", "decided"] satisfies OfferVerdict[]).entries())
        proposals[i]?.tell(verdict);
      const values = [];
      for (let i = 0; i < 2; i++) {
        const again = await deciders.next("block");
        assert.ok(again.command.type === "block");
        values.push(...again.command.transactions.map(({ nonce }) => nonce));
        again.tell("decided");
      }
      await Promise.all(sent);
      assert.deepEqual(values, [1n, 2n]);
      assert.deepEqual([await test.ask("eth_getBalance", SINK, "latest"), test.faults], ["0x3", []]);
    } finally {
      await chain.close();
    }
  });

  it("a seal that is dropped ended no batch, and is proposed again; the next batch waits for it", async () => {
    const test = await proposing();
    const { chain, deciders, batches } = test;
    try {
      const sealed = chain.seal();
      (await deciders.next("seal")).tell("dropped");
      const again = await deciders.next("seal");
      assert.deepEqual([batches.length, chain.archive.last], [0, undefined]);
      again.tell("decided");
      assert.equal((await sealed)?.outputs.batchNumber, 1n);
      assert.deepEqual([batches.length, test.faults], [1, []]);
    } finally {
      await chain.close();
    }
  });
});

describe("a verdict never comes", () => {
  it("the source's timeout drops the stack, and the pool is as before", async () => {
    const test = await proposing();
    const { chain, clock, deciders, alice } = test;
    try {
      const sent = [];
      for (let i = 0; i < 2; i++) {
        sent.push(chain.submit(await alice.signRaw({ to: SINK, value: 1n })));
        await deciders.next("block");
      }
      chain.sequencer.pause();
      assert.equal(chain.mempool.size, 0);
      const pooled = new Promise<void>((resolve) => {
        const end = chain.mempool.onReady(({ nonce }) => {
          if (nonce !== 1n) return;
          end();
          resolve();
        });
      });
      clock.advance(TIMEOUT_MS);
      await pooled;
      // Behind the piece of work in which they are offered again.
      await chain.sequencer.skipTime(0n);
      assert.deepEqual(
        chain.mempool.line.map(({ nonce }) => nonce),
        [0n, 1n],
      );
      assert.equal(chain.sequencer.nextEnvironment.number, 3n);
      chain.sequencer.unpause();
      for (let i = 0; i < 2; i++) (await deciders.next("block")).tell("decided");
      await Promise.all(sent);
      assert.deepEqual([await test.ask("eth_getBalance", SINK, "latest"), test.faults], ["0x2", []]);
    } finally {
      await chain.close();
    }
  });

  it("a return to a mark ends what is proposed: its callers are refused, and it is never decided", async () => {
    const test = await proposing();
    const { chain, deciders, alice } = test;
    try {
      const mark = await chain.snapshot();
      const sent = chain.submit(await alice.signRaw({ to: SINK, value: 1n }));
      const refused = assert.rejects(sent, { code: "StateReverted" });
      const late = await deciders.next("block");
      await chain.revert(mark);
      await refused;
      late.tell("decided");
      await chain.sequencer.skipTime(0n);
      assert.deepEqual([chain.sequencer.head.number, chain.index.head, test.faults], [2n, 2n, []]);
    } finally {
      await chain.close();
    }
  });
});
