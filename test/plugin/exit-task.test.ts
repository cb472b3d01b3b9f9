import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { l1AccountOf } from "../../src/ecosystem/client/calls/chain-accounts.ts";
import { callAfterExit } from "../../src/ecosystem/client/calls/account-after-exit.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

/** Key of development account 1. */
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const HEIR = "0x00000000000000000000000000000000000e1e1e";
const [WINDOW_SECONDS, EXIT_DELAY_SECONDS] = [600, 3_600];

describe("B8: hyperchain:exit takes what an account held out of a chain that ignores its queue", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let l1: JsonRpcProvider;
  let held: bigint;
  let queued = "";
  before(async () => {
    const alpha = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], { config: { chains: { alpha } } });
    l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const chain = new JsonRpcProvider(ecosystem.info.chains[0]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    await (await new Wallet(KEY_1, chain).sendTransaction({ to: HEIR, value: 1n })).wait();
    held = await chain.getBalance(new Wallet(KEY_1).address);
    chain.destroy();
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
  });
  after(async () => {
    l1.destroy();
    await workplace.close();
  });

  const exit = (...args: readonly string[]) => workplace.run(["hyperchain:exit", "alpha", "--from", "1", "--to", HEIR, ...args]);

  test("a chain in whose queue nothing waits is left by a withdrawal, and the task says so", async () => {
    const { code, stderr } = await exit("--activate");
    assert.equal(code, 1);
    assert.match(stderr, /alpha has not ended, and nothing waits in its queue on L1: use hyperchain:withdraw/);
    assert.match(stderr, /To try it on a devnet.*hyperchain:stop alpha.*hyperchain:deposit 0\.1 1@alpha --no-wait/);
  });

  test("while an operation waits, the task says when the exit opens, and then that it ends the chain", async () => {
    // The chain runs it, and nothing settles the batch.
    assert.equal((await workplace.run(["hyperchain:stop", "alpha"])).code, 0);
    const waited = await workplace.run(["hyperchain:deposit", "0.5", "2@alpha", "--from", "3"]);
    assert.equal(waited.code, 1);
    assert.match(waited.stderr, /alpha is paused, so what is sent there would wait; .*hyperchain:start alpha.*--no-wait/);
    const deposit = await workplace.run(["hyperchain:deposit", "0.5", "2@alpha", "--from", "3", "--no-wait", "--json"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    queued = (JSON.parse(deposit.stdout) as { canonicalTxHash: string }).canonicalTxHash;
    const early = await exit("--activate");
    assert.equal(early.code, 1);
    const [, seconds = ""] = /its exit opens at \S+Z of L1's time, in (\d+) s, if the oldest operation/.exec(early.stderr) ?? [];
    // The operation's window, another one, and the delay; less by the seconds since the deposit, more by those that its gas takes.
    const least = 2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS - 60;
    assert.ok(Number(seconds) > least && Number(seconds) < least + 120, early.stderr);
    assert.ok(early.stderr.includes(`evm_increaseTime with [${Number(seconds) + 1}] and evm_mine`), early.stderr);
    assert.ok(early.stderr.includes(ecosystem.info.l1.url), early.stderr);
    await l1.send("evm_increaseTime", [Number(seconds) + 60]);
    await l1.send("evm_mine", []);
    const open = await exit();
    assert.equal(open.code, 1);
    assert.match(open.stderr, /ignores its queue, so its exit is open\. Activating it ends the chain for good.*add --activate/s);
  });

  test("with --activate the chain stops, and L1 pays what the account held there, once", async () => {
    const sender = new Wallet(KEY_1).address;
    const account = l1AccountOf(ecosystem.info, { chain: "alpha", sender });
    await (await new Wallet(KEY_1, l1).sendTransaction({ to: account, value: 77n })).wait();
    const { code, stdout, stderr } = await exit("--activate", "--json");
    assert.equal(code, 0, stderr);
    type Claim = { readonly heldOn: string; readonly amount: string; readonly recipient: string };
    const told = JSON.parse(stdout) as {
      activationTransactionHash: string;
      claims: readonly Claim[];
      operationsThatNeverRan: number;
    };
    assert.match(told.activationTransactionHash, /^0x[0-9a-f]{64}$/);
    assert.equal(told.operationsThatNeverRan, 1);
    assert.deepEqual(
      told.claims.map(({ heldOn, amount, recipient }) => [heldOn, BigInt(amount), recipient]),
      [
        ["chain", held, HEIR],
        ["layer", 77n, HEIR],
      ],
    );
    assert.equal(await l1.getBalance(HEIR), held + 77n);

    const again = await exit();
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /nothing to claim of ETH/);
    assert.ok(
      again.stdout.includes(
        `1 operation never ran; what it carried is paid back by\n  npx hardhat hyperchain:claim alpha ${queued}`,
      ),
      again.stdout,
    );
    assert.equal(await l1.getBalance(HEIR), held + 77n);
  });

  test("the chain has ended then, and is no longer paused: nothing advises to start it, and nothing is sent there", async () => {
    const status = await workplace.run(["hyperchain:status"]);
    assert.equal(status.code, 0, status.stderr);
    assert.match(
      status.stdout,
      /alpha has ended: it no longer accepts anything, and L1 pays out .*\. 'npx hardhat hyperchain:exit alpha' claims it/,
    );
    assert.doesNotMatch(status.stdout, /hyperchain:start|alpha is paused/);
    const { status: told } = JSON.parse((await workplace.run(["hyperchain:status", "--json"])).stdout) as {
      status: EcosystemStatus;
    };
    assert.deepEqual([told.chains[0]?.stopped, told.chains[0]?.ended], [true, true]);
    const asked = new JsonRpcProvider(ecosystem.info.chains[0]?.url, 271, { staticNetwork: true });
    await assert.rejects(asked.send("eth_blockNumber", []), (error: { error: { message: string; data: unknown } }) => {
      assert.deepEqual(error.error.data, { code: "ChainEnded" });
      return /^alpha has ended, and is paused: L1 pays out .*hyperchain:exit alpha' claims it$/.test(error.error.message);
    });
    asked.destroy();
    for (const task of [
      ["send", "1", "1@l1", "--from", "1@alpha"],
      ["send", "1", "1@alpha", "--from", "1@l1"],
      ["withdraw", "1", "--from", "1@alpha"],
      ["deposit", "1", "1@alpha"],
    ]) {
      const { code, stderr } = await workplace.run([`hyperchain:${task[0]}`, ...task.slice(1)]);
      assert.equal(code, 1, task.join(" "));
      assert.match(stderr, /alpha has ended: it no longer accepts anything/, task.join(" "));
    }
    const started = await workplace.run(["hyperchain:start", "alpha"]);
    assert.match(started.stdout, /^alpha \(271\) runs at \S+, to be read: alpha has ended/);
    assert.equal((await workplace.run(["hyperchain:stop", "alpha"])).code, 0);
  });

  test("hyperchain:claim refunds the deposit that never ran to its payer, once, for any claimer", async () => {
    const payer = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
    const before = await l1.getBalance(payer);
    const claim = ["hyperchain:claim", "alpha", queued, "--from", "4"];
    const { code, stdout, stderr } = await workplace.run([...claim, "--json"]);
    assert.equal(code, 0, stderr);
    const { refunds } = JSON.parse(stdout) as {
      refunds: readonly { payments: readonly { recipient: string; amount: string }[] }[];
    };
    const [payment] = refunds[0]?.payments ?? [];
    assert.equal(payment?.recipient, payer.toLowerCase());
    // The amount, and the gas for the chain that was never used.
    assert.ok(BigInt(payment?.amount ?? 0) >= 5n * 10n ** 17n);
    assert.equal((await l1.getBalance(payer)) - before, BigInt(payment?.amount ?? 0));
    const again = await workplace.run(claim);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /was paid back before/);
    assert.equal((await l1.getBalance(payer)) - before, BigInt(payment?.amount ?? 0));
  });

  test("the sender has its account on L1 make any call then; another's it does not move", async () => {
    const sender = new Wallet(KEY_1, l1);
    const account = l1AccountOf(ecosystem.info, { chain: "alpha", sender: sender.address });
    await (await sender.sendTransaction({ to: account, value: 5n })).wait();
    const before = await l1.getBalance(HEIR);
    await callAfterExit(ecosystem.info, { chain: "alpha", to: HEIR, value: 5n }, sender);
    assert.equal(await l1.getBalance(HEIR), before + 5n);
    const other = l1AccountOf(ecosystem.info, { chain: "alpha", sender: HEIR });
    await (await sender.sendTransaction({ to: other, value: 5n })).wait();
    await assert.rejects(callAfterExit(ecosystem.info, { chain: "alpha", to: HEIR, value: 5n }, sender), {
      name: "ClientError",
      code: "Refused",
      details: { error: "BalanceTooLow", args: [5n, 0n] },
    });
  });

  test("the exit from L1 alone, by the chain's contract and the holder's key", async () => {
    const args = ["hyperchain:exit", ecosystem.info.chains[0]?.hyperchain ?? "", "--settlement-url", ecosystem.info.l1.url];
    const refused = await workplace.run([...args, "--from", "1"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /the account's key is taken from HYPERCHAIN_PRIVATE_KEY/);
    const environment = { HYPERCHAIN_PRIVATE_KEY: KEY_1 };
    const { code, stdout, stderr } = await workplace.run([...args, "--json"], { environment });
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { claims: unknown }).claims, [
      { token: `0x${"00".repeat(20)}`, heldOn: "chain", amount: "0", recipient: new Wallet(KEY_1).address.toLowerCase() },
    ]);
  });
});

describe("D3 B8: hyperchain:exit takes what an account held out of a chain on a chain, on that chain", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let alpha: JsonRpcProvider;
  let held: bigint;
  before(async () => {
    const x = { settlesOn: "alpha", priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], {
      config: { chains: { alpha: {}, x }, accounts: { funded: 4, balance: "10" } },
    });
    const client = (place: number): JsonRpcProvider =>
      new JsonRpcProvider(ecosystem.info.chains[place]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    alpha = client(0);
    const chain = client(1);
    await (await new Wallet(KEY_1, chain).sendTransaction({ to: HEIR, value: 1n })).wait();
    held = await chain.getBalance(new Wallet(KEY_1).address);
    chain.destroy();
    assert.equal((await workplace.run(["hyperchain:settle", "x"])).code, 0);
  });
  after(async () => {
    alpha.destroy();
    await workplace.close();
  });

  test("while it has not ended, the task names the base's queue and time, and not L1's", async () => {
    const idle = await workplace.run(["hyperchain:exit", "x", "--from", "1"]);
    assert.match(idle.stderr, /x has not ended, and nothing waits in its queue on alpha: use hyperchain:withdraw/);
    assert.ok(idle.stderr.includes(`from alpha at ${ecosystem.info.chains[0]?.url}`), idle.stderr);
    const deposit = await workplace.run(["hyperchain:deposit", "0.1", "2@x", "--from", "3", "--no-wait"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    const early = await workplace.run(["hyperchain:exit", "x", "--from", "1"]);
    assert.match(early.stderr, /x has not ended; its exit opens at \S+Z of alpha's time, in \d+ s/);
    for (const { stderr } of [idle, early]) assert.doesNotMatch(stderr, /\bL1\b/);
  });

  test("the account signs there, that chain's state exit pays, and L1 takes no part", async () => {
    const deposit = await workplace.run(["hyperchain:deposit", "0.5", "2@x", "--from", "3", "--no-wait"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    await alpha.send("evm_increaseTime", [2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 600]);
    await alpha.send("evm_mine", []);
    const before = await alpha.getBalance(HEIR);
    const exit = ["hyperchain:exit", "x", "--from", "1", "--to", HEIR, "--activate", "--json"];
    const { code, stdout, stderr } = await workplace.run(exit);
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as { claims: readonly { readonly amount: string; readonly transactionHash: string }[] };
    const [claim] = told.claims;
    assert.equal(BigInt(claim?.amount ?? 0), held);
    assert.equal((await alpha.getTransactionReceipt(claim?.transactionHash ?? ""))?.status, 1);
    assert.equal((await alpha.getBalance(HEIR)) - before, held);
  });
});

describe("D3: hyperchain:exit takes what an account held out of a chain whose base has ended", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let l1: JsonRpcProvider;
  let held: bigint;
  before(async () => {
    const alpha = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], {
      config: { chains: { alpha, x: { settlesOn: "alpha" } }, accounts: { funded: 4, balance: "10" } },
    });
    l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    const chain = new JsonRpcProvider(ecosystem.info.chains[1]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    await (await new Wallet(KEY_1, chain).sendTransaction({ to: HEIR, value: 1n })).wait();
    held = await chain.getBalance(new Wallet(KEY_1).address);
    chain.destroy();
    for (const name of ["x", "alpha"]) assert.equal((await workplace.run(["hyperchain:settle", name])).code, 0);
  });
  after(async () => {
    l1.destroy();
    await workplace.close();
  });

  test("reports to the account that stops the base which chains stop with it", async () => {
    const deposit = await workplace.run(["hyperchain:deposit", "0.5", "2@alpha", "--from", "3", "--no-wait"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    await l1.send("evm_increaseTime", [2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 600]);
    await l1.send("evm_mine", []);
    const open = await workplace.run(["hyperchain:exit", "alpha", "--from", "2"]);
    assert.equal(open.code, 1);
    assert.match(open.stderr, /add --activate if you want it\. x on it end with it: L1 pays what accounts held there/);
    const stopped = await workplace.run(["hyperchain:exit", "alpha", "--from", "2", "--activate"]);
    assert.equal(stopped.code, 0, stopped.stderr);
  });

  test("the chain on it is rebuilt from L1 alone, by the two contracts and the URL of L1", async () => {
    const [alpha, x] = ecosystem.info.chains;
    const named = [x?.hyperchain ?? "", "--base", alpha?.hyperchain ?? "", "--base-url", ecosystem.info.l1.url];
    const { code, stdout, stderr } = await workplace.run(["hyperchain:reconstruct", ...named, "--json"]);
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as { chainId: number; settlementChainId: number; isExecuted: boolean; batches: number };
    assert.deepEqual([told.chainId, told.settlementChainId, told.isExecuted], [x?.chainId, alpha?.chainId, true]);
    assert.ok(told.batches > 0);
    // The ecosystem runs, so names are found in it; what is read is on L1 all the same.
    const below = ["--base", "alpha", "--base-url", ecosystem.info.l1.url];
    const byName = await workplace.run(["hyperchain:reconstruct", "x", ...below, "--json"]);
    assert.deepEqual(JSON.parse(byName.stdout), JSON.parse(stdout));
    const odd = await workplace.run(["hyperchain:reconstruct", "z", ...below]);
    assert.equal(odd.code, 1);
    assert.match(odd.stderr, /with --base a chain is named by its contract, .* got 'z' on 'alpha' \(there is no chain z/);
    const holder = new Wallet(KEY_1).address;
    const proven = await workplace.run(["hyperchain:prove", "x", holder, ...below, "--json"]);
    const proof = JSON.parse(proven.stdout) as { kind: string; chainId: string; proof: { amount: string } };
    assert.deepEqual([proof.kind, proof.chainId, BigInt(proof.proof.amount)], ["holding", String(x?.chainId), held]);
    assert.match((await workplace.run(["hyperchain:prove", "x", holder, ...below])).stdout, /for claimHolding on chain 271/);
    const operated = await workplace.run(["hyperchain:reconstruct", ...named, "--serve-port", "0", "--operate"], {
      environment: { HYPERCHAIN_PRIVATE_KEY: KEY_1 },
    });
    assert.equal(operated.code, 1);
    assert.match(operated.stderr, /with --operate, name a running node of the base/);
  });

  test("L1 pays what the account held on the chain on it, once, without a node of either, in the ecosystem and by contracts", async () => {
    const below = ["--base", ecosystem.info.chains[0]?.hyperchain ?? "", "--base-url", ecosystem.info.l1.url];
    const exit = ["hyperchain:exit", ecosystem.info.chains[1]?.hyperchain ?? "", ...below, "--to", HEIR, "--json"];
    const { code, stdout, stderr } = await workplace.run(exit, { environment: { HYPERCHAIN_PRIVATE_KEY: KEY_1 } });
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as { claims: readonly { readonly amount: string; readonly transactionHash: string }[] };
    assert.equal(BigInt(told.claims[0]?.amount ?? 0), held);
    assert.equal((await l1.getTransactionReceipt(told.claims[0]?.transactionHash ?? ""))?.status, 1);
    assert.equal(await l1.getBalance(HEIR), held);
    const [alpha, x] = ecosystem.info.chains;
    const args = ["hyperchain:exit", x?.hyperchain ?? "", "--settlement-url", alpha?.url ?? ""];
    const environment = { HYPERCHAIN_PRIVATE_KEY: KEY_1 };
    const half = await workplace.run([...args, "--base", alpha?.hyperchain ?? ""], { environment });
    assert.equal(half.code, 1);
    assert.match(half.stderr, /--base takes a contract .* and --base-url the URL of the L1/);
    const inside = await workplace.run(["hyperchain:exit", "x", "--from", "1", "--to", HEIR]);
    assert.equal(inside.code, 0, inside.stderr);
    assert.match(inside.stdout, /nothing to claim/);
    const again = await workplace.run([...args, ...below], { environment });
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /nothing to claim/);
    assert.equal(await l1.getBalance(HEIR), held);
  });
});
