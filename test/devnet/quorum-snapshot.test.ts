import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN_ID = 271n;

describe("I2: members in other processes follow an ecosystem that returns to a snapshot", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, quorum: { members: 2, threshold: 2 } }], { proofs: "none" });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    const pids = devnet.chains[0]!.pipeline.signers.memberPids;
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
    assert.equal(pids.length, 2);
    for (const pid of pids) assert.throws(() => process.kill(pid!, 0), { code: "ESRCH" }, "the member has ended");
  });

  const pay = async (value: bigint): Promise<void> => {
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value })
    ).wait();
  };
  const bobHas = () => client.getBalance(devnet.accounts.wallet(BOB).address);

  test("signed batches, and unfinished ones, are rebuilt and signed again", async () => {
    await pay(1n);
    await devnet.settle();
    await pay(10n);
    const inTheMiddle = await devnet.snapshot();
    await pay(100n);
    await devnet.settle();
    await pay(1_000n);
    await devnet.settle();
    assert.equal(await bobHas(), 1_111n);

    assert.equal(await devnet.revert(inTheMiddle), true);
    assert.equal(await bobHas(), 11n);
    await pay(200n);
    const [again] = await devnet.settle();
    assert.equal(again?.batchNumber, 1);
    await pay(2_000n);
    const [next] = await devnet.settle();
    assert.equal(next?.batchNumber, 2);
    assert.equal(await bobHas(), 2_211n);
    assert.deepEqual((await devnet.status()).chains[0]!.batches, { sealed: 3, committed: 3, proven: 3, executed: 3 });
  });
});
