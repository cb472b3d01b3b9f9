import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, HDNodeWallet, Interface, JsonRpcProvider } from "ethers";
import { heldAccountsAbi } from "../../src/abi/held-accounts.ts";
import { DEVELOPMENT_MNEMONIC } from "../../src/devnet/accounts/development-phrase.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/protocol/held-accounts-address.ts";
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
    ({ info } = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]));
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
    await give(1, 1_000n);
    assert.equal((await json<{ amount: string }>("balance", 1)).amount, "1000");
    const { proof } = await json<{ proof: string }>("burn", 1, "--amount", "600", "--to", "2");
    assert.equal((await json<{ amount: string }>("redeem", 2, "--proof", proof)).amount, "600");
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
    await refused(/exist/i, "register");
    await refused(/the data of alpha are not at owners alone, .*hyperchain:exit alpha --held-account/, "exit", "--activate");
  });

  test("a watcher of claims runs until Ctrl-C", async () => {
    const watching = await workplace.start(["hyperchain:held-account", "watch", "--from", "4", "--json"]);
    assert.deepEqual(JSON.parse(watching.first), { chainId: info.chains[0]!.chainId });
    await watching.interrupt();
  });

  async function give(number: number, amount: bigint): Promise<void> {
    const provider = new JsonRpcProvider(info.chains[0]!.url);
    const giver = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, "m/44'/60'/0'/0/4").connect(provider);
    const contract = new Contract(HELD_ACCOUNTS_ADDRESS, new Interface(heldAccountsAbi), giver);
    await (await contract.getFunction("give").send(number, `0x${"00".repeat(20)}`, amount, { value: amount })).wait();
    provider.destroy();
  }
});
