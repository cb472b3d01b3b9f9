import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { TestChain } from "../l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts, errorOf } from "../l1/support/errors.ts";
import { Random } from "../../chain/state/support/random.ts";

const RESULT = { type: "priorityOp", success: true } as const;

describe("attack 22: forced inclusion by L1's clock", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
  /** The next block's time. */
  const setNext = (timestamp: bigint): Promise<unknown> =>
    ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);
  const deadlineOf = async ({ contract }: TestChain, index: bigint): Promise<bigint> =>
    (await view<{ deadline: bigint }>(contract, "priorityOperation", index)).deadline >> 32n;

  // A sequencer chooses its chain's time: with deadlines judged by that alone, a constant clock would starve the queue for
  // good.
  test("a batch whose clock was held back cannot leave the queue waiting past deadline and window", async () => {
    const chain = await create();
    const window = chain.configuration.priorityOpWindow;
    const { stored } = await chain.settle();
    const hash = await chain.request();
    const deadline = await deadlineOf(chain, 0n);
    const heldBack = { timestamp: stored.lastTimestamp };
    await setNext(deadline + window - 1n);
    await chain.commit(await chain.form(heldBack));
    const late = await chain.form(heldBack);
    await setNext(deadline + window);
    await assertReverts(chain.commit(late), `PriorityOpOverdueOnL1(0, ${deadline + window}, ${deadline + window})`);
    // Any account may take it at any time: the chain survives.
    await chain.commit(await chain.form({ ...heldBack, canonicalTxHashes: [hash], logs: [RESULT] }));
    await chain.commit(await chain.form(heldBack));
  });

  test("past deadline and window by L1's time, no batch is committed that takes none of the waiting operations", async () => {
    const seed = Number(process.env["SEED"] ?? 20261120);
    console.log(`seed ${seed}`);
    const random = new Random(seed);
    const chain = await create();
    const window = chain.configuration.priorityOpWindow;
    const hashes: Hex[] = [];
    const seen = { refused: 0, early: 0, took: 0 };
    for (let step = 0; step < 400; step++) {
      const now = (await ecosystem.latestTimestamp()) + BigInt(1 + random.below(random.below(8) === 0 ? 250 : 20));
      await setNext(now);
      if (random.below(3) === 0) {
        hashes.push(await chain.request());
        continue;
      }
      const first = chain.last.priorityOpTotal;
      const waiting = BigInt(hashes.length) - first;
      const count = random.below(3) === 0 ? random.below(Number(waiting) + 1) : 0;
      const taken = hashes.slice(Number(first), Number(first) + count);
      // Anywhere from the last batch's time to L1's: below every deadline where that is possible.
      const earliest = chain.last.lastTimestamp === 0n ? now - 1n : chain.last.lastTimestamp;
      const timestamp = random.below(2) === 0 ? earliest : earliest + BigInt(random.below(Number(now - earliest)));
      const formed = await chain.form({ timestamp, canonicalTxHashes: taken, logs: taken.map(() => RESULT) });
      const deadline = waiting === 0n ? undefined : await deadlineOf(chain, first);
      const starves = count === 0 && deadline !== undefined && (deadline <= timestamp || deadline + window <= now);
      const before = chain.last;
      if (starves) {
        const name = deadline <= timestamp ? "PriorityOpOverdue" : "PriorityOpOverdueOnL1";
        assert.equal((await errorOf(chain.commit(formed))).split("(")[0], name, `seed ${seed}, step ${step}`);
        assert.equal(chain.last, before);
        seen.refused++;
      } else {
        await chain.commit(formed);
        if (count > 0) seen.took++;
        else seen.early++;
      }
    }
    for (const [what, times] of Object.entries(seen)) assert.ok(times >= 10, `${what}: ${times}, seed ${seed}`);
  });
});
