import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import { ANSWER_SECONDS, SLASH_SECONDS } from "../../../src/ground/protocol/stake.ts";
import type { Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { createWorkplace } from "../support/run-task.ts";
import { installPlugin, runInExample } from "./support/example-project.ts";
import { openUnproven } from "./support/open.ts";

const BOB = `0x${"b0".repeat(20)}`;

interface ShownRequest {
  readonly id: number;
  readonly state: string;
  readonly bondWei: string;
}

describe("hyperchains.guardians and hyperchain:guardians", () => {
  const workplace = createWorkplace();
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  before(async () => {
    connection = await openUnproven({
      stake: { unbondingSeconds: 100_000 },
      guardians: { main: { members: 2, shareBps: 5_000 } },
      chains: { porter: { dataAvailability: { guardians: "main" } }, beta: {} },
    });
    ({ hyperchains } = connection);
  });
  after(async () => {
    await connection.close();
    await workplace.close();
  });

  const run = (...args: readonly string[]) =>
    workplace.run(["hyperchain:guardians", ...args, "--url", hyperchains.info.chains[0]!.url]);
  const shown = async <T>(...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr } = await run(...args, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const refused = async (message: RegExp, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run(...args);
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, message);
  };
  const requests = async (): Promise<readonly ShownRequest[]> =>
    (await shown<{ readonly requests: readonly ShownRequest[] }>()).requests;
  /** Pays on the chain, and settles its batch by the guardians that run. */
  async function payAndSettle(): Promise<void> {
    const [alice] = await hyperchains.chain("porter").ethers.getSigners();
    await (await alice!.sendTransaction({ to: BOB, value: 5n })).wait();
    await hyperchains.settle("porter");
  }

  test("a guardian that has ended starts again with its URL, and signs", async () => {
    const guardians = hyperchains.guardians("main");
    const [first] = guardians.look().members;
    await guardians.stop(0);
    assert.deepEqual((await guardians.status()).running, 1);
    assert.equal(guardians.look().members[0]!.pid, undefined);
    await assert.rejects(fetch(first!.url));
    await payAndSettle();
    const started = await shown<{ readonly members: readonly { readonly url: string; readonly pid?: number }[] }>("start", "0");
    assert.notEqual(started.members[0]!.pid, first!.pid);
    assert.equal(started.members[0]!.url, first!.url);
    // It alone has the weight now, and lacks the batch that was signed without it.
    await guardians.stop(1);
    await payAndSettle();
    await guardians.start(1);
    const { stdout } = await run();
    assert.match(stdout, /Guardians of main[\s\S]*0 {2}0x[0-9a-f]{40}[\s\S]*1 {2}0x[0-9a-f]{40}/);
  });

  test("guardians answer a request for a leaf, and its challenger receives the rest of the bond", async () => {
    const guardians = hyperchains.guardians("main");
    const request = await guardians.requestLeaf({ chain: "porter", account: BOB });
    assert.deepEqual([request.id, request.state, request.leaf.kind], [1, "open", "account"]);
    while ((await requests())[0]!.state !== "answered") await pause(200);
    const status = await workplace.run(["hyperchain:status", "--url", hyperchains.info.chains[0]!.url]);
    assert.match(status.stdout, /Request 1 to guardians of main for nonce and balance of 0xb0b0.*: answered; .*close 1 returns/);
    await guardians.close(1);
    assert.deepEqual(await requests(), []);
    await refused(/there is no request 1, or it was answered and closed/, "report", "1");
  });

  test("while guardians are silent any account answers by a node of the chain, and a late answer is refused", async () => {
    const guardians = hyperchains.guardians("main");
    for (const index of [0, 1]) await guardians.stop(index);
    const { id } = await shown<ShownRequest>("request", "--chain", "porter", "--account", BOB, "--slot", "7");
    const open = await run();
    assert.match(
      open.stdout,
      new RegExp(`Request ${id} to guardians of main for slot 0x0+7 of 0xb0b0.*: guardians can answer until`),
    );
    assert.match(String((await shown<{ readonly transactionHash: string }>("answer", String(id))).transactionHash), /^0x/);
    assert.equal((await requests())[0]!.state, "answered");
    const late = await shown<ShownRequest>("request", "--chain", "porter", "--account", BOB, "--code");
    await hyperchains.l1.provider.request({ method: "evm_increaseTime", params: [ANSWER_SECONDS + 1] });
    await hyperchains.l1.provider.request({ method: "evm_mine", params: [] });
    await refused(/AnswerTooLate/, "answer", String(late.id));
    assert.deepEqual(
      (await requests()).map(({ state }) => state),
      ["answered", "unanswered"],
    );
  });

  test("guardians that signed and do not answer lose their stake, once", async () => {
    const { stdout } = await workplace.run(["hyperchain:status", "--url", hyperchains.info.chains[0]!.url]);
    assert.match(
      stdout,
      /Request 3 to guardians of main for the hash of the code .*NOT ANSWERED: guardians that signed lose their stake/,
    );
    const { reported } = await shown<{ readonly reported: readonly { readonly key: string; readonly reason?: string }[] }>(
      ...["report", "3"],
    );
    // The last batch has the signature of the only guardian that ran.
    assert.deepEqual(
      reported.map(({ key, reason }) => [key, reason]),
      [[hyperchains.guardians("main").look().members[0]!.key, undefined]],
    );
    await refused(/AlreadySlashed/, "report", "3");
    await shown("close", "3");
    await refused(/NothingToReturn/, "close", "3");
    await hyperchains.l1.provider.request({ method: "evm_increaseTime", params: [SLASH_SECONDS + 1] });
    await hyperchains.l1.provider.request({ method: "evm_mine", params: [] });
    assert.deepEqual(
      (await requests()).map(({ id }) => id),
      [2],
    );
  });

  test("the recipe's test passes in a user's project", async () => {
    installPlugin();
    const { code, output } = await runInExample("hardhat/dist/src/cli.js", ["test", "mocha", "test/guardians.ts"]);
    assert.equal(code, 0, output);
    assert.match(output, /2 passing/);
  });

  test("other networks, guardians, chains and values are refused by name", async () => {
    assert.throws(() => hyperchains.guardians("other"), {
      name: "ClientError",
      code: "UnknownGuardians",
      message: /the ecosystem has main/,
    });
    await assert.rejects(hyperchains.guardians("main").start(2), /main has no guardian 2; it has guardians 0 to 1/);
    await assert.rejects(hyperchains.guardians("main").requestLeaf({ chain: "beta", account: BOB }), { code: "NotGuarded" });
    const cases: readonly (readonly [message: RegExp, ...args: readonly string[]])[] = [
      [/'explode' is not an action; name one of: stop, start, request/, "explode"],
      [/start is followed by the index of a guardian/, "start"],
      [/there are no guardians "other"; the ecosystem has main/, "stop", "0", "--of", "other"],
      [/request needs --chain/, "request"],
      [/guardians main store no data of beta/, "request", "--chain", "beta", "--account", BOB],
      [/--slot and --code name two leaves/, "request", "--chain", "porter", "--account", BOB, "--slot", "1", "--code"],
      [/there is no request 99/, "answer", "99"],
    ];
    for (const [message, ...args] of cases) await refused(message, ...args);
  });
});
