import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet, type JsonRpcProvider } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import { BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { engineNetwork } from "../support/engine-network.ts";
import { serveFaultyL1 } from "../support/faulty-l1.ts";
import { createWorkplace } from "./support/run-task.ts";

const ALPHA = 271n;
const WINDOW_SECONDS = 600;
const OWNER = Wallet.createRandom();

/** With a remote L1 no chain rewinds automatically: its operator decides, with the task. */
describe("A7: hyperchain:reseal", () => {
  const workplace = createWorkplace();
  let moved = 0;
  /**
   * Clock of this machine that the test moves; a wait counts its full duration, and takes hardly any real
   * time.
   */
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + moved,
    after: (ms, call) => systemClock.after(Math.min(ms, 2), call),
  };
  let askL1: (method: string, ...params: readonly unknown[]) => Promise<unknown>;
  let closeL1: () => Promise<void>;
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let operator: Hex;
  before(async () => {
    const connection = await engineNetwork.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } });
    askL1 = (method, ...params) => connection.provider.request({ method, params: [...params] });
    await askL1("hardhat_setBalance", OWNER.address, `0x${(1_000n * ETHER).toString(16)}`);
    const l1 = await serveFaultyL1((method, params) => askL1(method, ...params));
    closeL1 = async () => {
      await l1.close();
      await connection.close();
    };
    devnet = await startFlowDevnet(
      [{ chainId: ALPHA, name: "alpha", priorityOpWindowSeconds: WINDOW_SECONDS }],
      {
        proofs: "none",
        l1: { url: l1.url, deployerKey: OWNER.privateKey as Hex },
        reseal: true,
        fundedAccounts: [BOB],
        fundingWei: ETHER,
      },
      { clock },
    );
    client = clientOf(devnet.chains[0]!);
    operator = devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).address.toLowerCase() as Hex;
    while ((await client.getBalance(devnet.accounts.wallet(BOB).address)) === 0n) await devnet.relay();
    await devnet.settle(ALPHA);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    await closeL1();
    await workplace.close();
  });

  const run = (task: string, ...args: readonly string[]) => workplace.run([task, ...args, "--url", devnet.chains[0]!.url]);
  const pipeline = () => devnet.chains[0]!.pipeline;
  const pay = async (): Promise<string> => {
    const sent = await devnet.accounts.wallet(BOB).connect(client).sendTransaction({ to: OWNER.address, value: 1n });
    await sent.wait();
    return sent.hash;
  };
  const later = async (seconds: number): Promise<void> => {
    await askL1("evm_increaseTime", seconds);
    await askL1("evm_mine");
    moved += seconds * 1_000;
  };
  const setOperatorsMoney = (wei: bigint) => askL1("hardhat_setBalance", operator, `0x${wei.toString(16)}`);
  /** Seals a batch that validators approve and that L1 does not get, since its operator cannot pay. */
  const sealUnsent = async (): Promise<bigint> => {
    await setOperatorsMoney(0n);
    const batch = await pipeline().seal();
    pipeline()
      .settled(batch!.outputs.batchNumber)
      .catch(() => undefined);
    while (!/cannot pay/.test(pipeline().waitsFor() ?? "")) await client.getBlockNumber();
    return batch!.outputs.batchNumber;
  };

  test("tells what it does, and refuses the name of no chain with those that there are", async () => {
    const help = await workplace.run(["hyperchain:reseal", "--help"]);
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /Rebuild batches that L1 has not executed, with all operations that wait on L1/);
    assert.match(help.stdout, /--from-batch/);
    const unknown = await run("hyperchain:reseal", "gamma");
    assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
    assert.match(unknown.stderr, /gamma.*alpha/);
    const noNumber = await run("hyperchain:reseal", "alpha", "--from-batch", "first");
    assert.equal(noNumber.code, 1);
    assert.match(noNumber.stderr, /--from-batch must be/);
  });

  test("brings back a chain whose sealed batch L1 refuses, with all that had confirmed", async () => {
    const paid = await pay();
    const firstBatch = Number(await sealUnsent());
    const recipient = Wallet.createRandom().address as Hex;
    await requestFromL1(
      devnet.ecosystem.addresses.factory,
      { chainId: ALPHA, to: recipient, valueWei: 7n },
      OWNER.connect(devnet.l1.provider),
    );
    await later(2 * WINDOW_SECONDS + 60);
    await setOperatorsMoney(ETHER);
    while (pipeline().fault() === undefined) await client.getBlockNumber();

    const status = await run("hyperchain:status");
    assert.equal(status.code, 1);
    assert.match(status.stdout, /alpha has stopped: .*rebuild it with hyperchain:reseal/);
    const done = await run("hyperchain:reseal", "alpha", "--json");
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(JSON.parse(done.stdout), { chainId: Number(ALPHA), firstBatch, lost: [] });
    assert.match(done.stderr, /forming the batches of alpha again…/);
    await devnet.settle(ALPHA);
    assert.equal(pipeline().fault(), undefined);
    assert.equal(await client.getBalance(recipient), 7n);
    assert.equal((await client.getTransactionReceipt(paid))?.status, 1);
    assert.equal((await run("hyperchain:status")).code, 0);
  });

  test("has the status say that the batch waits until the validators' earlier approvals have expired", async () => {
    const paid = await pay();
    const number = await sealUnsent();
    const done = await run("hyperchain:reseal", "alpha");
    assert.equal(done.stdout.trim(), `alpha has formed its batches again, from batch ${number} on`);
    await setOperatorsMoney(ETHER);
    while (!/asked to sign/.test(pipeline().waitsFor() ?? "")) await client.getBlockNumber();
    const why = new RegExp(
      `commit of batch ${number}: validators were asked to sign another batch of this number, so L1 takes this one from its second \\d+ on`,
    );
    const { chains } = (await client.send("hyperchain_status", [])) as EcosystemStatus;
    assert.match(chains[0]?.waitsFor ?? "", why);
    assert.match((await run("hyperchain:status")).stdout, /alpha waits, and continues automatically: commit of batch/);
    await later(WINDOW_SECONDS);
    await pipeline().settled(number);
    assert.equal((await client.getTransactionReceipt(paid))?.status, 1);
    assert.equal(pipeline().fault(), undefined);
  });
});
