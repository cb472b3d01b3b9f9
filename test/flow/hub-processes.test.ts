import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { HubInfo, LandedHubBlock } from "../../src/ecosystem/devnet/view/books/hub-info.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const LOOK_MS = 50;

/* L1 takes markers of blocks, which the aggregators verify. */
describe("a hub of four aggregators, each in a process", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet(
      [{ chainId: 271n, name: "alpha", execution: "proven", pace: { aggregatorSeconds: 80_000 }, facts: { from: [] } }],
      {
        ...UNPROVEN,
        hubs: { main: { members: ["alpha"], aggregators: 4, processes: true, landing: { maxAgeSeconds: 3_600 } } },
      },
    );
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const hub = () => devnet.hub("main")!;
  const look = (): Promise<HubInfo> => client.send("hyperchain_getHub", ["main"]) as Promise<HubInfo>;
  async function land(value = 1n): Promise<LandedHubBlock> {
    const signer = devnet.accounts.wallet(ALICE).connect(client);
    await (await signer.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value })).wait();
    return (await client.send("hyperchain_landHub", ["main"])) as LandedHubBlock;
  }
  /** Waits until every aggregator has this block. */
  async function haveAll(number: number): Promise<void> {
    while ((await look()).aggregators.some(({ block }) => block < number))
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  test("land blocks that each process has", async () => {
    assert.equal((await land()).number, 1);
    assert.equal((await land()).number, 2);
    await haveAll(2);
    assert.equal(new Set(hub().pids).size, 4);
    assert.ok(hub().pids.every((pid) => pid !== undefined && pid !== process.pid));
  });

  test("one of four killed: the others land blocks, and it has all blocks when its process is back", async () => {
    const killed = hub().pids[2]!;
    process.kill(killed, "SIGKILL");
    for (let number = 3; number <= 6; number++) assert.equal((await land()).number, number);
    await haveAll(6);
    const pid = hub().pids[2];
    assert.ok(pid !== undefined && pid !== killed);
    assert.deepEqual(hub().evidence, []);
  });

  test("two silent: nothing lands, and with one back the next block lands", async () => {
    await hub().silence(0);
    await hub().silence(1);
    await assert.rejects(hub().land(), { code: "AggregatorsSilent" });
    hub().start(0);
    assert.equal((await land()).number, 7);
    hub().start(1);
    await haveAll(7);
  });

  test("after a return to a snapshot the processes begin another life from L1's block", async () => {
    const id = await devnet.snapshot();
    const undone = await land();
    assert.equal(await devnet.revert(id), true);
    assert.equal((await look()).block, undone.number - 1);
    // The same transfer in the same second would be in the same block.
    const { number, hash } = await land(2n);
    assert.equal(number, undone.number);
    assert.notEqual(hash, undone.hash);
    await haveAll(number);
  });
});
