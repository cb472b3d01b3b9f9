import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { genesisOf } from "./support/genesis.ts";
import { ALICE, BOB, clientOf, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), "inputs-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

const start = (): Promise<FlowDevnet> =>
  startFlowDevnet([{ chainId: CHAIN_ID, dataAvailability: "inputs" }], { ...UNPROVEN, data: folder });

async function send(devnet: FlowDevnet, value: bigint): Promise<void> {
  const client = clientOf(devnet.chains[0]!);
  try {
    const sent = await devnet.accounts
      .wallet(ALICE)
      .connect(client)
      .sendTransaction({
        to: devnet.accounts.wallet(BOB).address,
        value,
      });
    assert.equal((await sent.wait())?.status, 1);
  } finally {
    client.destroy();
  }
}

async function requireRebuilt(devnet: FlowDevnet, batches: number): Promise<void> {
  const { pipeline } = devnet.chains[0]!;
  const rebuilt = await reconstruct({
    l1: devnet.l1.provider,
    hyperchain: pipeline.created.hyperchain,
    genesis: await genesisOf(),
  });
  assert.equal(rebuilt.batches.length, batches);
  assert.equal(rebuilt.stateRoot, digestToHex(pipeline.chain.tree.root));
}

test("inputs of a chain that starts again and returns to a snapshot are those of its batches", async () => {
  const first = await start();
  await send(first, 1n);
  await settleNow(first.chains[0]!);
  // Sealed, and not committed when the process ends.
  await send(first, 2n);
  await first.chains[0]!.pipeline.pause();
  await first.close();

  const second = await start();
  try {
    await requireRebuilt(second, 1);
    await send(second, 3n);
    await settleNow(second.chains[0]!);
    const { pipeline } = second.chains[0]!;
    await requireRebuilt(second, Number(pipeline.progress().executed));

    const snapshot = await second.snapshot();
    await send(second, 4n);
    await settleNow(second.chains[0]!);
    await second.revert(snapshot);
    await send(second, 5n);
    await settleNow(second.chains[0]!);
    await requireRebuilt(second, Number(pipeline.progress().executed));
    assert.deepEqual(second.faults, []);
  } finally {
    await second.close();
  }
});
