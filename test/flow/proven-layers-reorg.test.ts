import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { registryInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { startForeignL1, type ForeignL1 } from "./support/foreign-l1.ts";

const [B, X] = [271n, 271n + (1n << 32n)];
const PROVEN = { execution: "proven" } as const;
const CONFIRMATIONS = 3;
const MINING_MS = 50;

describe("a proven chain with statements, on an L1 that reorganizes", () => {
  let l1: ForeignL1;
  let devnet: FlowDevnet;
  before(async () => {
    l1 = await startForeignL1();
    devnet = await mining(() =>
      startFlowDevnet(
        [
          { chainId: B, name: "beta", ...PROVEN },
          { chainId: X, name: "x", settlesOn: "beta", ...PROVEN },
        ],
        {
          ...UNPROVEN,
          l1: { url: l1.url, deployerKey: l1.deployerKey, confirmations: CONFIRMATIONS },
          fundedAccounts: [ALICE],
          fundingWei: 10n ** 18n,
        },
      ),
    );
  });
  after(async () => {
    await devnet.close();
    await l1.close();
    assert.deepEqual(devnet.faults, []);
  });

  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  /** Mines until the work ends, so that transactions become deep. */
  async function mining<Result>(work: () => Promise<Result>): Promise<Result> {
    const timer = setInterval(() => void l1.mine(1), MINING_MS);
    return work().finally(() => clearInterval(timer));
  }
  /** Number of statements that L1 has recorded. */
  async function recorded(): Promise<number> {
    const address = devnet.ecosystem.addresses.roots;
    const logs = await devnet.l1.provider.getLogs({ address, fromBlock: 0 });
    return logs.filter((log) => registryInterface.parseLog(log)?.name === "StatementRecorded").length;
  }

  test("reorg that drops the record of a statement: the base shows L1 the proof again, and L1 executes the batch", async () => {
    await mining(() => devnet.settle(B));
    const onX = clientOf(chainOf(X));
    const alice = devnet.accounts.wallet(ALICE).connect(onX);
    await (await alice.sendTransaction({ to: `0x${"be".repeat(20)}`, value: 1n })).wait();
    onX.destroy();
    await settleNow(chainOf(X));
    const { pipeline } = chainOf(B);
    const { batchNumber } = (await pipeline.seal())!.outputs;
    let fork = "";
    for (let isRecorded = false; !isRecorded;) {
      const newest = await l1.fork();
      isRecorded = (await recorded()) > 0;
      if (!isRecorded) fork = newest;
      await l1.mine(1);
    }
    await l1.reorganize(fork);
    assert.equal(await recorded(), 0);
    const { batch, receipts } = await mining(() => pipeline.settled(batchNumber));
    assert.equal(batch.importedRoots.length, 1);
    assert.ok(receipts.execute !== undefined);
    assert.equal(await recorded(), 1);
  });
});
