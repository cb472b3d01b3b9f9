import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { VoteEvidence } from "../../src/ecosystem/sequencing/evidence-list.ts";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { ALICE, ETHER } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";
import { StakeView } from "./support/stake-view.ts";

const [LIAR, OTHER_LIAR] = [3, 2];

describe("E2, D5: nodes whose keys are staked, in a data folder", () => {
  const workplace = createWorkplace();
  const kept = new Kept([{ chainId: 271n, sequencing: { by: "bft", nodes: 4 } }], {
    fundedAccounts: [ALICE],
    stake: { unbondingSeconds: 100_000 },
  });
  const stake = new StakeView(() => kept.devnet);
  before(() => kept.start());
  after(async () => {
    await kept.end();
    await workplace.close();
  });

  const addresses = (): readonly string[] => kept.chain().pipeline.nodes!.status.members.map(({ address }) => address);
  const evidenceNow = async (): Promise<readonly VoteEvidence[]> =>
    (await kept.request("hyperchain_evidence")) as readonly VoteEvidence[];
  /** Lets the node lie until it has signed two more proposals. Resolves with the votes. */
  async function lie(node: number): Promise<VoteEvidence> {
    const { length } = await evidenceNow();
    await kept.request("hyperchain_setFault", { type: "node", chainId: 271, node, condition: "equivocating" });
    for (let tries = 0; tries < 40; tries++) {
      await kept.pay(1n);
      const pair = (await evidenceNow())[length];
      if (pair !== undefined) return pair;
    }
    return assert.fail("no evidence");
  }

  test("each node has one coin at stake", async () => {
    await stake.tick();
    await stake.until(({ keys }) => keys.length === 4 && keys.every(({ stakeWei }) => stakeWei === String(ETHER)));
    assert.deepEqual(stake.now.keys.map(({ key }) => key).toSorted(), [...addresses()].toSorted());
    assert.deepEqual(await evidenceNow(), []);
  });

  test("a node that signs two proposals loses its stake on L1, and the others lose nothing", async () => {
    const { provider } = kept.devnet.l1;
    const burnt = await provider.getBalance(ZeroAddress);
    await lie(LIAR);
    await stake.tick();
    await stake.until(({ slashes }) => slashes.length > 0);
    const [{ chainId, key, amountWei } = assert.fail("nothing is slashed")] = stake.now.slashes;
    assert.deepEqual([chainId, key, amountWei], [271, addresses()[LIAR], String(ETHER)]);
    assert.equal((await provider.getBalance(ZeroAddress)) - burnt, (ETHER * 9n) / 10n);
    // More pairs of the same node take nothing more.
    await kept.pay(1n);
    await stake.tick();
    await stake.until(({ keys }) => keys.find((each) => each.key === key)?.stakeWei === "0");
    const others = stake.now.keys.filter((each) => each.key !== key);
    assert.ok(others.length === 3 && others.every(({ stakeWei }) => stakeWei === String(ETHER)));
    assert.equal(stake.now.slashes.length, 1);
  });

  test("hyperchain:watch-stake reads the same votes, and L1 takes nothing more for them", async () => {
    const run = await workplace.run(["hyperchain:watch-stake", "--once", "--json", "--from", "12", "--url", kept.chain().url]);
    assert.equal(run.code, 0, run.stderr);
    const lines = run.stdout.split("\n").filter((line) => line !== "");
    const types = lines.map((line) => (JSON.parse(line) as { readonly type: string }).type);
    assert.ok(types.includes("stakes") && !types.includes("reportedVotes"), run.stdout);
  });

  test("a node that signs two proposals before a return to a snapshot loses nothing: the return deletes its votes", async () => {
    const snapshot = await kept.devnet.snapshot();
    const { signer, first, second } = await lie(OTHER_LIAR);
    assert.equal(signer, addresses()[OTHER_LIAR]);
    assert.deepEqual([first.view, first.kind], [second.view, second.kind]);
    assert.notEqual(first.id, second.id);
    // The second of the votes is after L1's newest block, so the watcher cannot have reported them.
    assert.equal(await kept.devnet.revert(snapshot), true);
    assert.deepEqual(await evidenceNow(), []);
    await stake.until(({ rewinds }) => rewinds.count === 1);
    await stake.tick();
    const newest = await kept.devnet.l1.provider.getBlockNumber();
    await stake.until(({ watcher }) => (watcher.readUpTo ?? -1) >= newest);
    assert.equal(stake.now.slashes.length, 1);
  });

  test("evidence that no watcher has reported when the process ends is reported after the next start", async () => {
    const pair = await lie(OTHER_LIAR);
    assert.equal(stake.now.slashes.length, 1);
    await kept.restart();
    const [found] = await evidenceNow();
    assert.deepEqual(found, pair);
    await stake.tick();
    await stake.until(({ slashes }) => slashes.length === 2);
    assert.deepEqual(
      stake.now.slashes.map(({ key }) => key),
      [addresses()[LIAR], addresses()[OTHER_LIAR]],
    );
  });
});
