import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { SYSTEM_CONTEXT_CODE } from "../machine/support/context-code.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "../machine/support/replay.ts";
import { GENESIS_TIMESTAMP } from "./support/engine.ts";
import { CONFIGURATION, realGenesis } from "./support/predeploys.ts";
import { startVerifiedChain } from "./support/verified-chain.ts";

const SENDER = aliasOf(270n, `0x${"1a".repeat(20)}`);
/** Stores PREVRANDAO, TIMESTAMP, the hash of the block before and NUMBER in slots 0 to 3. */
const STORE: GenesisAccount = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x445f5542600155600143034060025543600355" };
const CONTEXT = BigInt(PREDEPLOYS.SystemContext);
const WORDS = [CONFIGURATION.l1ChainId, BigInt(CONFIGURATION.l1SharedBridge), CONFIGURATION.baseTokenOriginChainId, 0n];

async function startQueueOnly() {
  const bornAt = GENESIS_TIMESTAMP;
  const accounts = [{ ...STORE }];
  const test = await startVerifiedChain({ accounts, isProven: true, bornAt, mode: 1 });
  const machine = new ReplayedChain([...(await realGenesis()), ...accounts], GENESIS_TIMESTAMP);
  machine.state.addCode(fromHex(SYSTEM_CONTEXT_CODE));
  let [taken, seconds] = [0, GENESIS_TIMESTAMP];
  return {
    test,
    machine,
    /** L1 queues an operation the given number of seconds after the one before, and the chain runs it then. */
    async request(after: bigint, to: Hex = STORE.address, valueWei = 0n) {
      seconds += after;
      test.clock.advance(Number(after) * 1000);
      return test.request({ from: SENDER, to, valueWei, queuedAt: seconds });
    },
    async seal() {
      const batch = await test.sealAndVerify();
      const { batchNumber } = batch.outputs;
      const blocks = test.blocks.filter((block) => block.batchNumber === batchNumber);
      const start = machine.state.copy();
      const configuration = batchNumber === 0n ? [...WORDS, bornAt, 1n] : undefined;
      const operations = test.queued.slice(taken);
      taken = test.queued.length;
      const { parentHash } = test.inputs(batchNumber);
      compareReceipts(machine.run(stepsOf(blocks, parentHash, { configuration, operations })), blocks);
      machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
      return batch;
    },
  };
}

describe("a chain whose order is L1's queue alone", () => {
  it("sequencer, validator and kernel agree: seconds are L1's, BLOCKHASH gives 0, and numbers do not count batches", async () => {
    const { test, machine, request, seal } = await startQueueOnly();
    try {
      const stored = () => [0n, 1n, 2n, 3n].map((slot) => machine.state.read(0, BigInt(STORE.address), slot));
      await request(10n);
      await request(7n, `0x${"c1".repeat(20)}`, 5n);
      const first = await seal();
      const { firstTimestamp, lastTimestamp } = first.outputs;
      assert.deepEqual([firstTimestamp, lastTimestamp], [GENESIS_TIMESTAMP + 10n, GENESIS_TIMESTAMP + 17n]);
      assert.deepEqual(stored().slice(1), [GENESIS_TIMESTAMP + 10n, 0n, 2n]);
      await request(3n);
      await seal();
      // Opening 1, first operation 2 and 3, two between two, second 6 to 8, closing 9, opening 10.
      assert.deepEqual(stored().slice(1), [GENESIS_TIMESTAMP + 20n, 0n, 11n]);
      assert.deepEqual(
        [7n, 8n].map((slot) => machine.state.read(0, CONTEXT, slot)),
        [0n, 2n ** 64n - 1n],
      );
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("attack: operations at other seconds, a closing that is late, a block of users: refused by name", async () => {
    for (const [code, attempt] of [
      [
        "NotTheQueuesSecond",
        async ({ test }) => test.request({ from: SENDER, to: STORE.address, queuedAt: GENESIS_TIMESTAMP + 1n }),
      ],
      [
        "NotTheQueuesSecond",
        async ({ test, request }) => {
          await request(10n);
          test.clock.advance(1_000);
          await test.chain.seal();
        },
      ],
      [
        "QueueOnly",
        async ({ test, request }) => {
          await request(10n);
          await test.chain.sequencer.mine();
        },
      ],
    ] satisfies readonly (readonly [string, (chain: Awaited<ReturnType<typeof startQueueOnly>>) => Promise<unknown>])[]) {
      const chain = await startQueueOnly();
      try {
        await assert.rejects(attempt(chain), (error: { code?: string; cause?: { code?: string } }) => {
          assert.equal(error.cause?.code ?? error.code, code);
          return true;
        });
      } finally {
        await chain.test.chain.close();
      }
    }
  });
});
