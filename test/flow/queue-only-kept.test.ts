import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { BOB, ETHER, type FlowDevnet, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";

const CHAIN_ID = 271n;
const CHAIN = { chainId: CHAIN_ID, execution: "proven", sequencing: "queue" } as const;

test("a stored chain of L1's queue alone is derived again at a start: the same blocks, in the open batch also, and it continues", async () => {
  const data = mkdtempSync(join(tmpdir(), "queue-kept-"));
  const start = (): Promise<FlowDevnet> => startFlowDevnet([CHAIN], { ...OWN_BATCHES, ...UNPROVEN, data });
  const stateOf = ({ chains }: FlowDevnet) => {
    const { chain } = chains[0]!.pipeline;
    return { head: chain.sequencer.head, root: digestToHex(chain.tree.root) };
  };
  const request = async (devnet: FlowDevnet, valueWei: bigint): Promise<void> => {
    const bob = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const to = lowerCaseAddress(bob.address);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to, valueWei }, bob);
    await devnet.chains[0]!.pipeline.pollL1();
  };
  try {
    const first = await start();
    await request(first, ETHER);
    await first.settle(CHAIN_ID);
    await request(first, 5n);
    const before = stateOf(first);
    await first.close();
    const second = await start();
    await second.chains[0]!.pipeline.pollL1();
    assert.deepEqual(stateOf(second), before);
    const settled = await second.settle(CHAIN_ID);
    assert.deepEqual(
      settled.map(({ batchNumber }) => batchNumber),
      [1],
    );
    await second.close();
    assert.deepEqual([...first.faults, ...second.faults], []);
  } finally {
    rmSync(data, { recursive: true });
  }
});
