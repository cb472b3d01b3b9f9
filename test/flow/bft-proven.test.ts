import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";

describe("E2: a chain that four nodes in processes decide, with real proofs", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, sequencing: { by: "bft", nodes: 4, processes: true } }], {
      fundedAccounts: [ALICE],
      fundingWei: ETHER,
    });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("ends a batch that each node has formed, and L1 executes it with its proof", async () => {
    const chain = devnet.chains[0]!;
    const client = clientOf(chain);
    const wallet = devnet.accounts.wallet(ALICE).connect(client);
    for (let i = 0; i < 3; i++)
      await (await wallet.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    await settleNow(chain);
    assert.deepEqual(chain.pipeline.progress(), { sealed: 1, committed: 1, proven: 1, executed: 1 });
    client.destroy();
  });
});
