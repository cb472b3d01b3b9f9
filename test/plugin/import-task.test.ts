import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { HDNodeWallet, Interface, JsonRpcProvider } from "ethers";
import { BOOTLOADER_ADDRESS } from "../../src/ground/protocol/l2-log.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
/** State that fixtures/imported-state/README.md describes. */
const STATE = join(process.cwd(), "fixtures/imported-state/anvil-1.7.1.json");
const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const FRIEND = "0x00000000000000000000000000000000000a11ce";
/** Second account of anvil's development phrase. */
const HOLDER = HDNodeWallet.fromPhrase(
  "test test test test test test test test test test test junk",
  undefined,
  "m/44'/60'/0'/0/1",
);
const token = new Interface(["function balanceOf(address) view returns (uint256)", "function transfer(address, uint256)"]);

describe("B8: hyperchain:import", () => {
  const workplace = createWorkplace();
  const folder = mkdtempSync(join(tmpdir(), "imported-"));
  let ecosystem: SpawnedEcosystem;
  let alpha: JsonRpcProvider;
  let beta: JsonRpcProvider;
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
    const connect = (place: number) =>
      new JsonRpcProvider(ecosystem.info.chains[place]!.url, undefined, {
        staticNetwork: true,
        batchMaxCount: 1,
        cacheTimeout: -1,
      });
    [alpha, beta] = [connect(0), connect(1)];
  });
  after(async () => {
    alpha.destroy();
    beta.destroy();
    await workplace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, value: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const unitsOf = async (provider: JsonRpcProvider, account: string): Promise<bigint> =>
    BigInt(await provider.call({ to: TOKEN, data: token.encodeFunctionData("balanceOf", [account]) }));

  test("B8: the contracts, balances and nonces of an anvil work on the chain, and L1 holds what its accounts have", async () => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:import", STATE, "alpha", "--json"]);
    assert.equal(code, 0, stderr);
    const done = JSON.parse(stdout) as { leftOut: string[]; gainWei: string; backed: string | null };
    assert.deepEqual(done.leftOut, ["0x0000000000000000000000000000000000000000"]);
    assert.equal(await unitsOf(alpha, HOLDER.address), 250n);
    const holder = HOLDER.connect(alpha);
    await (await holder.sendTransaction({ to: TOKEN, data: token.encodeFunctionData("transfer", [FRIEND, 50n]) })).wait();
    assert.deepEqual([await unitsOf(alpha, HOLDER.address), await unitsOf(alpha, FRIEND)], [200n, 50n]);
    assert.equal(await alpha.getBalance(FRIEND), ETHER);
    // The first account had sent three transactions there.
    const first = HDNodeWallet.fromPhrase(HOLDER.mnemonic!.phrase).address;
    assert.equal(await alpha.getTransactionCount(first), 3);
    // The file has gas paid out of the 10,000 ETH that both developers had on the chain too: nothing is to be backed.
    assert.ok(BigInt(done.gainWei) < 0n);
    assert.equal(done.backed, null);
  });

  test("B8: an imported account withdraws to L1 what no other account had deposited", async () => {
    const genesis = { config: { chainId: 272 }, alloc: { [HOLDER.address]: { balance: String(500_000n * ETHER) } } };
    const imported = await workplace.run(["hyperchain:import", write("rich.json", genesis), "beta", "--json"]);
    assert.equal(imported.code, 0, imported.stderr);
    assert.doesNotMatch(imported.stderr, /it is of chain/);
    const withdrawn = await workplace.run(["hyperchain:withdraw", "400000", FRIEND, "--from", "1@beta", "--json"]);
    assert.equal(withdrawn.code, 0, withdrawn.stderr);
    const l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { staticNetwork: true });
    assert.equal(await l1.getBalance(FRIEND), 400_000n * ETHER);
    l1.destroy();
  });

  test("B8: what many accounts gain together is deposited on L1", async () => {
    const alloc = Object.fromEntries(
      [5n, 6n, 7n].map((wei) => [`0x${String(wei).repeat(40)}`, { balance: String(wei * ETHER) }]),
    );
    const burned = `0x${"dead".padStart(40, "0")}`;
    const had = await alpha.getBalance(burned);
    const { code, stdout, stderr } = await workplace.run([
      "hyperchain:import",
      write("three.json", { alloc }),
      "alpha",
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { gainWei: string }).gainWei, String(18n * ETHER));
    assert.equal((await alpha.getBalance(burned)) - had, 18n * ETHER);
  });

  test("B8: a chain starts with the state of an anvil, and its accounts withdraw the funds that L1 holds for them", async () => {
    const { code, stdout, stderr } = await workplace.run(["hyperchain:create", "gamma", "--import", STATE, "--json"]);
    assert.equal(code, 0, stderr);
    const born = JSON.parse(stdout) as { chainId: number; url: string; imported: { contracts: number; backed: string | null } };
    assert.match(born.imported.backed ?? "", /^0x[0-9a-f]{64}$/);
    const gamma = new JsonRpcProvider(born.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    assert.equal(await unitsOf(gamma, HOLDER.address), 250n);
    const holder = HOLDER.connect(gamma);
    await (await holder.sendTransaction({ to: TOKEN, data: token.encodeFunctionData("transfer", [FRIEND, 50n]) })).wait();
    assert.deepEqual([await unitsOf(gamma, HOLDER.address), await unitsOf(gamma, FRIEND)], [200n, 50n]);
    gamma.destroy();
    const withdrawn = await workplace.run(["hyperchain:withdraw", "9000", FRIEND, "--from", "1@gamma", "--json"]);
    assert.equal(withdrawn.code, 0, withdrawn.stderr);
  });

  test("B8: refuses an invalid initial state before the chain's creation", async () => {
    const rich = write("rich-at-birth.json", { alloc: { [FRIEND]: { balance: String(2n ** 127n) } } });
    const wide = write("wide.json", {
      alloc: Object.fromEntries(
        Array.from({ length: 20_000 }, (_, i) => [`0x${(2 ** 40 + i).toString(16).padStart(40, "0")}`, { balance: "1" }]),
      ),
    });
    const context = write("context.json", { alloc: { [`0x${"800b".padStart(40, "0")}`]: { code: "0x00" } } });
    for (const [source, message] of [
      [rich, /L1's bridge holds at most \d+ for a chain/],
      [wide, /accepts at most 1040000; name the accounts as chains\.delta\.import/],
      [context, /contracts where delta has the protocol's, below 0x30000/],
    ] as const) {
      const { code, stderr } = await workplace.run(["hyperchain:create", "delta", "--import", source]);
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
  });

  test("B8: attack: a sum that L1 cannot hold is refused before any balance changes, and again the second time", async () => {
    const rich = `0x${"77".repeat(20)}`;
    const path = write("too-rich.json", { alloc: { [rich]: { balance: String(2n ** 130n) } } });
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await workplace.run(["hyperchain:import", path, "beta", "--json"]);
      assert.equal(code, 1, stdout);
      assert.equal(await beta.getBalance(rich), 0n);
    }
  });

  test("B8: a running Hardhat node's contracts, words, balances and nonces come; what cheats put there is said not to", async () => {
    const node = await workplace.start(["node", "--hostname", "127.0.0.1", "--port", "0"]);
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(node.first) ?? [];
    {
      const [from, to] = [
        HDNodeWallet.fromPhrase(HOLDER.mnemonic!.phrase, undefined, "m/44'/60'/0'/0/5"),
        `0x${"c0".repeat(20)}`,
      ];
      const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1 });
      const signer = from.connect(provider);
      // PUSH1 42 PUSH1 7 SSTORE, and the code of one byte that it leaves: STOP.
      const deployed = await (await signer.sendTransaction({ data: "0x602a600755600160005360016000f3" })).wait();
      const contract = deployed?.contractAddress ?? "";
      await (await signer.sendTransaction({ to, value: 5n })).wait();
      await provider.send("hardhat_mine", ["0x3"]);
      const { code, stdout, stderr } = await workplace.run(["hyperchain:import", url, "beta", "--json"]);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /does not come/);
      assert.match(stderr, /it is of chain 31337, and beta is 272/);
      assert.equal(await beta.getCode(contract), "0x01");
      assert.equal(BigInt(await beta.getStorage(contract, 7)), 42n);
      assert.equal(await beta.getBalance(to), 5n);
      assert.equal(await beta.getTransactionCount(from.address), 2);
      assert.equal(await beta.getBalance(from.address), await provider.getBalance(from.address));
      assert.deepEqual((JSON.parse(stdout) as { leftOut: unknown }).leftOut, []);
      const created = await workplace.run(["hyperchain:create", "epsilon", "--import", url, "--json"]);
      assert.equal(created.code, 0, created.stderr);
      const epsilon = new JsonRpcProvider((JSON.parse(created.stdout) as { url: string }).url, undefined, {
        staticNetwork: true,
      });
      assert.equal(BigInt(await epsilon.getStorage(contract, 7)), 42n);
      assert.equal(await epsilon.getTransactionCount(from.address), 2);
      epsilon.destroy();

      await provider.send("hardhat_setBalance", [`0x${"c1".repeat(20)}`, "0x9"]);
      await provider.send("hardhat_mine", ["0x1"]);
      const again = await workplace.run(["hyperchain:import", url, "beta", "--json"]);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stderr, /what hardhat_set… put there, and no transaction has touched, does not come/);
      assert.equal(await beta.getBalance(`0x${"c1".repeat(20)}`), 0n);
      provider.destroy();
    }
    await node.interrupt();
  });

  test("I5: what cannot come is refused by name before anything changes", async () => {
    const refused = async (source: string, message: RegExp): Promise<void> => {
      const { code, stderr } = await workplace.run(["hyperchain:import", source, "beta"]);
      assert.equal(code, 1);
      assert.match(stderr, /^Error in community plugin hardhat-hyperchain:/m);
      assert.match(stderr, message);
    };
    const block = await beta.getBlockNumber();
    const [rich, center] = [`0x${"99".repeat(20)}`, `0x${"1000d".padStart(40, "0")}`];
    const both = { alloc: { [rich]: { balance: "1" }, [center]: { balance: "0", code: "0x00" } } };
    await refused(write("low.json", both), new RegExp(`contracts where beta has the protocol's, below 0x30000: ${center}`));
    await refused("http://127.0.0.1:1", /does not tell its state by anvil_dumpState \(.+\); of another node/);
    await refused(ecosystem.info.chains[0]!.url, /does not tell its state by anvil_dumpState/);
    await refused("no-such-file.json", /no-such-file\.json cannot be read/);
    await refused(write("wrong.json", { alloc: { [rich]: { balance: "all" } } }), /balance is not a number: "all"/);
    assert.equal(await beta.getBalance(rich), 0n);
    // The work of the preceding tests continues in the meantime, by the protocol's transactions.
    for (let number = block + 1; number <= (await beta.getBlockNumber()); number++) {
      const { prefetchedTransactions = [] } = (await beta.getBlock(number, true)) ?? {};
      assert.deepEqual([...new Set(prefetchedTransactions.map(({ from }) => from))], [BOOTLOADER_ADDRESS]);
    }
  });
});
