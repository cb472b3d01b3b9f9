import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startLocalL1 } from "../../support/l1.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  addressOf,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const WINDOW = 100n;
const EXECUTION_DELAY = 50n;
const RECOVERY_TIME = 200n;
/** The factory refuses this exit delay, and takes one that is a second longer. */
const LIMIT = WINDOW + EXECUTION_DELAY + RECOVERY_TIME;
const KNOCK = { l2Contract: addressOf(0) };

describe("attack: one free operation stops an honest chain through its exit", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem(0n, startLocalL1, RECOVERY_TIME);
  });
  after(() => ecosystem.l1.close());

  const configuration = async (chainId: bigint, exitDelay: bigint): Promise<ChainConfiguration> => ({
    ...(await defaultConfiguration(ecosystem, chainId)),
    priorityOpWindow: WINDOW,
    executionDelay: EXECUTION_DELAY,
    exitDelay,
  });
  const setNext = (timestamp: bigint): Promise<unknown> =>
    ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(timestamp)]);

  for (const exitDelay of [1n, WINDOW, WINDOW + EXECUTION_DELAY + 1n, LIMIT]) {
    test(`an exit delay of ${exitDelay} s cannot be configured`, async () => {
      await assertReverts(
        createChain(ecosystem, await configuration(280n, exitDelay)),
        `ExitDelayTooShort(${LIMIT}, ${exitDelay})`,
      );
    });
  }

  test("with the shortest exit delay, a batch that L1 refuses at the last moment is rebuilt and executed before the exit opens", async () => {
    const chain = await TestChain.create(ecosystem, await configuration(281n, LIMIT + 1n));
    const hash = await chain.request(KNOCK, 0n);
    const deadline = (await view<{ deadline: bigint }>(chain.contract, "priorityOperation", 0n)).deadline >> 32n;
    const unaware = await chain.form({ timestamp: deadline - 1n });
    await setNext(deadline + WINDOW);
    await assertReverts(chain.commit(unaware), `PriorityOpOverdueOnL1(0, ${deadline + WINDOW}, ${deadline + WINDOW})`);
    // The time to recover goes by, to its last second.
    const formed = await chain.form({
      timestamp: deadline,
      canonicalTxHashes: [hash],
      logs: [{ type: "priorityOp", success: true }],
    });
    await setNext(deadline + WINDOW + RECOVERY_TIME);
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await setNext(deadline + WINDOW + RECOVERY_TIME + EXECUTION_DELAY);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "exitOpensAt"), (1n << 256n) - 1n);
  });
});
