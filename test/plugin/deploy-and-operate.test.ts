import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HDNodeWallet, id, Interface, JsonRpcProvider, Wallet, ZeroHash } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** Key of development account 5. */
const KEY_5 = "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba";
const MNEMONIC = "test test test test test test test test test test test junk";
const RECIPIENT = "0x00000000000000000000000000000000000c0de3";

function valueAt(json: string, name: string): unknown {
  return (JSON.parse(json) as Readonly<Record<string, unknown>>)[name];
}

describe("tasks with a remote L1", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  const providers: JsonRpcProvider[] = [];
  const connect = (url: string | undefined): JsonRpcProvider => {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    providers.push(provider);
    return provider;
  };
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "0"]);
  });
  after(async () => {
    providers.forEach((provider) => provider.destroy());
    await workplace.close();
  });

  test("A7: reconstruct --operate continues a chain: it takes transactions, and L1 executes its batches", async () => {
    const { chains, l1, accounts } = ecosystem.info;
    const beta = chains[1]!;
    // The second chain's operator, its only validator; the ecosystem's own instance of the chain has nothing to do.
    const key = HDNodeWallet.fromPhrase(accounts.mnemonic ?? "", undefined, "m/44'/60'/0'/0/21").privateKey;
    const environment = { HYPERCHAIN_PRIVATE_KEY: key };
    const args = [
      "hyperchain:reconstruct",
      beta.hyperchain,
      "--settlement-url",
      l1.url,
      "--serve-port",
      "0",
      "--operate",
      "--json",
    ];
    const operated = await workplace.start(args, { environment });
    const { url } = JSON.parse(operated.first) as { url: string };
    const client = connect(url);
    const receipt = await (await new Wallet(KEY_1, client).sendTransaction({ to: RECIPIENT, value: 5n })).wait();
    assert.equal(receipt?.status, 1);
    const totals = new Interface(["function getTotalBatchesExecuted() view returns (uint256)"]);
    const onL1 = connect(l1.url);
    const executed = async (): Promise<bigint> =>
      BigInt(await onL1.call({ to: beta.hyperchain, data: totals.encodeFunctionData("getTotalBatchesExecuted") }));
    // A task that never ends must fail its test, not hang it.
    for (const begun = Date.now(); (await executed()) === 0n;) assert.ok(Date.now() - begun < 60_000, "the batch is executed");
    const rebuilt = await workplace.run(["hyperchain:reconstruct", beta.hyperchain, "--settlement-url", l1.url, "--json"]);
    assert.equal(valueAt(rebuilt.stdout, "isExecuted"), true);
    const shown = await workplace.run(["hyperchain:status", "--url", url]);
    assert.match(shown.stdout, /^chain 272 at .*, without an ecosystem$/m);
    assert.match(shown.stdout, /newest batch sealed here +\d+, (executed|not executed yet)/, shown.stderr);
    assert.equal(await operated.interrupt(), 0);
    assert.match(operated.lines[1] ?? "", /^\{"batch":\{"chainId":272,"batchNumber":0,"protocolVersion":2,"transactions":/);
  });

  test("I5: reconstruct --operate refuses a chain that it cannot continue", async () => {
    const { chains, l1 } = ecosystem.info;
    const args = ["hyperchain:reconstruct", chains[1]!.hyperchain, "--settlement-url", l1.url, "--operate"];
    const refused = async (
      further: readonly string[],
      environment: Readonly<Record<string, string>>,
      message: RegExp,
    ): Promise<void> => {
      const { code, stderr } = await workplace.run([...args, ...further], { environment });
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^Error in community plugin hardhat-hyperchain:/m);
    };
    await refused(["--serve-port", "0"], {}, /--operate needs the key of one of the chain's validators/);
    await refused([], { HYPERCHAIN_PRIVATE_KEY: KEY_1 }, /give it a --serve-port/);
    await refused(
      ["--serve-port", "0"],
      { HYPERCHAIN_PRIVATE_KEY: KEY_1 },
      /is not one of the chain's validators \(0x[0-9a-f]{40}\)/,
    );
  });

  test("I7: if another account governs, deploy prints its remaining tasks", async () => {
    const options = { environment: { TARGET_URL: ecosystem.info.l1.url } };
    const { code, stdout, stderr } = await workplace.run(
      ["--network", "target", "hyperchain:deploy", "--governance", RECIPIENT],
      options,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /governance must still add protocol version 2 with genesis root 0x[0-9a-f]{64}/);
    const nobody = await workplace.run(["--network", "target", "hyperchain:deploy", "--governance", "me"], options);
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /"me" is not an address/);
  });

  test("G: deploy puts a governor, its timelock and a council there as the config says, and hands over to the votes", async () => {
    const account = (number: number): string => HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${number}`).address;
    const governor = { votingDelaySeconds: 60, votingPeriodSeconds: 600, timelockDelaySeconds: 60, holders: [account(1)] };
    const council = { members: [account(10), account(11)], softSeconds: 300, freezeSeconds: 600 };
    const { code, stdout, stderr } = await workplace.run(["--network", "target", "hyperchain:deploy", "--json"], {
      environment: { TARGET_URL: ecosystem.info.l1.url },
      config: { governance: { governor, council } },
    });
    assert.equal(code, 0, stderr);
    const { contracts, gasUsed } = JSON.parse(stdout) as {
      readonly contracts: Readonly<Record<string, string>>;
      readonly gasUsed: object;
    };
    const ask = async (contract: string, view: string, ...args: readonly unknown[]): Promise<unknown> => {
      const asked = new Interface([`function ${view}`]);
      const name = view.slice(0, view.indexOf("("));
      const to = contracts[contract] ?? "";
      const answer = await connect(ecosystem.info.l1.url).call({ to, data: asked.encodeFunctionData(name, args) });
      return asked.decodeFunctionResult(name, answer)[0];
    };
    assert.equal(String(await ask("verifiers", "governance() view returns (address)")).toLowerCase(), contracts["timelock"]);
    assert.equal(String(await ask("verifiers", "council() view returns (address)")).toLowerCase(), contracts["council"]);
    const has = (role: string, holder: string) => ask("timelock", "hasRole(bytes32, address) view returns (bool)", role, holder);
    assert.equal(await has(id("PROPOSER_ROLE"), contracts["governor"] ?? ""), true);
    // The deployer is the first of the accounts that the network has.
    for (const role of [id("PROPOSER_ROLE"), ZeroHash]) assert.equal(await has(role, account(0)), false);
    assert.equal(await ask("settings", "reactionTime() view returns (uint64)"), 604_800n + 600n);
    // By hand: 30 days and twice the freezes.
    assert.equal(await ask("verifiers", "retirementNotice() view returns (uint64)"), 2_592_000n + 1_200n);
    assert.ok("addVersion 2" in gasUsed && "handOver" in gasUsed);
  });

  test("I1: spawn settles on an existing L1, paid by a key of the user's own, and tasks sign with that key", async () => {
    const own = createWorkplace();
    try {
      const environment = { HYPERCHAIN_PRIVATE_KEY: KEY_5 };
      const second = await own.spawn(["--settlement-url", ecosystem.info.l1.url, "--names", "shop", "--batch-ms", "0"], {
        environment,
      });
      assert.equal(second.info.l1.url, ecosystem.info.l1.url);
      assert.notEqual(second.info.l1.contracts.factory, ecosystem.info.l1.contracts.factory);
      assert.equal(second.info.accounts.mnemonic, undefined);
      const deposit = await own.run(["hyperchain:deposit", "1.25", `${RECIPIENT}@shop`], { environment });
      assert.equal(deposit.code, 0, deposit.stderr);
      assert.equal(await connect(second.info.chains[0]?.url).getBalance(RECIPIENT), (5n * ETHER) / 4n);
      const settled = await own.run(["hyperchain:settle", "--json"], { environment });
      assert.equal(settled.code, 0, settled.stderr);
      assert.equal((JSON.parse(settled.stdout) as readonly unknown[]).length, 1);
    } finally {
      await own.close();
    }
  });
});
