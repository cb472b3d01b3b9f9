import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createWorkplace, type TaskResult } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const ACCOUNT_1 = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

const valueOf = <T>({ code, stdout, stderr }: TaskResult): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

async function balanceOn(url: string | undefined, account: string): Promise<bigint> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
  try {
    return await provider.getBalance(account);
  } finally {
    provider.destroy();
  }
}

test("B6: twelve chains start with the defaults, 10,000 ETH for each account, and L1's accounts keep theirs", async () => {
  const own = createWorkplace();
  try {
    const { info } = await own.spawn(["--chains", "12", "--proofs", "none"]);
    const [first, last, ...rest] = [
      await balanceOn(info.chains[0]?.url, ACCOUNT_1),
      await balanceOn(info.chains[11]?.url, ACCOUNT_1),
      await balanceOn(info.l1.url, ACCOUNT_1),
    ];
    assert.deepEqual([first, last, ...rest], [10_000n * ETHER, 10_000n * ETHER, 10_000n * ETHER]);
  } finally {
    await own.close();
  }
});

test("I1: names, number, data availability and batches of chains come from options, and every batch has its proof", async () => {
  const own = createWorkplace();
  try {
    const { info } = await own.spawn(
      ["--names", "shop,bank,game", "--da", "rollup,validium,rollup", "--batch-ms", "0", "--no-relayer"],
      { config: { accounts: { balance: "1000000000000000" } } },
    );
    // B6: as much as the config takes.
    assert.equal(await balanceOn(info.chains[0]?.url, ACCOUNT_1), 10n ** 15n * ETHER);
    assert.deepEqual(
      info.chains.map(({ name, dataAvailability }) => [name, dataAvailability]),
      [
        ["shop", "rollup"],
        ["bank", "validium"],
        ["game", "rollup"],
      ],
    );
    assert.equal(new Set(info.chains.map(({ chainId }) => chainId)).size, 3);
    assert.equal(info.relayer, undefined);
    assert.match(info.proven, /Execution is trusted/);
    const [batch, ...others] = valueOf<readonly { chainId: number; proof: { bytes: number } }[]>(
      await own.run(["hyperchain:settle", "bank", "--json"]),
    );
    assert.deepEqual([batch?.chainId, others], [info.chains[1]?.chainId, []]);
    assert.ok((batch?.proof.bytes ?? 0) > 10_000);

    // L1 has only the hash of a validium's messages; the claim brings the message.
    const recipient = "0x00000000000000000000000000000000000c0de4";
    const { messageHash } = valueOf<{ messageHash: string }>(
      await own.run(["hyperchain:withdraw", "0.5", recipient, "--from", "1@bank", "--no-wait", "--json"]),
    );
    valueOf(await own.run(["hyperchain:settle", "bank", "--json"]));
    valueOf(await own.run(["hyperchain:claim", "bank", messageHash, "--json"]));
    const l1 = new JsonRpcProvider(info.l1.url, undefined, { staticNetwork: true });
    assert.equal(await l1.getBalance(recipient), ETHER / 2n);
    l1.destroy();
  } finally {
    await own.close();
  }
});
