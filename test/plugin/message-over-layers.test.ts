import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

/** Development account 1. */
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const HEIR = "0x00000000000000000000000000000000000c0de7";
/** Slot 0 counts its calls: PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN, and what deploys it. */
const COUNTER_INIT = "0x6d5f54600101805f555f5260205ff35f52600e6012f3";
const LOOK_MS = 100;

describe("D3: hyperchain:message shows each hop of what goes over layers", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  let l1: JsonRpcProvider;
  before(async () => {
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "100"], {
      config: { chains: { alpha: {}, x: { settlesOn: "alpha" } }, accounts: { funded: 4, balance: "10" } },
    });
    l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
  });
  after(async () => {
    l1.destroy();
    await workplace.close();
  });

  test("a call from a chain on a chain is made on L1 by the call that alpha sends", async () => {
    const contract = (await (await new Wallet(KEY_1, l1).sendTransaction({ data: COUNTER_INIT })).wait())?.contractAddress ?? "";
    const order = ["hyperchain:call", `${contract}@l1`, "visit(uint256)", "7", "--from", "2@x", "--json"];
    const { code, stdout, stderr } = await workplace.run(order);
    assert.equal(code, 0, stderr);
    const sent = JSON.parse(stdout) as {
      messageHash: string;
      onward: readonly { messageHash: string }[];
      claimTransactionHash: string;
    };
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 1n);
    const shown = await workplace.run(["hyperchain:message", sent.messageHash, "--no-wait"]);
    const next = sent.onward[0]?.messageHash.slice(0, 10) ?? "";
    const [first, second] = [`l1Call ${sent.messageHash.slice(0, 10)} x → alpha: `, `l1Call ${next} alpha → l1: `];
    for (const line of [
      `${first}made on alpha (alpha, `,
      `${second}sent (alpha, `,
      `${second}made on L1 (l1, ${sent.claimTransactionHash}`,
    ])
      assert.ok(shown.stdout.includes(line), `${line}\n${shown.stdout}`);
  });

  test("a send from L1 is carried on by a forwarder, which queues it for the chain on the chain", async () => {
    const { stdout, stderr } = await workplace.run(["hyperchain:send", "0.5", `${HEIR}@x`, "--from", "1@l1", "--json"]);
    const { transactionHash } = JSON.parse(stdout) as { transactionHash: string };
    const x = new JsonRpcProvider(ecosystem.info.chains[1]?.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    while ((await x.getBalance(HEIR)) === 0n) await wait(LOOK_MS);
    const { stdout: shown } = await workplace.run(["hyperchain:message", transactionHash]);
    const lines = ["l1 → alpha: queued", "l1 → alpha: executed", "alpha → x: queued"];
    for (const line of lines) assert.match(shown, new RegExp(`^operation \\S+ ${line} \\(`, "m"), stderr);
    const [, last = ""] = /^operation \S+ alpha → x: executed \(x, (0x[0-9a-f]{64})\)$/m.exec(shown) ?? [];
    assert.equal((await x.getTransaction(last))?.to?.toLowerCase(), HEIR, shown);
    x.destroy();
  });

  test("a send to L1 is carried on by a forwarder, whose withdrawal is shown with its claim", async () => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:send", "0.5", `${HEIR}@l1`, "--from", "1@x", "--json"]);
    assert.equal(code, 0, stderr);
    const { messageHash } = JSON.parse(stdout) as { messageHash: string };
    const message = async (): Promise<string> => (await workplace.run(["hyperchain:message", messageHash, "--no-wait"])).stdout;
    while ((await l1.getBalance(HEIR)) === 0n) await wait(LOOK_MS);
    assert.equal(await l1.getBalance(HEIR), 5n * 10n ** 17n);
    const shown = await message();
    assert.match(shown, /^withdrawal \S+ x → alpha: paid on alpha \(alpha, /m);
    assert.match(shown, /^withdrawal \S+ alpha → l1: sent \(alpha, /m);
    assert.match(shown, /^withdrawal \S+ alpha → l1: paid on L1 \(l1, /m);
    // A paused chain does not return the route; the known part of the message is printed all the same.
    assert.equal((await workplace.run(["hyperchain:stop", "x"])).code, 0);
    assert.match(await message(), /^withdrawal \S+ x → alpha: paid on alpha \(alpha, /m);
  });
});
