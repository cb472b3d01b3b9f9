import assert from "node:assert/strict";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ETHER, settleNow } from "./support/devnet.ts";
import { ProcessGroup } from "./support/process-group.ts";
import { StakeView } from "./support/stake-view.ts";

const CAROL = "0x00000000000000000000000000000000000ca201";

describe("E2: a chain that four nodes decide, each in a process with a staked key", () => {
  const group = new ProcessGroup(4, { stake: { unbondingSeconds: 100_000 } });
  const stake = new StakeView(() => group.devnet);
  before(() => group.start());
  after(() => group.end());

  test("executes transactions and operations of L1 in every process, and settles a batch that each has formed", async () => {
    const paid = await group.balance();
    await group.deposit();
    await group.pollL1();
    for (let i = 0; i < 3; i++) await group.payDecided(3n);
    assert.equal(await group.balance(), paid + 9n);
    const { batch } = await settleNow(group.chain());
    const { batchNumber } = batch.outputs;
    for (const index of [0, 1, 2, 3]) assert.equal(await group.nodes.commitmentOf(index, batchNumber), batch.commitment);
    await group.agree();
  });

  test("mines, changes state and impersonates on request", async () => {
    // The first block of a batch follows another one, which opens it.
    await group.payDecided(1n);
    const first = group.height;
    await group.request("hardhat_mine", "0x3");
    await group.request("hardhat_setBalance", CAROL, `0x${ETHER.toString(16)}`);
    assert.equal(await group.client().getBalance(CAROL), ETHER);
    await group.request("evm_setAutomine", false);
    const { hash } = await group.wallet(1).sendTransaction({ to: CAROL, value: 1n });
    assert.equal(await group.client().getTransactionReceipt(hash), null);
    await group.request("evm_mine");
    await group.request("evm_setAutomine", true);
    assert.equal(await group.client().getBalance(CAROL), ETHER + 1n);
    assert.equal(group.height, first + 4n);
    // No leader can execute it: the caller gets the error, and an empty block has its number.
    await group.request("hardhat_impersonateAccount", CAROL);
    const unpayable = { from: CAROL, to: CAROL, value: `0x${(9n * ETHER).toString(16)}`, gas: "0x5208" };
    await assert.rejects(group.request("eth_sendTransaction", unpayable), /not valid/);
    await group.payDecided(1n);
    assert.equal(group.height, first + 6n);
    await group.agree();
  });

  test("never decides undone blocks after a return to a snapshot", async () => {
    const [first, paid] = [group.height, await group.balance()];
    const mark = await group.request("evm_snapshot");
    await group.pay(1n);
    assert.equal(await group.request("evm_revert", mark), true);
    await group.payDecided(10n);
    assert.deepEqual([group.height, await group.balance()], [first + 1n, paid + 10n]);
    await group.agree();
  });

  test("decides within three seconds after the leader was killed, which cuts off the records that its death tore", async () => {
    await group.assertDecidesWithoutLeader(3_000, (folder) => {
      for (const file of ["votes", "decisions"]) appendFileSync(join(folder, file), Uint8Array.of(0, 0, 1, 7, 99));
    });
    assert.ok((await group.nodes.standings()).every((standing) => standing?.hasVote === true));
    await group.assertNothingLost();
  });

  test("decides one of two decisions that a leader proposes; both votes are evidence, and L1 takes the leader's stake", async () => {
    await group.setFault({ type: "node", node: 3, condition: "equivocating" });
    const signer = group.nodes.status.members[3]?.address;
    for (let i = 0; i < 10 && group.nodes.status.evidence.length === 0; i++) await group.payDecided(1n);
    assert.ok(group.nodes.status.evidence.length > 0);
    assert.ok(group.nodes.status.evidence.every((each) => each.signer === signer));
    await stake.tick();
    await stake.until(({ slashes }) => slashes.length > 0);
    assert.deepEqual(
      stake.now.slashes.map(({ chainId, key, amountWei }) => [chainId, key, amountWei]),
      [[271, signer, String(ETHER)]],
    );
    await group.endFaults();
    await group.agree();
  });

  test("decides nothing without a quorum, and continues when the partition heals", async () => {
    await group.setFault({
      type: "partition",
      groups: [
        [0, 1],
        [2, 3],
      ],
    });
    const paying = group.payDecided(1n);
    assert.equal(await Promise.race([paying.then(() => "decided"), pause(1_500, "undecided")]), "undecided");
    await group.endFaults();
    await paying;
    await group.agree();
  });

  test("follows without a vote with a node that lost its files", async () => {
    const folder = group.nodes.folders[2]!;
    await group.kill(2);
    rmSync(folder, { recursive: true });
    await group.payDecided(1n);
    await group.agree();
    assert.deepEqual(
      (await group.nodes.standings()).map((standing) => standing?.hasVote),
      [true, true, false, true],
    );
    await group.assertNothingLost();
  });
});
