import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  AbiCoder,
  ContractFactory,
  formatEther,
  formatUnits,
  Interface,
  JsonRpcProvider,
  keccak256,
  toBeHex,
  Wallet,
  type Contract,
} from "ethers";
import { l1StorageAbi } from "../../src/ground/abi/l1-storage.ts";
import { crossChainViewsAbi } from "../../src/ground/abi/cross-chain-views.ts";
import { l1MessengerAbi } from "../../src/ground/abi/l1-messenger.ts";
import { messageGateway } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { deployMessageGateways } from "../../src/ecosystem/client/messages/message-gateway.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import { REMOTE_SWAP_ADDRESS } from "../../src/ecosystem/client/transfers/remote-swap-contract.ts";
import { bundledArtifact } from "../../src/tool/plugin/contract-artifacts.ts";
import type { ActInfo } from "../../src/ecosystem/devnet/view/feed/act-book.ts";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, tokensOf } from "../client/support.ts";
import { byNight } from "../support/nightly.ts";
import { askUntil, createWorkplace, SHOWN_ALONE, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

const ETHER = 10n ** 18n;
const [KEY_1, ACCOUNT_1] = [
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
];
/** A contract that counts its calls in slot 0: PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0 SSTORE …, and the code that deploys it. */
const COUNTER_INIT = "0x6d5f54600101805f555f5260205ff35f52600e6012f3";
/** A contract that reverts every call with the word 42: PUSH1 42 PUSH0 MSTORE PUSH1 32 PUSH0 REVERT, and the code that deploys it. */
const REFUSING_INIT = "0x67602a5f5260205ffd5f5260086018f3";
/**
 * Kinds of tasks with a separate process here: by night each, by day one. package.test.ts runs Hardhat's
 * command line itself.
 */
const ALONE = byNight(SHOWN_ALONE, ["hyperchain:deposit"]);
const workplace = createWorkplace({ shown: SHOWN_ALONE.filter((task) => !ALONE.includes(task)) });
after(() => workplace.close());

const valueOf = <T>({ code, stdout, stderr }: TaskResult): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

describe("I1 tasks on a running ecosystem", () => {
  let ecosystem: SpawnedEcosystem;
  const providers: JsonRpcProvider[] = [];
  const connect = (url: string | undefined): JsonRpcProvider => {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    providers.push(provider);
    return provider;
  };
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  });
  after(() => providers.forEach((provider) => provider.destroy()));

  test("I1: spawn's first line has names, ids, URLs, contracts, accounts and what is proven", async () => {
    const { info } = ecosystem;
    assert.deepEqual(
      info.chains.map(({ name, chainId }) => [name, chainId]),
      [
        ["alpha", 271],
        ["beta", 272],
      ],
    );
    assert.match(info.proven, /^NOTHING IS PROVEN/);
    assert.match(info.accounts.mnemonic ?? "", /junk$/);
    for (const { url, chainId } of [info.l1, ...info.chains])
      assert.equal((await connect(url).getNetwork()).chainId, BigInt(chainId));
    assert.notEqual(await connect(info.l1.url).getCode(info.l1.contracts.factory), "0x");
  });

  test("I1: it is announced to its user alone, and found from another folder", async () => {
    const [file = ""] = readdirSync(workplace.stateFolder);
    assert.equal(statSync(join(workplace.stateFolder, file)).mode.toString(8).slice(-3), "600");
    const config = join(process.cwd(), "fixtures/tasks-project/hardhat.config.ts");
    const elsewhere = await workplace.run(["--config", config, "hyperchain:status", "--json"], { cwd: tmpdir() });
    const { info } = valueOf<{ info: SpawnedEcosystem["info"] }>(elsewhere);
    assert.equal(info.l1.url, ecosystem.info.l1.url);
  });

  test("B7: from a project that runs none, a task acts on another's where a URL names it, and reads it with a line before", async (context) => {
    const project = mkdtempSync(join(tmpdir(), "another-project-"));
    context.after(() => rmSync(project, { recursive: true, force: true }));
    const config = pathToFileURL(join(process.cwd(), "fixtures/tasks-project/hardhat.config.ts")).href;
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
    symlinkSync(join(process.cwd(), "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "hardhat.config.ts"), `export { default } from ${JSON.stringify(config)};\n`);
    const from = ["--config", join(project, "hardhat.config.ts")];
    const run = (...task: string[]) => workplace.run([...from, ...task], { cwd: project });
    const beta = connect(ecosystem.info.chains[1]?.url);
    const refused = await run("hyperchain:remove", "beta", "--force");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /the task would act on the ecosystem of .*name it with --url http/);
    assert.equal(await beta.send("eth_chainId", []), "0x110");
    const read = await run("hyperchain:status", "--json");
    assert.equal(read.code, 0, read.stderr);
    assert.match(read.stderr, /this project runs no ecosystem: reading the ecosystem of /);
    const named = await run("hyperchain:deposit", "0.5", "1@alpha", "--json", "--url", ecosystem.info.l1.url);
    assert.doesNotMatch(named.stderr, /this project runs no ecosystem/);
    assert.equal(valueOf<{ arrived: boolean }>(named).arrived, true);
  });

  test("I1: any member's URL names it, by option and by environment", async () => {
    const url = ecosystem.info.chains[1]?.url ?? "";
    const byOption = await workplace.run(["hyperchain:status", "--json", "--url", url], {
      environment: { XDG_STATE_HOME: "/nonexistent" },
    });
    assert.equal(valueOf<{ info: SpawnedEcosystem["info"] }>(byOption).info.l1.url, ecosystem.info.l1.url);
    const byEnvironment = await workplace.run(["hyperchain:status", "--json"], {
      environment: { XDG_STATE_HOME: "/nonexistent", HYPERCHAIN_URL: url },
    });
    assert.equal(valueOf<{ info: SpawnedEcosystem["info"] }>(byEnvironment).info.l1.url, ecosystem.info.l1.url);
  });

  test("C9: a deposit arrives at an account named by number and chain name, and progress leaves stdout alone", async () => {
    const alpha = connect(ecosystem.info.chains[0]?.url);
    const had = await alpha.getBalance(ACCOUNT_1);
    const result = await workplace.run(["hyperchain:deposit", "1.5", "1@alpha", "--json"]);
    const deposit = valueOf<{ amount: string; canonicalTxHash: string; arrived: boolean }>(result);
    assert.equal(deposit.amount, String((3n * ETHER) / 2n));
    assert.equal(deposit.arrived, true);
    assert.equal((await alpha.getBalance(ACCOUNT_1)) - had, (3n * ETHER) / 2n);
    assert.equal((await alpha.getTransactionReceipt(deposit.canonicalTxHash))?.status, 1);
    assert.match(result.stderr, /depositing 1\.5 ETH/);
  });

  test("C9: a send arrives at 0x…@<chain id>, step by step", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const had = await beta.getBalance(ACCOUNT_1);
    const result = await workplace.run([
      "hyperchain:send",
      "2",
      `${ACCOUNT_1}@272`,
      "--fee",
      "0.01",
      "--from",
      "1@alpha",
      "--json",
    ]);
    const sent = valueOf<{
      messageHash: string;
      fee: string;
      steps: readonly { step: string; transactionHash: string }[];
    }>(result);
    assert.equal((await beta.getBalance(ACCOUNT_1)) - had, 2n * ETHER);
    assert.equal(sent.fee, String(ETHER / 100n));
    assert.deepEqual(
      sent.steps.slice(0, 6).map(({ step }) => step),
      ["initiated", "settled", "inTransactionRoot", "imported", "delivered", "executed"],
    );
    const followed = await workplace.run(["hyperchain:message", sent.messageHash]);
    assert.equal(followed.code, 0, followed.stderr);
    assert.match(followed.stdout, /every step is done/);
    assert.match(followed.stdout, /its fee for the account that delivers it: 10000000000000000 /);
    assert.match(followed.stderr, /7\/7/);
    const informed = await workplace.run(["hyperchain:message", sent.messageHash, "--json"]);
    assert.equal(valueOf<{ fee: string }>(informed).fee, sent.fee);
    const [first] = sent.steps;
    const logged = await workplace.run(["hyperchain:logs"]);
    assert.match(
      logged.stdout,
      new RegExp(
        `alpha ✓ sendWithFee\\(.* · account 1 → L2AssetRouter · .* gas · ${first?.transactionHash}\n  → transfer to beta: `,
      ),
    );
    const traced = await workplace.run(["hyperchain:trace", first?.transactionHash ?? ""]);
    assert.match(
      traced.stdout,
      /^on alpha · 0x\w+ · succeeded · .* gas\n {2}call L2AssetRouter sendWithFee[^]*→ transfer to beta: [^]*\n {4}on beta · 0x\w+ · succeeded · /,
    );
  });

  test("C12: hyperchain:send --listed sends in a list, which its transaction's hash follows", async () => {
    const recipient = "0x0000000000000000000000000000000000c12000";
    const send = ["hyperchain:send", "2", `${recipient}@beta`, "--from", "1@alpha", "--listed", "--json"];
    const sent = valueOf<{ transactionHash: string; messageHash: string; place: number }>(await workplace.run(send));
    assert.equal(await connect(ecosystem.info.chains[1]?.url).getBalance(recipient), 2n * ETHER);
    const followed = await workplace.run(["hyperchain:message", sent.transactionHash, "--json"]);
    assert.deepEqual([valueOf<{ messageHash: string }>(followed).messageHash, sent.place], [sent.messageHash, 0]);
    const later = await workplace.run([...send.slice(0, -1), "--fee", "0.1", "--no-wait"]);
    assert.match(later.stdout, /fee 0\.1 ETH, for the account that delivers it|is on its way/);
    assert.match(later.stdout, /is on its way to .* leaves with its batch; follow it: npx hardhat hyperchain:message 0x/s);
    const refused = await workplace.run([
      "hyperchain:send",
      "1",
      `0x${"f".padStart(40, "0")}@beta`,
      "--from",
      "1@alpha",
      "--listed",
    ]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /below 2\^20.*send it with send/);
  });

  test("C7: hyperchain:send takes L1 and the sender's own chain on either side", async () => {
    const owner = "0x00000000000000000000000000000000000a11ce";
    const members = [ecosystem.info.l1, ecosystem.info.chains[0]!].map(({ url }) => connect(url));
    for (const [from, to, type] of [
      ["l1", "alpha", "deposit"],
      ["alpha", "alpha", "payment"],
      ["alpha", "l1", "withdrawal"],
      ["l1", "l1", "payment"],
    ]) {
      const send = ["hyperchain:send", "0.5", `${owner}@${to}`, "--from", `1@${from}`, "--json"];
      const { deliveryGas } = valueOf<{ deliveryGas: string }>(await workplace.run([...send, "--estimate"]));
      assert.match(deliveryGas, /^\d+$/);
      const sent = valueOf<{ type: string; arrived: boolean }>(await workplace.run(send));
      assert.deepEqual([sent.type, sent.arrived], [type, true], `${from} to ${to}`);
    }
    assert.deepEqual(await Promise.all(members.map((member) => member.getBalance(owner))), [ETHER, ETHER]);
    const paid = await workplace.run(["hyperchain:send", "0.5", "2@l1", "--from", "1@alpha", "--fee", "0.001", "--no-wait"]);
    assert.match(paid.stdout, /fee 0\.001 ETH, for the account that claims it$/m, paid.stderr);
  });

  test("C8: hyperchain:swap tells what a router would bring, swaps, and has the proceeds where they were asked for", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const signer = new Wallet(KEY_1, beta);
    const token = await deploy(signer, "L2TestToken", 10n ** 12n, false, false);
    const pool = await deploy(signer, "TestPool", token);
    const calls = new Interface(["function transfer(address,uint256)", "function sync() payable"]);
    const transfer = calls.encodeFunctionData("transfer", [pool, 10n ** 9n]);
    await (await signer.sendTransaction({ to: token, data: transfer })).wait();
    await (await signer.sendTransaction({ to: pool, data: calls.encodeFunctionData("sync"), value: ETHER })).wait();
    const owner = "0x000000000000000000000000000000000000c0c8";
    const order = [
      "hyperchain:swap",
      "0.1",
      `${pool}@beta`,
      "--wanted",
      token,
      "--to",
      `${owner}@beta`,
      "--from",
      "2@alpha",
      "--json",
    ];
    // Uniswap v2's price: 0.3% stays in the pool.
    const given = ETHER / 10n;
    const quoted = (given * 997n * 10n ** 9n) / (ETHER * 1000n + given * 997n);
    // Nor does an estimate put the contract there that swaps.
    const early = await workplace.run([...order, "--estimate"]);
    assert.deepEqual([early.code, await beta.getCode(REMOTE_SWAP_ADDRESS)], [1, "0x"]);
    assert.match(early.stderr, /an estimate sends nothing/);
    const refused = await workplace.run([...order, "--minimum", "2000"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /would fail/);
    // The token has six decimals.
    const shown = await workplace.run([...order.filter((each) => each !== "--json"), "--estimate"]);
    const now = `it would bring ${formatUnits(quoted, 6)} TT now (1 ETH = ${formatUnits(quoted * 10n, 6)} TT), and not less than `;
    assert.ok(shown.stdout.startsWith(now), shown.stdout);
    const estimate = valueOf<{ quoted: string; minimum: string }>(await workplace.run([...order, "--estimate"]));
    assert.deepEqual(estimate.quoted, String(quoted));
    const between = await workplace.run([...order, "--estimate", "--via", owner]);
    assert.equal(between.code, 1);
    assert.match(between.stderr, /the router .* answers .*c0c8/i);
    const sent = valueOf<{ made: boolean; arrived: boolean; proceedsAmount: string }>(await workplace.run(order));
    assert.deepEqual([sent.made, sent.arrived, sent.proceedsAmount], [true, true, String(quoted)]);
    assert.equal(await tokensOf(beta, token, owner), quoted);
    const told = await workplace.run(order.filter((each) => each !== "--json"));
    const got = (await tokensOf(beta, token, owner)) - quoted;
    const line = `swapped 0.1 ETH for ${formatUnits(got, 6)} TT (1 ETH = ${formatUnits(got * 10n, 6)} TT), which has arrived at `;
    assert.ok(told.stdout.startsWith(line), told.stdout);
  });

  test("I1: a call reaches a contract on the other chain, with value", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const deployment = await new Wallet(KEY_1, beta).sendTransaction({ data: COUNTER_INIT });
    const contract = (await deployment.wait())?.contractAddress ?? "";
    const result = await workplace.run([
      "hyperchain:call",
      `${contract}@beta`,
      "visit(uint256)",
      "7",
      "--value",
      "0.25",
      "--expires",
      "86400",
      "--from",
      "2@alpha",
      "--json",
    ]);
    const { executed, expiresAt } = valueOf<{ executed: boolean; expiresAt: number }>(result);
    assert.equal(executed, true);
    assert.equal(BigInt(await beta.getStorage(contract, 0)), 1n);
    assert.equal(await beta.getBalance(contract), ETHER / 4n);
    const left = expiresAt - ((await beta.getBlock("latest"))?.timestamp ?? 0);
    assert.ok(left > 80_000 && left <= 86_400, String(left));
    // From its own chain, and from L1 through the queue.
    for (const [member, visits] of [
      ["beta", 2n],
      ["l1", 3n],
    ] as const) {
      const call = ["hyperchain:call", `${contract}@beta`, "visit(uint256)", "7", "--value", "0.25", "--from", `2@${member}`];
      const direct = await workplace.run([...call, "--json"]);
      assert.equal(valueOf<{ executed: boolean }>(direct).executed, true);
      assert.equal(BigInt(await beta.getStorage(contract, 0)), visits);
      assert.equal(await beta.getBalance(contract), (ETHER / 4n) * visits);
      const rewarded = await workplace.run([...call, "--reward", "0.1"]);
      assert.match(rewarded.stderr, /a call that .* has no reward: leave it out/);
    }
    const onL1 = await workplace.run(["hyperchain:call", `${contract}@l1`, "visit(uint256)", "7", "--from", "2@beta"]);
    assert.match(onL1.stderr, /there is no contract at 0x\w+@l1/);
  });

  test("C3: a message between L1 and a chain is shown, and delivered when any account claims it", async () => {
    const { info } = ecosystem;
    const urlOf = (chainId: number) => [info.l1, ...info.chains].find((member) => member.chainId === chainId)?.url;
    const on = (chainId: number): Wallet => new Wallet(KEY_1, connect(urlOf(chainId)));
    const { onL1, onChain } = await deployMessageGateways(info, "beta", on);
    const send = async (from: number, to: number, gateway: string): Promise<string> => {
      const recipient = await deploy(on(to), "InteropRecipient");
      const order = [interoperableAddress(BigInt(to), recipient), "0x01", []];
      const data = messageGateway.encodeFunctionData("sendMessage", order);
      return (await (await on(from).sendTransaction({ to: gateway, data })).wait())!.hash;
    };
    const beta = info.chains[1]!.chainId;
    const up = await send(beta, info.l1.chainId, onChain);
    const waiting = await workplace.run(["hyperchain:message", up]);
    const ready = /^l1Message 0x\w+ beta → l1 is ready: deliver it with 'npx hardhat hyperchain:claim beta (0x\w+)'$/m;
    const [, messageHash = ""] = ready.exec(waiting.stdout) ?? [];
    const claimed = await workplace.run(["hyperchain:claim", "beta", messageHash, "--from", "3"]);
    assert.match(claimed.stdout, /^delivered on l1: 0x[0-9a-f]{64}$/m, claimed.stderr);
    assert.equal((await workplace.run(["hyperchain:claim", "beta", up])).stdout, "delivered on l1 before\n");
    const shown = await workplace.run(["hyperchain:message", up]);
    assert.match(shown.stdout, /^l1Message 0x\w+ beta → l1: every step is done/m, shown.stderr);
    const down = await send(info.l1.chainId, beta, onL1);
    const sentDown = await workplace.run(["hyperchain:message", down]);
    assert.match(sentDown.stdout, /^operation 0x\w+ l1 → beta: executed \(beta, 0x[0-9a-f]{64}\)$/m, sentDown.stderr);
    const unclaimed = new RegExp(
      `^message of the gateway 0x\\w+ l1 → beta is ready: deliver it with 'npx hardhat hyperchain:claim l1 ${down}'$`,
      "m",
    );
    assert.match(sentDown.stdout, unclaimed);
    const { messages } = valueOf<{ messages: readonly { direction: string; claimTransactionHash: string }[] }>(
      await workplace.run(["hyperchain:claim", "l1", down, "--from", "3", "--json"]),
    );
    const [delivered] = messages;
    assert.equal(delivered?.direction, "toChain");
    assert.equal((await on(beta).provider!.getTransactionReceipt(delivered.claimTransactionHash))?.status, 1);
    const taken = await workplace.run(["hyperchain:message", down, "--no-wait"]);
    const line = `l1 → beta: delivered (beta, ${delivered.claimTransactionHash})\n`;
    assert.ok(taken.stdout.includes(line) && !taken.stdout.includes("is ready"), taken.stdout);
    const none = await workplace.run(["hyperchain:claim", "l1", up]);
    assert.match(none.stderr, /on l1 has sent no message by the gateway to a chain/);
  });

  test("C7: a call of L1 is made by the sender's account there, at once or when any account claims it", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const contract = (await (await new Wallet(KEY_1, l1).sendTransaction({ data: COUNTER_INIT })).wait())?.contractAddress ?? "";
    const call = ["hyperchain:call", `${contract}@l1`, "visit(uint256)", "7", "--from", "2@alpha"];
    const made = await workplace.run([...call, "--value", "0.25", "--json"]);
    const { executed, type } = valueOf<{ executed: boolean; type: string }>(made);
    assert.deepEqual([executed, type], [true, "l1Call"]);
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 1n);
    assert.equal(await l1.getBalance(contract), ETHER / 4n);
    const later = await workplace.run([...call, "--no-wait"]);
    assert.match(later.stdout, /it expires after \d{4}-\d\d-\d\dT/);
    const hash = /hyperchain:claim alpha (0x[0-9a-f]{64})/.exec(later.stdout)?.[1] ?? "";
    const claimed = await workplace.run(["hyperchain:claim", "alpha", hash, "--from", "3"]);
    const [, first] = /^made on l1: (0x[0-9a-f]{64})$/m.exec(claimed.stdout) ?? [];
    assert.ok(first !== undefined, claimed.stderr);
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 2n);
    assert.equal((await workplace.run(["hyperchain:claim", "alpha", hash])).stdout, `made on l1 before, ${first}\n`);
    const message = await workplace.run(["hyperchain:message", hash]);
    assert.match(message.stdout, /every step is done/, message.stderr);
    const late = valueOf<{ messageHash: string }>(await workplace.run([...call, "--expires", "60", "--no-wait", "--json"]));
    await l1.send("evm_increaseTime", [120]);
    await l1.send("evm_mine", []);
    await workplace.run(["hyperchain:settle"]);
    const over = await workplace.run(["hyperchain:message", late.messageHash]);
    assert.match(
      over.stdout,
      /^l1Call 0x\w+ alpha → l1: it has expired: it was to be made by second \d+ of L1's clock; send it again/m,
    );
    const { status } = valueOf<{ status: EcosystemStatus }>(await workplace.run(["hyperchain:status", "--json"]));
    assert.deepEqual([status.messages.ended, status.messages.stuck.filter(({ type }) => type === "l1Call")], [1, []]);
    const lacking = await workplace.run([...call, "--value", "0.5", "--funded"]);
    assert.match(lacking.stderr, /withdraw what is missing to it/);
    const refusing = (await (await new Wallet(KEY_1, l1).sendTransaction({ data: REFUSING_INIT })).wait())?.contractAddress ?? "";
    const refused = ["hyperchain:call", `${refusing}@l1`, "visit(uint256)", "7", "--from", "2@alpha"];
    const tried = await workplace.run(refused);
    assert.equal(tried.code, 1);
    assert.match(tried.stderr, /would fail: it reverts with 0x0{62}2a; --force sends it all the same/);
    const failing = await workplace.run([...refused, "--force"]);
    assert.match(failing.stderr, /reverts there with 0x0{62}2a; it can be tried again until second \d+/);
    assert.equal(failing.code, 1);
    assert.match(
      (await workplace.run([...call, "--reward", "0.1"])).stderr,
      /a call that goes to L1 has no reward: leave it out/,
    );
  });

  test("B9: hyperchain:bring has another chain keep what a slot, or a key of a mapping, holds now", async () => {
    const [alpha, beta] = ecosystem.info.chains.map(({ url }) => connect(url));
    const keeper = "0x0000000000000000000000000000000000b90b90";
    // Where Solidity keeps a key of the mapping in slot 7.
    const place = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [ACCOUNT_1, 7]));
    await alpha!.send("hardhat_setCode", [keeper, "0x00"]);
    for (const [slot, value] of [
      [toBeHex(3), 41],
      [place, 42],
    ] as const)
      await alpha!.send("hardhat_setStorageAt", [keeper, slot, toBeHex(value, 32)]);
    const views = new Interface(crossChainViewsAbi);
    for (const [asked, slot, value] of [
      [["3"], 3n, 41n],
      [["7", "--key", ACCOUNT_1], BigInt(place), 42n],
    ] as const) {
      const bring = ["hyperchain:bring", `${keeper}@alpha`, ...asked, "--to", "beta", "--from", "3"];
      const { brought } = valueOf<{ brought: readonly { chainId: number; value: string; transactionHash: string }[] }>(
        await workplace.run([...bring, "--json"]),
      );
      assert.deepEqual(
        brought.map((each) => [each.chainId, each.value]),
        [[272, String(value)]],
      );
      const data = views.encodeFunctionData("read", [271, keeper, slot, 0, []]);
      const [kept] = views.decodeFunctionResult("read", await beta!.call({ to: PREDEPLOYS.CrossChainViews, data }));
      assert.equal((kept as { value: bigint }).value, value);
      if (slot === 3n) continue;
      const again = await workplace.run(bring);
      const text = new RegExp(
        `^beta has ${toBeHex(value, 32)}, of batch \\d+; (it had that before|transaction 0x[0-9a-f]{64})$`,
        "m",
      );
      assert.match(again.stdout, text, again.stderr);
    }
    assert.match(
      (await workplace.run(["hyperchain:bring", `${keeper}@alpha`, "x"])).stderr,
      /'x' is neither a slot nor a key of one/,
    );
    const { stderr } = await workplace.run(["hyperchain:bring", `${keeper}@l1`, "0"]);
    assert.match(stderr, /l1 is L1, and this needs a chain/);
    assert.doesNotMatch(stderr, /bringing/);
  });

  test("C13: hyperchain:l1-slot reads a slot of L1, or of a key, on a chain, and stores it there", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const beta = connect(ecosystem.info.chains[1]!.url);
    const keeper = "0x0000000000000000000000000000000000c13c13";
    const place = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [ACCOUNT_1, 7]));
    await l1.send("hardhat_setCode", [keeper, "0x00"]);
    await l1.send("hardhat_setStorageAt", [keeper, place, toBeHex(43, 32)]);
    await l1.send("evm_mine", []);
    const read = ["hyperchain:l1-slot", keeper, "7", "beta", "--key", ACCOUNT_1, "--from", "3"];
    const shown = valueOf<{ value: string; contract: string; transactionHash: string | null }>(
      await workplace.run([...read, "--json"]),
    );
    assert.deepEqual([shown.value, shown.transactionHash], ["43", null]);
    const stored = await workplace.run([...read, "--store"]);
    assert.match(
      stored.stdout,
      new RegExp(`^${toBeHex(43, 32)} in slot ${place} of ${keeper} on l1 after block \\d+; beta has`, "m"),
    );
    const storage = new Interface(l1StorageAbi);
    const data = storage.encodeFunctionData("read", [keeper, place, 0]);
    const [kept] = storage.decodeFunctionResult("read", await beta.call({ to: shown.contract, data }));
    assert.equal((kept as { value: bigint }).value, 43n);
    assert.match((await workplace.run([...read, "--block", "x"])).stderr, /'x' is not a block number/);
    assert.match((await workplace.run([...read, "--block", "99999999"])).stderr, /BlockHashUnknown/);
  });

  test("D3: hyperchain:call-together queues calls by one transaction, and tells what came of each", async (context) => {
    const chains = ecosystem.info.chains.map(({ url }) => connect(url));
    const deployed = async (chain: JsonRpcProvider, data: string): Promise<string> =>
      (await (await new Wallet(KEY_1, chain).sendTransaction({ data })).wait())?.contractAddress ?? "";
    const counters = [await deployed(chains[0]!, COUNTER_INIT), await deployed(chains[1]!, COUNTER_INIT)];
    const refusing = await deployed(chains[1]!, REFUSING_INIT);
    const visit = (to: string) => ({ to, function: "visit(uint256)", arguments: ["7"] });
    const folder = mkdtempSync(join(tmpdir(), "calls-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "calls.json");
    writeFileSync(
      file,
      JSON.stringify([{ ...visit(`${counters[0]}@alpha`), value: "0.1", gas: 200_000 }, visit(`${counters[1]}@beta`)]),
    );
    const made = valueOf<{ transactionHash: string; calls: readonly { transactionHash: string; executed: boolean }[] }>(
      await workplace.run(["hyperchain:call-together", file, "--from", "2", "--json"]),
    );
    assert.deepEqual(
      made.calls.map((call) => [call.executed, call.transactionHash]),
      [0, 1].map(() => [true, made.transactionHash]),
    );
    for (const [i, chain] of chains.entries()) assert.equal(BigInt(await chain.getStorage(counters[i]!, 0)), 1n);
    assert.equal(await chains[0]!.getBalance(counters[0]!), ETHER / 10n);
    const refundTo = "0x000000000000000000000000000000000000d300";
    const inline = JSON.stringify([visit(`${counters[0]}@alpha`), { ...visit(`${refusing}@beta`), value: "0.2", refundTo }]);
    const half = await workplace.run(["hyperchain:call-together", inline, "--from", "2"]);
    assert.equal(half.code, 1, half.stderr);
    assert.match(half.stdout, /was executed at 0x\w+@alpha.*\n.*REVERTED, and left its value to its refundTo, at 0x\w+@beta/);
    assert.ok((await chains[1]!.getBalance(refundTo)) >= ETHER / 5n);
    const wrong = await workplace.run(["hyperchain:call-together", '[{"function": "f()"}]']);
    assert.match(wrong.stderr, /this is not a list of calls such as \[{"to"/);
    const both = await workplace.run([
      "hyperchain:call-together",
      JSON.stringify([{ to: `${ACCOUNT_1}@alpha`, data: "0x12345678", function: "set(uint256)", arguments: ["5"] }]),
    ]);
    assert.equal(both.code, 1);
    assert.match(both.stderr, /calls\[0\]\.data is unknown: a call has to, function, .*calldata is written as "function": "0x…"/);
  });

  test("attack: copies of a call by strangers, here and on another chain, do not have theirs made instead", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const [alpha, beta] = [0, 1].map((i) => connect(ecosystem.info.chains[i]?.url)) as [JsonRpcProvider, JsonRpcProvider];
    const contract = (await (await new Wallet(KEY_1, l1).sendTransaction({ data: COUNTER_INIT })).wait())?.contractAddress ?? "";
    const messenger = new Interface(l1MessengerAbi);
    const send = (chain: JsonRpcProvider, message: string) =>
      new Wallet(KEY_1, chain)
        .sendTransaction({ to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", [message]) })
        .then((sent) => sent.wait());
    const call = ["hyperchain:call", `${contract}@l1`, "visit(uint256)", "7", "--from", "2@beta", "--no-wait", "--json"];
    const sent = valueOf<{ messageHash: string; transactionHash: string }>(await workplace.run(call));
    const receipt = await beta.getTransactionReceipt(sent.transactionHash);
    const words = String(messenger.parseLog(receipt!.logs[0]!)!.args["message"]);
    await send(alpha, words);
    const claimed = await workplace.run(["hyperchain:claim", "beta", sent.messageHash, "--from", "3"]);
    assert.match(claimed.stdout, /^made on \w+: 0x[0-9a-f]{64}/, claimed.stderr);
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 1n);
    const copy = await send(beta, words);
    const unclear = await workplace.run(["hyperchain:claim", "beta", sent.messageHash, "--from", "3"]);
    assert.match(unclear.stderr, new RegExp(`2 accounts of beta have sent ${sent.messageHash}.* in ${copy!.hash}`, "s"));
    const own = await workplace.run(["hyperchain:claim", "beta", sent.transactionHash, "--from", "3"]);
    assert.match(own.stdout, /^made on l1 before, 0x/, own.stderr);
    // For another contract: nothing there would ever make it.
    const foreign = await send(beta, `${words.slice(0, 2 + 24)}${"11".repeat(20)}${words.slice(2 + 64)}`);
    const none = await workplace.run(["hyperchain:claim", "beta", foreign!.hash]);
    assert.match(none.stderr, /is not a withdrawal, a call or a message to a contract on/);
  });

  test("B4: --estimate tells the gas of a call, with which it goes through, and of a send's delivery, and sends nothing", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const deployment = await new Wallet(KEY_1, beta).sendTransaction({ data: COUNTER_INIT });
    const contract = (await deployment.wait())?.contractAddress ?? "";
    const call = ["hyperchain:call", `${contract}@beta`, "visit(uint256)", "7", "--from", "2@alpha", "--json"];
    const { gasLimit } = valueOf<{ gasLimit: string }>(await workplace.run([...call, "--estimate"]));
    assert.equal(BigInt(await beta.getStorage(contract, 0)), 0n);
    assert.equal(valueOf<{ executed: boolean }>(await workplace.run([...call, "--gas", gasLimit])).executed, true);
    assert.equal(BigInt(await beta.getStorage(contract, 0)), 1n);
    const had = await beta.getBalance(ACCOUNT_1);
    const send = ["hyperchain:send", "2", `${ACCOUNT_1}@beta`, "--from", "2@alpha", "--estimate"];
    const { deliveryGas } = valueOf<{ deliveryGas: string }>(await workplace.run([...send, "--json"]));
    assert.ok(BigInt(deliveryGas) > 0n, deliveryGas);
    const inWords = await workplace.run(send);
    assert.match(inWords.stdout, new RegExp(`takes ${deliveryGas} gas, and the proof's check`));
    // L1's queue needs no proof.
    const deposit = await workplace.run(["hyperchain:send", "2", `${ACCOUNT_1}@beta`, "--from", "2@l1", "--estimate"]);
    assert.match(deposit.stdout, /takes \d+ gas\n$/, deposit.stderr);
    const withdrawal = await workplace.run(["hyperchain:send", "2", `${ACCOUNT_1}@l1`, "--from", "2@alpha", "--estimate"]);
    assert.match(
      withdrawal.stdout,
      /^the payment at .* takes \d+ gas, and the claim that makes it \d{6} gas at most, the proof's/,
    );
    const nameless = await workplace.run(["hyperchain:send", "2", `${ACCOUNT_1}@beta`, "--from", "l1"]);
    assert.match(nameless.stderr, /--from names an account, .* such as --from 0@l1/);
    assert.equal(await beta.getBalance(ACCOUNT_1), had);
  });

  test("I1: a call that reverts on the other chain fails, with what it reverted with", async () => {
    const beta = connect(ecosystem.info.chains[1]?.url);
    const deployment = await new Wallet(KEY_1, beta).sendTransaction({ data: REFUSING_INIT });
    const contract = (await deployment.wait())?.contractAddress ?? "";
    const result = await workplace.run([
      "hyperchain:call",
      `${contract}@beta`,
      "visit(uint256)",
      "7",
      "--from",
      "2@alpha",
      "--force",
      "--json",
    ]);
    assert.equal(result.code, 1, result.stdout);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /arrived on beta and reverted there with 0x0{62}2a$/m);
    const hash = /Its message is (0x[0-9a-f]{64})/.exec(result.stderr)?.[1] ?? "";
    const message = await workplace.run(["hyperchain:message", hash]);
    assert.match(message.stdout, /has failed: the call arrived on beta and reverted there with 0x0{62}2a/);
    assert.match(message.stderr, /6\/7 executed, verified against the imported root; its call failed \(beta, /);
    assert.ok(!message.stdout.includes("every step is done"), message.stdout);
    const logs = await workplace.run(["hyperchain:logs"]);
    assert.match(
      logs.stdout,
      new RegExp(`→ bundle to beta: the call arrived on beta and reverted there with 0x0{62}2a · ${hash}$`, "m"),
    );
    const status = await workplace.run(["hyperchain:status"]);
    assert.match(status.stdout, /^Messages: .* delivered, 1 failed where they arrived/m);
    const claim = await workplace.run(["hyperchain:claim", "alpha", hash, "--from", "3"]);
    assert.equal(claim.code, 1, claim.stdout);
    // What brings value gets it back.
    const order = ["hyperchain:call", `${contract}@beta`, "visit(uint256)", "7", "--from", "2@alpha", "--value", "0.1"];
    const refused = await workplace.run(order);
    assert.match(refused.stderr, /--force sends it all the same, and its value is refunded if it fails/);
    const worth = await workplace.run([...order, "--force"]);
    assert.match(worth.stderr, /reverted there with 0x0{62}2a; its value is refunded$/m);
    const tried = await workplace.run(order.slice(0, -2));
    assert.match(tried.stderr, /--force sends it all the same$/m);
  });

  test("I1: a withdrawal that was not waited for can be claimed later, once", async () => {
    const recipient = "0x00000000000000000000000000000000000c0de2";
    const { messageHash, transactionHash } = valueOf<{ messageHash: string; transactionHash: string }>(
      await workplace.run(["hyperchain:withdraw", "0.5", recipient, "--from", "1@beta", "--no-wait", "--json"]),
    );
    const waiting = await workplace.run(["hyperchain:message", messageHash]);
    const line = `${messageHash.slice(0, 10)} beta → l1 is ready: claim it with 'npx hardhat hyperchain:claim beta ${messageHash}'`;
    assert.ok(waiting.stdout.includes(`withdrawal ${line}`), waiting.stdout);
    const status = await workplace.run(["hyperchain:status"]);
    assert.ok(status.stdout.includes(`withdrawal ${line}`), status.stdout);
    // With calls on L1 of earlier tests. The refund of a call that reverted can be in flight.
    const ready = status.stdout.match(/^(?:withdrawal|l1Call) .* is ready: /gm)?.length;
    assert.match(status.stdout, new RegExp(`^Messages: \\d+ in flight, ${ready} ready, 0 stuck, `, "m"));
    const claimed = valueOf<{ messageHash: string; claimTransactionHash: string }>(
      await workplace.run(["hyperchain:claim", "beta", transactionHash, "--from", "3", "--json"]),
    );
    assert.equal(claimed.messageHash, messageHash);
    assert.equal(await connect(ecosystem.info.l1.url).getBalance(recipient), ETHER / 2n);
    const again = await workplace.run(["hyperchain:claim", "beta", messageHash, "--from", "3"]);
    assert.equal(again.stdout, `paid on l1 before, ${claimed.claimTransactionHash}\n`);
    const followed = await workplace.run(["hyperchain:message", transactionHash]);
    assert.equal(followed.code, 0, followed.stderr);
    assert.match(followed.stderr, /withdrawal .* beta → l1: paid on L1/);
    // Development account 3 claimed it, in the claim's block.
    const l1 = connect(ecosystem.info.l1.url);
    const block = await (await l1.getTransactionReceipt(claimed.claimTransactionHash))?.getBlock();
    const by = `by 0x90f79bf6eb2c4f870365e785982e1f101e93b906 at ${new Date((block?.timestamp ?? 0) * 1_000).toISOString()}`;
    const step = `claimed on L1, with its Merkle proof (l1, ${claimed.claimTransactionHash}, ${by})`;
    assert.ok(followed.stderr.includes(step), followed.stderr);
  });

  test("I1: what L1 put into a chain's queue is followed by L1's transaction, or by the chain's", async () => {
    const { l1TransactionHash, canonicalTxHash } = valueOf<{ l1TransactionHash: string; canonicalTxHash: string }>(
      await workplace.run(["hyperchain:deposit", "0.5", "2@beta", "--from", "1", "--no-wait", "--json"]),
    );
    const title = `operation ${canonicalTxHash.slice(0, 10)} l1 → beta: `;
    const steps = [`queued (l1, ${l1TransactionHash})`, `executed (beta, ${canonicalTxHash})`, "every step is done"];
    for (const hash of [l1TransactionHash, canonicalTxHash]) {
      const { stdout, stderr } = await workplace.run(["hyperchain:message", hash]);
      assert.equal(stdout, steps.map((step) => `${title}${step}\n`).join(""), stderr);
    }
    assert.equal((await connect(ecosystem.info.chains[1]?.url).getTransactionReceipt(canonicalTxHash))?.status, 1);
  });

  test("I1: a token travels by its address, then by its symbol, and comes back to L1", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const { abi, bytecode } = await bundledArtifact("DevelopmentToken");
    const token = (await new ContractFactory(abi, bytecode, new Wallet(KEY_1, l1)).deploy(
      "Gold",
      "GLD",
      ACCOUNT_1,
      10n * ETHER,
    )) as Contract;
    await token.waitForDeployment();
    const address = String(await token.getAddress());
    valueOf(await workplace.run(["hyperchain:deposit", "4", "1@alpha", "--from", "1", "--token", address, "--json"]));
    valueOf(await workplace.run(["hyperchain:send", "3", "2@beta", "--from", "1@alpha", "--token", "GLD", "--json"]));
    valueOf(await workplace.run(["hyperchain:withdraw", "0.5", "2", "--from", "2@beta", "--token", "GLD", "--json"]));
    assert.equal(await token.getFunction("balanceOf")("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"), ETHER / 2n);
    const { stdout } = await workplace.run(["hyperchain:wallet", "2"]);
    assert.match(stdout, /\n +2\.5 +GLD/);
    assert.match(stdout, /GLD .*from l1 as 0x/);
    const unknown = await workplace.run(["hyperchain:send", "1", "2@beta", "--from", "1@alpha", "--token", "SLV"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no token on alpha .*called SLV .*GLD.*give the token's address/);
  });

  test("C10: spend gathers what one chain has too little of", async () => {
    const alpha = connect(ecosystem.info.chains[0]?.url);
    const recipient = "0x0000000000000000000000000000000000005bed";
    const part = await connect(ecosystem.info.chains[1]?.url).getBalance(ACCOUNT_1);
    const payment = [formatEther(part + ETHER / 10n), "ETH", `${recipient}@beta`, "--from", "1", "--json"];
    const plan = valueOf<{ parts: readonly { name: string }[] }>(
      await workplace.run(["hyperchain:spend", ...payment, "--estimate"]),
    );
    assert.deepEqual([plan.parts.length, plan.parts[0]?.name], [2, "beta"]);
    const nonce = await alpha.getTransactionCount(ACCOUNT_1);
    const spent = valueOf<{ arrived: boolean; parts: readonly unknown[] }>(await workplace.run(["hyperchain:spend", ...payment]));
    assert.deepEqual([spent.arrived, spent.parts.length], [true, 2]);
    assert.equal(await connect(ecosystem.info.chains[1]?.url).getBalance(recipient), part + ETHER / 10n);
    assert.ok((await alpha.getTransactionCount(ACCOUNT_1)) >= nonce);
    const { stdout } = await workplace.run(["hyperchain:wallet", recipient]);
    assert.match(stdout, /ETH .* on beta/);
    assert.match(stdout, /What touched it on the chains\n.*beta/);
  });

  test("B5: announce delivers the name of a chain's token to another chain", async () => {
    const [alpha, beta] = [connect(ecosystem.info.chains[0]?.url), connect(ecosystem.info.chains[1]?.url)];
    const { abi, bytecode } = await bundledArtifact("DevelopmentToken");
    const token = await new ContractFactory(abi, bytecode, new Wallet(KEY_1, alpha)).deploy("Silver", "SLV", ACCOUNT_1, ETHER);
    await token.waitForDeployment();
    const address = String(await token.getAddress());
    const announce = ["hyperchain:announce", address, "--from", "1@alpha", "--json"];
    const told = valueOf<{ messageHash: string; describedIn: string | null }>(await workplace.run(announce));
    assert.equal(told.describedIn, null);
    assert.match(told.messageHash, /^0x[0-9a-f]{64}$/);
    const { describedIn } = valueOf<{ describedIn: string }>(await workplace.run([...announce, "--on", "beta"]));
    const [log] = (await beta.getTransactionReceipt(describedIn))?.logs.slice(-1) ?? [];
    const described = new Interface(["event Described(string name, string symbol, uint8 decimals, uint88 position)"]);
    const [name, symbol, decimals, position] = described.parseLog(log!)?.args ?? [];
    assert.deepEqual([name, symbol, decimals, position > 0n], ["Silver", "SLV", 18n, true]);
    const nothing = await workplace.run(["hyperchain:announce", ACCOUNT_1, "--from", "1@alpha"]);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /is not a token on alpha/);
  });

  test("I1: wallet shows what an account has on every member", async () => {
    const wallet = valueOf<{ members: readonly { name: string; tokens: readonly { amount: string }[] }[] }>(
      await workplace.run(["hyperchain:wallet", "1", "--json"]),
    );
    assert.deepEqual(
      wallet.members.map(({ name }) => name),
      ["l1", "alpha", "beta"],
    );
    const beta = await connect(ecosystem.info.chains[1]?.url).getBalance(ACCOUNT_1);
    assert.equal(wallet.members[2]?.tokens[0]?.amount, String(beta));
  });

  test("I11: hyperchain:logs begins with the newest transactions of users, as many as it names, however many blocks came since", async () => {
    const member = connect(ecosystem.info.chains[1]!.url);
    const pay = async (): Promise<string> => {
      const { hash } = await new Wallet(KEY_1, member).sendTransaction({ to: ACCOUNT_1, value: 1n });
      await member.waitForTransaction(hash);
      return hash;
    };
    const [older, newer] = [await pay(), await pay()];
    await member.send("hardhat_mine", ["0x40"]);
    const one = await workplace.run(["hyperchain:logs", "--last", "1"]);
    assert.match(one.stderr, /^From the newest 1 transactions of users; --last 4 reads further\.$/m);
    assert.deepEqual([one.stdout.includes(older), one.stdout.includes(newer)], [false, true]);
    const unasked = await workplace.run(["hyperchain:logs"]);
    assert.ok(
      [older, newer].every((hash) => unasked.stdout.includes(hash)),
      unasked.stdout,
    );
    const every = await workplace.run(["hyperchain:logs", "--last", "10000"]);
    assert.match(every.stderr, /^From all \d+ transactions of users\.$/m);
    assert.ok(every.stdout.includes(older));
    const refused = await workplace.run(["hyperchain:logs", "--last", "10001"]);
    assert.deepEqual([refused.code, refused.stderr.includes("--last")], [1, true]);
  });

  test("I11: hyperchain:logs --follow tells what users do on all members as it happens, until Ctrl-C", async () => {
    const following = await workplace.start(["hyperchain:logs", "--follow", "--json"]);
    type Line = { chainId: number; hash: string; succeeded: boolean; act?: ActInfo };
    const told = () => following.lines.map((line) => JSON.parse(line) as Line);
    const hashes: string[] = [];
    for (const { url } of [ecosystem.info.l1, ecosystem.info.chains[1]!]) {
      const member = connect(url);
      const { hash } = await new Wallet(KEY_1, member).sendTransaction({ to: ACCOUNT_1, value: 1n });
      await askUntil(
        () => told().some((line) => line.hash === hash),
        () => member.send("eth_chainId", []),
      );
      hashes.push(hash);
    }
    const places = hashes.map((hash) => told().filter((line) => line.hash === hash));
    assert.deepEqual(
      places.map((lines) => lines.map(({ chainId, succeeded }) => [chainId, succeeded])),
      [[[ecosystem.info.l1.chainId, true]], [[272, true]]],
    );
    // The page also shows actions that any account requests of the ecosystem.
    const l1 = connect(ecosystem.info.l1.url);
    await l1.send("hyperchain_setFault", [{ type: "clear" }]);
    await askUntil(
      () => told().some(({ act }) => act?.method === "hyperchain_setFault" && act.text === "fault: end all faults"),
      () => l1.send("eth_chainId", []),
    );
    assert.equal(await following.interrupt(), 0);
  });

  test("I11: hyperchain:open opens the page with its token, which no other user of the machine sees", async (context) => {
    const printed = await workplace.run(["hyperchain:open", "--print", "--json"]);
    const { page } = valueOf<{ page: string }>(printed);
    const { origin, hash } = new URL(page);
    assert.match(hash, /^#\/token\/\w{16,}$/);
    assert.match(await (await fetch(origin)).text(), /^<!doctype html>/i);
    if (process.platform === "win32") return;
    // The system's program for pages is a script that puts down what it was given.
    const folder = mkdtempSync(join(tmpdir(), "opened-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const given = join(folder, "given");
    const script = `#!/bin/sh\necho "$@" > ${given}.part\nmv ${given}.part ${given}\n`;
    for (const name of ["xdg-open", "open"]) writeFileSync(join(folder, name), script, { mode: 0o700 });
    const environment = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const opened = await workplace.run(["hyperchain:open"], { environment });
    assert.equal(opened.code, 0, opened.stderr);
    assert.ok(opened.stdout.includes(page), opened.stdout);
    await askUntil(
      () => existsSync(given),
      () => fetch(origin),
    );
    const file = readFileSync(given, "utf8").trim();
    assert.doesNotMatch(file, new RegExp(hash.slice("#/token/".length)));
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.ok(readFileSync(file, "utf8").includes(`url=${page}"`));
    const none = await workplace.run(["hyperchain:open"], { environment: { PATH: join(folder, "none") } });
    assert.deepEqual([none.code, none.stderr.includes("no browser can be opened from here")], [0, true]);
  });

  test("I1: Ctrl-C ends it with code 0, and then it is neither announced nor found", async () => {
    assert.equal(await ecosystem.interrupt(), 0);
    assert.deepEqual(existsSync(workplace.stateFolder) ? readdirSync(workplace.stateFolder) : [], []);
    await assert.rejects(fetch(ecosystem.info.l1.url, { method: "POST", body: "{}" }));
  });
});

test("every task of the listed kinds has had a separate process here, and has ended automatically", () => {
  const missing = ALONE.filter((task) => !workplace.alone.has(task));
  assert.deepEqual(missing, []);
});

test("B12: --wait returns the ecosystem's description when it is ready, the ecosystem continues, and hyperchain:stop ends it", async () => {
  const own = createWorkplace();
  let background: number | undefined;
  try {
    const started = await own.run(["hyperchain:spawn", "--wait", "--json", "--port", "0", "--proofs", "none", "--chains", "1"]);
    const { pid, log, ...info } = valueOf<SpawnedEcosystem["info"] & { pid: number; log: string }>(started);
    background = pid;
    const url = info.chains[0]?.url ?? "";
    assert.equal(await balanceOn(url, ACCOUNT_1), 10_000n * ETHER);
    assert.match(readFileSync(log, "utf8"), /^starting L1 and alpha/m);
    const elsewhere = await own.run(["hyperchain:stop", "--url", "http://127.0.0.1:1"]);
    assert.match(elsewhere.stderr, /no ecosystem answers at http:\/\/127\.0\.0\.1:1, which --url names/);
    // The environment's URL has priority over the project's ecosystem.
    const named = await own.run(["hyperchain:stop"], { environment: { HYPERCHAIN_URL: "http://127.0.0.1:1" } });
    assert.match(named.stderr, /no ecosystem answers at http:\/\/127\.0\.0\.1:1, which HYPERCHAIN_URL names/);
    const stopped = await own.run(["hyperchain:stop"]);
    assert.equal(stopped.stdout, `stopped alpha on l1 at ${info.l1.url} (process ${pid})\n`, stopped.stderr);
    await assert.rejects(fetch(url, { method: "POST", body: "{}" }));
    const again = await own.run(["hyperchain:stop"]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /this project runs no ecosystem/);
    background = undefined;
  } finally {
    if (background !== undefined) process.kill(background);
    await own.close();
  }
});

test("B12: --wait tells why the ecosystem did not start", async () => {
  const { code, stderr } = await workplace.run(["hyperchain:spawn", "--wait", "--chains", "33"]);
  assert.equal(code, 1);
  assert.match(stderr, /the ecosystem did not start .*--chains must be a whole number from 1 to 32/s);
});

async function balanceOn(url: string | undefined, account: string): Promise<bigint> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
  try {
    return await provider.getBalance(account);
  } finally {
    provider.destroy();
  }
}
