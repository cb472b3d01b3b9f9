import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider, Wallet } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** Key of development account 5. */
const KEY_5 = "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba";
const RECIPIENT = "0x00000000000000000000000000000000000c0de3";

function valueAt(json: string, name: string): unknown {
  return (JSON.parse(json) as Readonly<Record<string, unknown>>)[name];
}

describe("tasks on L1 alone", () => {
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

  test("A7: reconstruct finds the executed root and every balance in L1's data", async () => {
    const alpha = ecosystem.info.chains[0];
    const live = connect(alpha?.url);
    await (await new Wallet(KEY_1, live).sendTransaction({ to: RECIPIENT, value: 3n * ETHER })).wait();
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    const { code, stdout, stderr } = await workplace.run(["hyperchain:reconstruct", "alpha", "--json"]);
    assert.equal(code, 0, stderr);
    const summary = JSON.parse(stdout) as { chainId: number; isExecuted: boolean; batches: number; accounts: number };
    assert.deepEqual([summary.chainId, summary.isExecuted], [271, true]);
    assert.ok(summary.batches >= 1);

    const served = await workplace.start([
      "hyperchain:reconstruct",
      alpha?.hyperchain ?? "",
      "--settlement-url",
      ecosystem.info.l1.url,
      "--serve-port",
      "0",
      "--json",
    ]);
    const { url } = JSON.parse(served.first) as { url: string };
    const rebuilt = connect(url);
    assert.equal(await rebuilt.getBalance(RECIPIENT), 3n * ETHER);
    assert.equal(await rebuilt.getBalance(new Wallet(KEY_1).address), await live.getBalance(new Wallet(KEY_1).address));
    await tellsOfItself(url, rebuilt);
    assert.equal(await served.interrupt(), 0);
  });

  /** No ecosystem is behind the rebuilt chain: its status is what it knows, and other tasks say what to do. */
  const tellsOfItself = async (url: string, rebuilt: JsonRpcProvider): Promise<void> => {
    const { chains, l1 } = ecosystem.info;
    const { hyperchain } = chains[0]!;
    const shown = await workplace.run(["hyperchain:status", "--url", url]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.ok(shown.stdout.includes(`chain 271 at ${url}, without an ecosystem`), shown.stdout);
    assert.match(shown.stdout, new RegExp(`contract +${hyperchain} on chain ${l1.chainId}`));
    assert.match(shown.stdout, new RegExp(`newest block +${await rebuilt.getBlockNumber()}`));
    assert.match(shown.stdout, /newest batch sealed here +none/);
    const told = await workplace.run(["hyperchain:status", "--url", url, "--json"]);
    const { chain } = JSON.parse(told.stdout) as { readonly chain: Record<string, unknown> };
    const blockNumber = await rebuilt.getBlockNumber();
    assert.deepEqual(chain, { url, chainId: 271, blockNumber, hyperchain, settlementChainId: l1.chainId });
    const other = await workplace.run(["hyperchain:wallet", "--url", url]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /is the URL of chain 271 alone: it was rebuilt/);
    assert.ok(other.stderr.includes(hyperchain) && other.stderr.includes("--settlement-url"), other.stderr);
  };

  test("A7: hyperchain:prove prints what L1 takes: of a withdrawal the claim that its bridge pays, of an account its holding", async () => {
    const { chains, l1 } = ecosystem.info;
    const alpha = chains[0]!;
    const sent = await workplace.run(["hyperchain:withdraw", "0.5", "--from", "1@alpha", "--no-wait", "--json"]);
    const messageHash = String(valueAt(sent.stdout, "messageHash"));
    const prove = async (name: string) => workplace.run(["hyperchain:prove", "alpha", name, "--json"]);
    const early = await prove(messageHash);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /no batch that L1 has executed has a message/);
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    const { code, stdout, stderr } = await prove(messageHash);
    assert.equal(code, 0, stderr);
    const claim = (JSON.parse(stdout) as { proof: Record<string, unknown> }).proof;
    const bridge = new Interface([
      "function finalizeDeposit(tuple(uint256 chainId, uint256 l2BatchNumber, uint256 l2MessageIndex, address l2Sender, uint16 l2TxNumberInBatch, bytes message, bytes32[] merkleProof) claim)",
    ]);
    const account = new Wallet(KEY_1, connect(l1.url));
    const before = await account.provider!.getBalance(account.address);
    // Anyone may bring it.
    const payer = new Wallet(KEY_5, account.provider);
    const paid = await (
      await payer.sendTransaction({ to: l1.contracts.bridge, data: bridge.encodeFunctionData("finalizeDeposit", [claim]) })
    ).wait();
    assert.equal(paid?.status, 1);
    assert.equal((await account.provider!.getBalance(account.address)) - before, ETHER / 2n);

    const held = await prove(account.address);
    const holding = JSON.parse(held.stdout) as { kind: string; proof: { amount: string } };
    assert.deepEqual(
      [holding.kind, BigInt(holding.proof.amount)],
      ["holding", await connect(alpha.url).getBalance(account.address)],
    );
    const missing = JSON.parse((await prove(`272:0x${"7b".repeat(32)}`)).stdout) as {
      kind: string;
      proof: { low: { value: string } };
    };
    assert.deepEqual([missing.kind, typeof missing.proof.low.value], ["undelivered", "string"]);
    const stranger = await prove(`0x${"5a".repeat(20)}`);
    assert.match(stranger.stderr, /has never held any of the base token there/);
  });

  test("I5: reconstruct refuses an address without a chain, and names without an ecosystem", async () => {
    const url = ecosystem.info.l1.url;
    const byName = await workplace.run(["hyperchain:reconstruct", "alpha", "--settlement-url", url]);
    assert.equal(byName.code, 1);
    assert.match(byName.stderr, /named by its contract/);
    const wrong = await workplace.run(["hyperchain:reconstruct", RECIPIENT, "--settlement-url", url]);
    assert.equal(wrong.code, 1, wrong.stdout);
    assert.match(wrong.stderr, /Error in community plugin hardhat-hyperchain: .*0x0+c0de3/);
  });

  test("I7: deploy puts the same contracts onto another network of the config, for what its rehearsal said", async () => {
    const options = { environment: { TARGET_URL: ecosystem.info.l1.url } };
    const rehearsed = await workplace.run(["--network", "target", "hyperchain:deploy", "--dry-run", "--json"], options);
    assert.equal(rehearsed.code, 0, rehearsed.stderr);
    const { cost } = JSON.parse(rehearsed.stdout) as { cost: { gas: string } };
    const { code, stdout, stderr } = await workplace.run(["--network", "target", "hyperchain:deploy", "--json"], options);
    assert.equal(code, 0, stderr);
    const deployed = JSON.parse(stdout) as {
      contracts: Record<string, string>;
      gasUsed: Record<string, string>;
      chainId: number;
    };
    assert.equal(deployed.chainId, ecosystem.info.l1.chainId);
    const total = Object.values(deployed.gasUsed).reduce((sum, gas) => sum + BigInt(gas), 0n);
    // Addresses differ in their zero bytes, which are cheaper.
    assert.ok(Math.abs(Number(total - BigInt(cost.gas))) < 20_000, `${total} of ${cost.gas}`);
    const l1 = connect(ecosystem.info.l1.url);
    assert.notEqual(deployed.contracts["factory"], ecosystem.info.l1.contracts.factory);
    for (const name of ["factory", "bridge", "roots", "verifier"] as const)
      assert.notEqual(await l1.getCode(deployed.contracts[name] ?? ""), "0x", name);
  });

  test("I5: deploy asks for a network, names an unknown one, and refuses an account without money", async () => {
    const nowhere = await workplace.run(["hyperchain:deploy"], { environment: { TARGET_URL: ecosystem.info.l1.url } });
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /--network <name>.*; the config has .*\btarget\b/);
    assert.doesNotMatch(nowhere.stderr, /hyperchains|hyperchain-/, "networks that exist in the task's process only");
    const unknown = await workplace.run(["--network", "mars", "hyperchain:deploy"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /mars/);
    const empty = await workplace.run(["--network", "keyless", "hyperchain:deploy"], {
      environment: { TARGET_URL: ecosystem.info.l1.url },
    });
    assert.equal(empty.code, 1);
    assert.match(empty.stderr, /no account to deploy from.*networks\.keyless\.accounts/);
  });
});
