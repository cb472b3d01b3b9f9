import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { until } from "../support/until.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { startForeignL1, type ForeignL1 } from "./support/foreign-l1.ts";

const CHAIN_ID = 271n;
const CAROL = 3;

describe("E2: a chain that four nodes decide in processes, on an L1 that reorganizes", () => {
  let l1: ForeignL1;
  let devnet: FlowDevnet;
  before(async () => {
    l1 = await startForeignL1();
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, sequencing: { by: "bft", nodes: 4, processes: true } }], {
      ...UNPROVEN,
      l1: { url: l1.url, deployerKey: l1.deployerKey, confirmations: 1 },
      fundedAccounts: [ALICE],
      fundingWei: ETHER,
    });
  });
  after(async () => {
    await devnet.close();
    await l1.close();
  });

  test("L1 reorganises under a decided operation: every node stops by name, and none signs a batch", async () => {
    const { pipeline } = devnet.chains[0]!;
    const client = clientOf(devnet.chains[0]!);
    const to = lowerCaseAddress(devnet.accounts.wallet(CAROL).address);
    await pipeline.pollL1();
    const fork = await l1.fork();
    const payer = new Wallet(l1.deployerKey, devnet.l1.provider);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to, valueWei: ETHER }, payer);
    await pipeline.pollL1();
    // The poll resolves when the nodes have decided the operation.
    assert.equal(await client.getBalance(to), ETHER);
    await l1.reorganize(fork);
    await l1.mine(3);
    await assert.rejects(pipeline.pollL1(), { code: "L1Reorg" });
    const faults = (): readonly (string | undefined)[] => pipeline.nodes?.status.members.map(({ fault }) => fault) ?? [];
    await until(() => faults().every((fault) => fault !== undefined));
    for (const fault of faults()) assert.match(fault ?? "", /reverted a priorityOperation/);
    client.destroy();
  });
});
