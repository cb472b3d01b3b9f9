import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import { ALICE, startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

/** Nothing else waits for just so long. */
const POLL_MS = 123_457;

it("a chain whose L1 does not answer once polls again, and one whose L1 reverted the blocks it had built on stops", async () => {
  const polls: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(ms, call) {
      if (ms !== POLL_MS) return systemClock.after(ms, call);
      polls.push(call);
      return () => undefined;
    },
  };
  const devnet = await startFlowDevnet([271n], { proofs: "none", pollIntervalMs: POLL_MS }, { clock });
  try {
    const { provider } = devnet.l1;
    const getBlock = provider.getBlock.bind(provider);
    let looks = 0;
    let isSilent = true;
    /** Lets everything look that looks at L1 from time to time: the chain, and what tells of L1's blocks. */
    const look = (): void => polls.splice(0).forEach((call) => call());
    const lookers = polls.length;
    const poll = async (): Promise<void> => {
      const before = looks;
      look();
      while (looks === before || polls.length < lookers) await nextTurn();
    };
    Object.assign(provider, {
      getBlock: (...parameters: Parameters<typeof getBlock>) => {
        looks++;
        return isSilent ? Promise.reject(new Error("no answer")) : getBlock(...parameters);
      },
    });
    await poll();
    assert.deepEqual(devnet.faults, []);
    isSilent = false;
    await poll();
    assert.deepEqual(devnet.faults, []);

    // The chain's accounts were funded through its queue; now L1 has none of the blocks that it had.
    Object.assign(provider, { getBlock: () => Promise.resolve(null), getBlockNumber: () => Promise.resolve(0) });
    look();
    while (devnet.faults.length === 0 || polls.length < lookers - 1) await nextTurn();
    const [fault]: readonly unknown[] = devnet.faults;
    assert.equal((fault as { readonly code?: string }).code, "L1Reorg");
    // All but the chain look again.
    assert.equal(polls.length, lookers - 1);
  } finally {
    await devnet.close();
  }
});

it("a chain stops, and reports it once, if its poll before a batch finds that L1 reverted the blocks it had built on", async () => {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const devnet = await startFlowDevnet([{ chainId: 271n, batches: { maxTransactions: 1 } }], UNPROVEN, { clock });
  try {
    const [chain] = devnet.chains;
    const { fault, created } = chain!.pipeline;
    // The chain's view of L1 is older than the window now, so that it polls before it seals; and L1 has lost its blocks.
    aheadMs = 2 * Number(created.configuration.priorityOpWindow) * 1_000;
    Object.assign(devnet.l1.provider, { getBlock: () => Promise.resolve(null), getBlockNumber: () => Promise.resolve(0) });
    const from = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    await chain!.provider.request({ method: "eth_sendTransaction", params: [{ from, to: from, value: "0x1" }] });
    while (devnet.faults.length === 0) await nextTurn();
    const codes = devnet.faults.map((each) => (each as { readonly code?: string }).code);
    assert.deepEqual(codes, ["L1Reorg"]);
    assert.equal((fault() as { readonly code?: string }).code, "L1Reorg");
  } finally {
    await devnet.close();
  }
});

it("a chain stops if it finds at a reseal that L1 reverted the blocks it had built on", async () => {
  const devnet = await startFlowDevnet([271n], UNPROVEN);
  try {
    const [chain] = devnet.chains;
    const { fault } = chain!.pipeline;
    await devnet.settle();
    const from = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    await chain!.provider.request({ method: "eth_sendTransaction", params: [{ from, to: from, value: "0x1" }] });
    Object.assign(devnet.l1.provider, { getBlock: () => Promise.resolve(null), getBlockNumber: () => Promise.resolve(0) });
    await assert.rejects(devnet.reseal(271n), { code: "L1Reorg" });
    // It says so once: no later look would find it.
    assert.deepEqual(
      devnet.faults.map((each) => (each as { readonly code?: string }).code),
      ["L1Reorg"],
    );
    assert.equal((fault() as { readonly code?: string }).code, "L1Reorg");
  } finally {
    await devnet.close();
  }
});
