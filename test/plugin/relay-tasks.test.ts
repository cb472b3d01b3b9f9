import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { JsonRpcProvider, Wallet } from "ethers";
import { transferOf } from "../flow/support/interop.ts";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
/** Development account 2. */
const RECIPIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const LOOK_MS = 50;
const NO_CHAIN = 999n;
/** Development account 1. */
const SENDER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

interface Status {
  readonly messages: {
    readonly inFlight: number;
    readonly delivered: number;
    readonly stuck: readonly {
      readonly type: string;
      readonly messageHash: string;
      readonly why: string;
      readonly help: string;
    }[];
  };
}

const valueOf = <T>({ code, stdout, stderr }: TaskResult): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

describe("B8: messages where the ecosystem runs no relayer", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let beta: JsonRpcProvider;
  before(async () => {
    ecosystem = await workplace.spawn(["--no-relayer", "--proofs", "none", "--batch-ms", "100"]);
    beta = new JsonRpcProvider(ecosystem.info.chains[1]!.url, undefined, {
      staticNetwork: true,
      batchMaxCount: 1,
      cacheTimeout: -1,
    });
  });
  after(async () => {
    beta.destroy();
    await workplace.close();
  });

  const send = async (): Promise<string> =>
    valueOf<{ messageHash: string }>(
      await workplace.run(["hyperchain:send", "1", "2@beta", "--from", "1@alpha", "--no-wait", "--json"]),
    ).messageHash;
  const status = async (): Promise<Status> => (await beta.send("hyperchain_status", [])) as Status;
  const untilStuck = async (hash: string): Promise<Status> => {
    for (;;) {
      const now = await status();
      if (now.messages.stuck.some(({ messageHash }) => messageHash === hash)) return now;
      await wait(LOOK_MS);
    }
  };

  test("are stuck, which status and message say, with the reason and what helps", async () => {
    const hash = await send();
    const help = `'npx hardhat hyperchain:deliver ${hash}' delivers it; 'npx hardhat hyperchain:relay' delivers all`;
    assert.deepEqual(
      (await untilStuck(hash)).messages.stuck.map(({ why, help: what }) => [why, what]),
      [["this ecosystem runs no relayer", help]],
    );
    const line = new RegExp(
      `transfer ${hash.slice(0, 10)} alpha → beta is stuck: this ecosystem runs no relayer\\. 'npx hardhat hyperchain:deliver ${hash}' delivers it`,
    );
    const { stdout } = await workplace.run(["hyperchain:status"]);
    assert.match(stdout, line);
    assert.match(stdout, /Messages: 0 in flight, 1 stuck, 0 delivered/);
    assert.match((await workplace.run(["hyperchain:message", hash, "--no-wait"])).stdout, line);
  });

  test("are delivered by hand, once", async () => {
    const [stuck] = (await status()).messages.stuck;
    const had = await beta.getBalance(RECIPIENT);
    const delivered = valueOf<{ transactionHash: string; deliveredNow: boolean }>(
      await workplace.run(["hyperchain:deliver", stuck!.messageHash, "--from", "3", "--json"]),
    );
    assert.equal((await beta.getBalance(RECIPIENT)) - had, ETHER);
    assert.equal((await beta.getTransactionReceipt(delivered.transactionHash))?.status, 1);
    assert.equal(delivered.deliveredNow, true);
    const again = await workplace.run(["hyperchain:deliver", stuck!.messageHash]);
    assert.match(again.stdout, new RegExp(`it was delivered before on beta \\(${delivered.transactionHash}\\)`));
    assert.equal((await status()).messages.stuck.length, 0);
  });

  test("are delivered by a separate relayer, which obeys its policy", async () => {
    const hash = await send();
    await untilStuck(hash);
    const picky = await workplace.run(["hyperchain:relay", "--once", "--from", "4", "--min-reward-percent", "100", "--json"]);
    assert.deepEqual([valueOf<{ delivered: number }>(picky).delivered, valueOf<{ refused: number }>(picky).refused], [0, 1]);
    assert.match(picky.stderr, /is not delivered: its reward of 0 is less than 100% of what its gas costs/);
    const had = await beta.getBalance(RECIPIENT);
    const relayer = await workplace.start(["hyperchain:relay", "--from", "4", "--json"]);
    assert.deepEqual((JSON.parse(relayer.first) as { chains: string[] }).chains, ["alpha", "beta"]);
    const isExecuted = (): boolean => relayer.lines.some((line) => line.includes(hash) && line.includes('"executed"'));
    while (!isExecuted()) await wait(LOOK_MS);
    assert.equal((await beta.getBalance(RECIPIENT)) - had, ETHER);
    assert.equal(await relayer.interrupt(), 0);
  });

  test("a separate relayer claims withdrawals that pay their claimer, for the fee", async () => {
    const account = "0x00000000000000000000000000000000000c1a1e";
    const order = ["hyperchain:send", "0.5", `${account}@l1`, "--from", "1@alpha", "--fee", "0.1", "--no-wait", "--json"];
    assert.equal((await workplace.run(order)).code, 0);
    const l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    try {
      // Its batch has to be executed first.
      for (let run = 0; run < 10 && (await l1.getBalance(account)) === 0n; run++)
        assert.equal((await workplace.run(["hyperchain:relay", "--once", "--json"])).code, 0);
      assert.equal(await l1.getBalance(account), ETHER / 2n);
    } finally {
      l1.destroy();
    }
  });

  test("are delivered through L1's queue, which the chain must take, for any relayer", async () => {
    const hash = await send();
    const account = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
    const [paid, had] = await Promise.all([beta.getBalance(account), beta.getBalance(RECIPIENT)]);
    const done = await workplace.run(["hyperchain:deliver", hash, "--through-queue", "--from", "4", "--json"]);
    const { transactionHash, deliveredNow } = valueOf<{ transactionHash: string; deliveredNow: boolean }>(done);
    assert.equal(deliveredNow, true);
    assert.match(done.stderr, new RegExp(`queueing transfer ${hash.slice(0, 10)} alpha → beta on l1 from ${account}`, "i"));
    assert.equal((await beta.getBalance(RECIPIENT)) - had, ETHER);
    const transaction = await beta.getTransaction(transactionHash);
    assert.equal(transaction?.type, 255, "it came through the queue");
    assert.equal(await beta.getBalance(account), paid, "it cost nothing on the chain");
    assert.match(
      (await workplace.run(["hyperchain:deliver", hash, "--through-queue"])).stdout,
      /it was delivered before on beta/,
    );
  });

  for (const [how, options, payer] of [
    ["by a transaction", [], "3"],
    ["through L1's queue, which the chain must take", ["--through-queue"], "4"],
  ] as const)
    test(`A9: refund transfers to an id that no chain has, ${how}, once`, async () => {
      const alpha = new JsonRpcProvider(ecosystem.info.chains[0]!.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
      try {
        const sender = new Wallet(SENDER_KEY, alpha);
        const sent = await sender.sendTransaction(transferOf(NO_CHAIN, ETHER, RECIPIENT.toLowerCase() as `0x${string}`));
        await sent.wait();
        let refund: string | undefined;
        while (refund === undefined) {
          refund = (await status()).messages.stuck.find(({ type }) => type === "refund")?.messageHash;
          if (refund === undefined) await wait(LOOK_MS);
        }
        const had = await alpha.getBalance(sender.address);
        const done = await workplace.run(["hyperchain:deliver", refund, ...options, "--from", payer, "--json"]);
        const { refunds, givenBackNow } = valueOf<{ refunds: { transactionHash: string }[]; givenBackNow: boolean }>(done);
        assert.deepEqual([refunds.length, givenBackNow], [1, true]);
        assert.equal((await alpha.getBalance(sender.address)) - had, ETHER);
        const transaction = await alpha.getTransaction(refunds[0]!.transactionHash);
        assert.equal(transaction?.type === 255, options.length > 0, "it came through the queue where that was asked for");
        const again = await workplace.run(["hyperchain:deliver", refund, ...options]);
        assert.equal(again.code, 0, again.stderr);
        assert.match(again.stdout, /what it carries was given back before on alpha/);
        assert.equal((await alpha.getBalance(sender.address)) - had, ETHER);
      } finally {
        alpha.destroy();
      }
    });

  test("that no chain waits for, and options that say no number, are refused with what to do", async () => {
    const { messageHash } = valueOf<{ messageHash: string }>(
      await workplace.run(["hyperchain:withdraw", "0.5", "2", "--from", "1@beta", "--no-wait", "--json"]),
    );
    const withdrawal = await workplace.run(["hyperchain:deliver", messageHash]);
    assert.deepEqual([withdrawal.code, withdrawal.stdout], [1, ""]);
    assert.match(
      withdrawal.stderr,
      new RegExp(`${messageHash} is a withdrawal: 'npx hardhat hyperchain:claim beta ${messageHash}' claims it`),
    );
    assert.match((await workplace.run(["hyperchain:deliver", "0x12"])).stderr, /'0x12' is not a hash: 0x and 64 hex digits/);
    assert.match(
      (await workplace.run(["hyperchain:relay", "--reserve", "much"])).stderr,
      /--reserve must be an amount such as 0\.01; got "much"/,
    );
  });
});
