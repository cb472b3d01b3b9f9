import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, HDNodeWallet, Interface, JsonRpcProvider } from "ethers";
import { heldAccountsAbi } from "../../src/ground/abi/held-accounts.ts";
import { DEVELOPMENT_MNEMONIC } from "../../src/ecosystem/devnet/accounts/development-phrase.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import { createWorkplace, type RunningTask, type SpawnedEcosystem } from "./support/run-task.ts";

const [WINDOW_SECONDS, EXIT_DELAY_SECONDS, WEEK_SECONDS] = [600, 3_600, 7 * 86_400];
const BOND_WEI = 5n * 10n ** 16n;
const HEIR = `0x${"e1".repeat(20)}`;
const times = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };

interface Paid {
  readonly payments: readonly { readonly source: string; readonly amount: string }[];
}

describe("F5: held accounts leave stopped chains by tasks", () => {
  const workplace = createWorkplace();
  let folder: string;
  let info: SpawnedEcosystem["info"];
  let l1: JsonRpcProvider;
  let collecting: RunningTask;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "held-exit-task-"));
    const accounts = { execution: "proven", dataAvailability: "owners", openReads: true, ...times };
    const config = { chains: { alpha: times, accounts } };
    ({ info } = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], { config }));
    l1 = new JsonRpcProvider(info.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    collecting = await workplace.start([
      "hyperchain:held-account",
      "collect",
      "--chain",
      "alpha",
      "--port",
      "0",
      "--from",
      "3",
      "--json",
    ]);
    const { url } = JSON.parse(collecting.first) as { url: string };
    for (const chain of ["alpha", "accounts"]) {
      await succeeds("hyperchain:held-account", "register", "--chain", chain, "--from", "1", "--file", fileOf(chain));
      await give(chain, 1_000n);
    }
    const owner = ["--chain", "alpha", "--from", "1", "--file", fileOf("alpha"), "--collector", url];
    await succeeds("hyperchain:held-account", "pay", ...owner, "--amount", "300", "--to", HEIR);
    for (const chain of ["alpha", "accounts"]) {
      await succeeds("hyperchain:settle", chain);
      await succeeds("hyperchain:stop", chain);
      await succeeds("hyperchain:deposit", "0.5", `2@${chain}`, "--from", "3", "--no-wait");
    }
  });
  after(async () => {
    await collecting.interrupt();
    l1.destroy();
    await workplace.close();
    await rm(folder, { recursive: true });
  });

  const fileOf = (chain: string): string => join(folder, chain);
  async function succeeds(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await workplace.run(args);
    assert.equal(code, 0, stderr);
    return stdout;
  }
  async function refused(message: RegExp, ...args: readonly string[]): Promise<void> {
    const { code, stderr } = await workplace.run(args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
  async function give(chain: string, amount: bigint): Promise<void> {
    const provider = new JsonRpcProvider(info.chains.find(({ name }) => name === chain)!.url);
    const giver = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, "m/44'/60'/0'/0/4").connect(provider);
    const contract = new Contract(HELD_ACCOUNTS_ADDRESS, new Interface(heldAccountsAbi), giver);
    await (await contract.getFunction("give").send(1, `0x${"00".repeat(20)}`, amount, { value: amount })).wait();
    provider.destroy();
  }
  async function later(seconds: number): Promise<void> {
    await l1.send("evm_increaseTime", [seconds]);
    await l1.send("evm_mine", []);
  }
  const gained = async (work: () => Promise<unknown>): Promise<bigint> => {
    const had = await l1.getBalance(HEIR);
    await work();
    return (await l1.getBalance(HEIR)) - had;
  };
  const amounts = ({ payments }: Paid) => payments.map(({ source, amount }) => [source, BigInt(amount)]);

  test("a chain of owners' data: the last listing is claimed with a bond, and paid a week later", async () => {
    const exit = ["hyperchain:held-account", "exit", "--chain", "accounts", "--from", "1", "--file", fileOf("accounts")];
    await refused(/accounts has not stopped; when its exit is open, any account can activate it/, ...exit);
    await refused(/the exit of accounts opens after 20.*Z, in \d+ s of L1's time/, ...exit, "--activate");
    await later(2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 60);
    const claimed = JSON.parse(await succeeds(...exit, "--activate", "--json")) as { readonly bondWei: string };
    assert.equal(BigInt(claimed.bondWei), BOND_WEI);
    await refused(/L1 pays account 1 from .*; run this again afterwards/, ...exit);
    await later(WEEK_SECONDS);
    const sum = await gained(async () => {
      const paid = JSON.parse(await succeeds(...exit, "--to", HEIR, "--json")) as Paid;
      assert.deepEqual(amounts(paid), [
        ["gift", 1_000n],
        ["bond", BOND_WEI],
      ]);
    });
    assert.equal(sum, 1_000n + BOND_WEI);
    assert.match(await succeeds(...exit, "--to", HEIR), /account 1 of accounts is paid in full/);
  });

  test("a rollup: the last state proves the account, which is paid immediately, once, without a bond", async () => {
    const file = fileOf("alpha");
    await refused(
      /the data of alpha are not at owners alone, .*hyperchain:exit alpha --held-account/,
      ...["hyperchain:held-account", "exit", "--chain", "alpha", "--from", "1", "--file", file, "--activate"],
    );
    const exit = ["hyperchain:exit", "alpha", "--to", HEIR, "--held-account", file];
    await refused(
      /the file is of account 1 of 0x.*; name this chain and a signer of the owner/,
      ...exit,
      "--from",
      "5",
      "--activate",
    );
    await refused(/alpha ignores its queue, so its exit is open\. .*add --activate/, ...exit, "--from", "1");
    const told = JSON.parse(await succeeds(...exit, "--from", "1", "--activate", "--json")) as {
      readonly claims: readonly { readonly amount: string }[];
      readonly heldAccount: Paid;
    };
    assert.deepEqual(amounts(told.heldAccount), [["holding", 700n]]);
    const again = await gained(async () => {
      assert.match(await succeeds(...exit, "--from", "1"), /held account 1 is paid in full/);
    });
    assert.equal(again, 0n);
  });
});
