import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, JsonRpcProvider } from "ethers";
import { heldAccountsAbi } from "../../src/ground/abi/held-accounts.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import { createWorkplace, type RunningTask, type SpawnedEcosystem } from "./support/run-task.ts";

describe("F5: held accounts by tasks", () => {
  const workplace = createWorkplace();
  let folder: string;
  let collecting: RunningTask;
  let url: string;
  let info: SpawnedEcosystem["info"];
  after(async () => {
    await collecting.interrupt();
    await workplace.close();
    await rm(folder, { recursive: true });
  });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "held-task-"));
    const accounts = { execution: "proven", dataAvailability: "owners", openReads: true };
    const config = { chains: { alpha: {}, accounts } };
    ({ info } = await workplace.spawn(["--batch-ms", "300", "--proofs", "none", "--no-relayer"], { config }));
    collecting = await workplace.start(["hyperchain:held-account", "collect", "--port", "0", "--from", "3", "--json"]);
    ({ url } = JSON.parse(collecting.first) as { url: string });
  });

  const run = (action: string, owner: number, ...args: string[]) =>
    workplace.run(["hyperchain:held-account", action, "--from", `${owner}`, "--file", join(folder, `${owner}`), ...args]);
  const json = async <T>(action: string, owner: number, ...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await run(action, owner, ...args, "--collector", url, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };

  test("register, burn, redeem and pay; each write warns that a lost file is lost money", async () => {
    const registration = await run("register", 1);
    assert.equal(registration.code, 0, registration.stderr);
    assert.match(registration.stderr, /a lost file is lost money/);
    assert.equal((await json<{ number: number }>("register", 2)).number, 2);
    // The chain is the only one with data at owners, not the first.
    assert.match(registration.stdout, /^account 1 of 0x[\da-f]{40} on accounts, in /);
    const given = await run("give", 4, "--to", "1", "--amount", "1000");
    assert.match(given.stdout, /^account 1 on accounts has received 1000 of the coin/, given.stderr);
    assert.equal((await json<{ amount: string }>("balance", 1)).amount, "1000");
    const { proof } = await json<{ proof: string }>("burn", 1, "--amount", "600", "--to", "2");
    assert.deepEqual(await json("redeem", 2, "--proof", proof), { number: 2, amount: "600", isNew: true });
    const again = await run("redeem", 2, "--proof", proof, "--collector", url);
    assert.match(again.stdout, /^account 2 on accounts has received these 600 before; nothing changes/, again.stderr);
    await json("pay", 2, "--amount", "500", "--to", `0x${"77".repeat(20)}`);
    assert.equal((await json<{ amount: string }>("balance", 2)).amount, "100");
    assert.match(await readFile(join(folder, "2"), "utf8"), /a lost file is lost money/);
  });

  test("refuse an action, an amount, a recipient and a file that are not there", async () => {
    const refused = async (says: RegExp, action: string, ...args: string[]): Promise<void> => {
      const { code, stderr } = await run(action, 1, ...args, "--collector", url);
      assert.notEqual(code, 0);
      assert.match(stderr, says);
    };
    await refused(/'sell' is not an action/, "sell");
    await refused(/--to names the number/, "burn", "--amount", "1");
    await refused(/--amount is a number/, "burn", "--to", "2");
    await refused(/has 400 of token .* and the act spends 401/, "burn", "--to", "2", "--amount", "401");
    await refused(/--proof has the burn proof's text/, "redeem");
    await refused(/not a burn proof/, "redeem", "--proof", "{}");
    await refused(/the chain has no held account 9; request the recipient's number again/, "give", "--to", "9", "--amount", "1");
    await refused(/leave out --token/, "give", "--to", "1", "--amount", "1", "--token", `0x${"11".repeat(20)}`);
    await refused(
      /the data of alpha are not at owners alone, .*hyperchain:exit alpha --held-account/,
      ...["exit", "--activate", "--chain", "alpha"],
    );
    await refused(/no operation waits in the queue of accounts, so its exit has no time to open at/, "exit", "--activate");
  });

  test("an existing file is neither overwritten nor changed, and its owner gets no account for it", async () => {
    const path = join(folder, "1");
    const before = await readFile(path, "utf8");
    const { code, stderr } = await run("register", 1);
    assert.equal(code, 1);
    assert.match(stderr, /exists, and no file is overwritten; name another file/);
    assert.equal(await readFile(path, "utf8"), before);
    const text = join(folder, "9");
    await writeFile(text, "another file of the user, without a line's end");
    assert.match((await run("register", 9)).stderr, /exists, and no file is overwritten/);
    assert.match((await run("balance", 9)).stderr, /does not begin with an account/);
    assert.equal(await readFile(text, "utf8"), "another file of the user, without a line's end");
    assert.equal(await contract((held) => held.getFunction("accountCount").staticCall()), 2n);
  });

  test("a rollup is used only if it is named, with a warning, and the account's file then names it", async () => {
    const onFile = (action: string, ...args: string[]) =>
      workplace.run([...["hyperchain:held-account", action, "--from", "1", "--file", join(folder, "rollup")], ...args]);
    const registered = await onFile("register", "--chain", "alpha");
    assert.match(registered.stderr, /alpha is not a chain with data at owners/);
    const strayed = await onFile("balance", "--chain", "accounts");
    assert.match(strayed.stderr, /account 1 on chain \d+, and this is chain \d+; name the file's chain/);
    assert.match((await onFile("balance")).stdout, /^account 1 on alpha has 0 of token/);
  });

  test("a note whose burn was reverted is named and not counted, and its recipient spends without it", async () => {
    const provider = new JsonRpcProvider(chain().url);
    const snapshot = (await provider.send("evm_snapshot", [])) as string;
    const { proof: lost } = await json<{ proof: string }>("burn", 1, "--amount", "350", "--to", "2");
    await json("redeem", 2, "--proof", lost);
    await provider.send("evm_revert", [snapshot]);
    provider.destroy();
    const { proof } = await json<{ proof: string }>("burn", 1, "--amount", "300", "--to", "2");
    await json("redeem", 2, "--proof", proof);
    const balance = await run("balance", 2);
    assert.match(balance.stdout, /^account 2 on accounts has 400 of token/, balance.stderr);
    assert.match(balance.stderr, /account 2 cannot spend 350 of token .* from account 1: the chain does not list that burn/);
    await json("pay", 2, "--amount", "400", "--to", `0x${"77".repeat(20)}`);
    assert.equal((await json<{ amount: string }>("balance", 2)).amount, "0");
  });

  test("a watcher of claims runs until Ctrl-C", async () => {
    const watching = await workplace.start(["hyperchain:held-account", "watch", "--from", "4", "--json"]);
    assert.deepEqual(JSON.parse(watching.first), { chainId: chain().chainId });
    await watching.interrupt();
  });

  const chain = () => info.chains.find(({ name }) => name === "accounts")!;
  async function contract<Value>(read: (held: Contract) => Promise<Value>): Promise<Value> {
    const provider = new JsonRpcProvider(chain().url);
    const value = await read(new Contract(HELD_ACCOUNTS_ADDRESS, new Interface(heldAccountsAbi), provider));
    provider.destroy();
    return value;
  }
});
