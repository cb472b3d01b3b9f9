import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import type { NamedValue } from "../../src/ecosystem/devnet/view/contracts/contract-call.ts";
import type { Deployable } from "../../src/ecosystem/devnet/view/contracts/deployable.ts";
import type { Prepared } from "../../src/ecosystem/devnet/view/acts/prepare.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodeL1Call } from "../../src/ground/protocol/l1-call.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];
const BOB = "0x00000000000000000000000000000000000b0b00";
const SUPPLY = 1_000n;

describe("C10: transactions that are prepared for an account to sign", () => {
  let devnet: FlowDevnet;
  let onA: JsonRpcProvider;
  let onB: JsonRpcProvider;
  let alice: Hex;
  let token: Interface;
  /** Two tokens of that name: one was created on L1, one on alpha. */
  let onL1Token: Hex;
  let onAToken: Hex;

  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> => (await onA.send(method, params)) as T;
  const prepare = (request: object): Promise<Prepared> => ask("hyperchain_prepare", alice, request);
  const refusal = (method: string, ...params: unknown[]) => refusalOf(onA, method, params);
  /** Signs a transaction like a wallet. */
  async function sign({ transaction }: Prepared): Promise<TransactionReceipt> {
    const { chainId, to, data, value, gas } = transaction;
    const provider = { [Number(A)]: onA, [Number(B)]: onB }[Number(chainId)] ?? devnet.l1.provider;
    const response = await devnet.accounts
      .wallet(ALICE)
      .connect(provider)
      .sendTransaction({ to: to ?? null, data, value, gasLimit: gas });
    const receipt = await provider.waitForTransaction(response.hash);
    assert.equal(receipt?.status, 1);
    return receipt!;
  }
  /** Signs until the request is done; resolves with the names of the steps. */
  async function carryOut(request: object): Promise<readonly string[]> {
    const steps: string[] = [];
    for (;;) {
      const prepared = await prepare(request);
      assert.equal(prepared.transaction.from, alice);
      steps.push(prepared.step);
      await sign(prepared);
      if (prepared.isLast) return steps;
    }
  }
  async function settle(): Promise<void> {
    await devnet.settle();
    await devnet.relay();
  }

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    [onA, onB] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
    const wallet = devnet.accounts.wallet(ALICE);
    alice = lowerCaseAddress(wallet.address);
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    token = new Interface(abi);
    const deploy = async (provider: JsonRpcProvider | typeof devnet.l1.provider): Promise<Hex> => {
      const factory = new ContractFactory(abi, bytecode, wallet.connect(provider));
      const contract = await (await factory.deploy("Money", "MNY", alice, SUPPLY)).waitForDeployment();
      return lowerCaseAddress(contract.target as string);
    };
    onL1Token = await deploy(devnet.l1.provider);
    // A contract that the same account makes with the same nonce has the same address on both.
    await (await wallet.connect(onA).sendTransaction({ to: BOB })).wait();
    onAToken = await deploy(onA);
  });
  after(async () => {
    onA?.destroy();
    onB?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("a deposit of ETH is one transaction on L1, and arrives", async () => {
    assert.deepEqual(await carryOut({ action: "deposit", chain: "beta", amount: String(3n * ETHER), to: BOB }), ["deposit"]);
    await settle();
    assert.equal(await onB.getBalance(BOB), 3n * ETHER);
  });

  test("a deposit of a token asks for the approval first, then for the deposit itself, and for no approval again", async () => {
    const request = { action: "deposit", chain: "alpha", token: onL1Token, amount: "70" };
    const first = await prepare(request);
    assert.deepEqual([first.step, first.isLast, first.transaction.to], ["approval", false, onL1Token]);
    const spent = token.decodeFunctionData("approve", first.transaction.data);
    assert.deepEqual([String(spent[0]).toLowerCase(), spent[1]], [devnet.info().l1.contracts.bridge, 70n]);
    assert.deepEqual(await carryOut(request), ["approval", "deposit"]);
    await settle();
    const { members } = await ask<{ members: { name: string; tokens: { symbol: string; amount: string }[] }[] }>(
      "hyperchain_wallet",
      alice,
    );
    const held = members.find(({ name }) => name === "alpha")?.tokens.find(({ symbol }) => symbol === "MNY");
    assert.equal(held?.amount, "70");
  });

  test("a token that leaves its chain for the first time is approved, announced and sent", async () => {
    const request = { action: "send", chain: "alpha", to: `${BOB}@beta`, token: onAToken, amount: "5" };
    assert.deepEqual(await carryOut(request), ["approval", "announcement", "send"]);
    assert.deepEqual(await carryOut({ ...request, token: undefined, amount: String(ETHER) }), ["send"]);
    await settle();
    assert.equal(await onB.getBalance(BOB), 4n * ETHER);
  });

  test("a withdrawal is claimed when L1 has executed its batch, and neither before nor twice", async () => {
    const carol = "0x00000000000000000000000000000000000ca401";
    assert.deepEqual(await carryOut({ action: "withdraw", chain: 271, amount: "12345", to: carol }), ["withdraw"]);
    const withdrawalOf = async (): Promise<MessageInfo | undefined> =>
      (await ask<MessageInfo[]>("hyperchain_messages")).find(({ type }) => type === "withdrawal");
    const { inFlight } = await ask<{ inFlight: { type: string; hash: Hex }[] }>("hyperchain_wallet", carol);
    const claim = { action: "claim", chain: "alpha", messageHash: inFlight.find(({ type }) => type === "withdrawal")!.hash };
    const early = await refusal("hyperchain_prepare", alice, claim);
    assert.deepEqual([early.code, early.data?.code], [-32000, "NotClaimable"]);
    await settle();
    assert.equal((await withdrawalOf())?.messageHash, claim.messageHash);
    assert.deepEqual(await carryOut(claim), ["claim"]);
    assert.equal(await devnet.l1.provider.getBalance(carol), 12_345n);
    assert.match((await refusal("hyperchain_prepare", alice, claim)).message, /paid already/);
  });

  test("a contract of the project is read and written by names, here and on another chain", async () => {
    const at = { chain: "alpha", address: onAToken };
    const balance = (account: string): Promise<NamedValue[]> =>
      ask("hyperchain_read", { ...at, function: "balanceOf", arguments: [account] });
    assert.deepEqual(await ask("hyperchain_read", { ...at, function: "symbol()", arguments: [] }), [
      { name: "", type: "string", value: "MNY" },
    ]);
    const write = { action: "write", ...at, function: "transfer(address,uint256)", arguments: [BOB, "7"] };
    const prepared = await prepare(write);
    assert.deepEqual([prepared.step, prepared.isLast], ["write", true]);
    assert.equal(prepared.transaction.data, token.encodeFunctionData("transfer", [BOB, 7n]));
    await sign(prepared);
    assert.deepEqual(
      (await balance(BOB)).map(({ type, value }) => [type, value]),
      [["uint256", "7"]],
    );
    const words = { function: "balanceOf(address)", arguments: [alice] };
    const call = await prepare({ action: "call", chain: "beta", to: `${onAToken}@alpha`, inWords: words });
    assert.deepEqual([call.step, Number(call.transaction.chainId)], ["call", 272]);
    assert.ok(call.transaction.data.includes(token.encodeFunctionData("balanceOf", [alice]).slice(2)));
    await sign(call);
  });

  test("a contract of the project is created on a chain and on L1, with its constructor's arguments", async () => {
    const named = await ask<Deployable[]>("hyperchain_contracts");
    const found = named.find(({ name }) => name === "DevelopmentToken")!;
    assert.deepEqual(
      (found.inputs as { readonly name: string; readonly type: string }[]).map(({ name, type }) => `${type} ${name}`),
      ["string name_", "string symbol_", "address holder", "uint256 supply"],
    );
    assert.equal(found.isPayable, false);
    for (const [chain, provider] of [
      ["alpha", onA],
      [devnet.info().l1.name, devnet.l1.provider],
    ] as const) {
      const wanted = { action: "deploy", chain, contract: found.fullName, arguments: ["Gold", "GLD", BOB, "12"] };
      const prepared = await prepare(wanted);
      assert.deepEqual([prepared.step, prepared.isLast, prepared.transaction.to], ["deploy", true, undefined]);
      const { contractAddress } = await sign(prepared);
      const data = token.encodeFunctionData("balanceOf", [BOB]);
      assert.equal(BigInt(await provider.call({ to: contractAddress, data })), 12n);
    }
    const interfaces = named.filter(({ name }) => /^I[A-Z]/.test(name));
    assert.deepEqual(interfaces, [], "an interface has no code");
  });

  test("C7: a call to L1 is one message, whose value the sender's account there is to have", async () => {
    const { l1 } = devnet.info();
    const call = await prepare({ action: "call", chain: "beta", to: `${BOB}@${l1.name}`, value: "7" });
    assert.deepEqual([call.step, call.isLast, call.transaction.to], ["call", true, PREDEPLOYS.L1Messenger]);
    assert.equal(BigInt(call.transaction.value), 0n);
    const [body] = messenger.decodeFunctionData("sendToL1", call.transaction.data);
    const wanted = decodeL1Call(fromHex(String(body)));
    assert.deepEqual([wanted?.to, wanted?.value, wanted?.l1ChainId], [BOB, 7n, BigInt(l1.chainId)]);
    await sign(call);
  });

  test("an impossible call is refused with the reason before a signature", async () => {
    const at = { action: "write", chain: "alpha", address: onAToken };
    const transfer = { ...at, function: "transfer(address,uint256)" };
    const refused = async (request: object): Promise<string> => (await refusal("hyperchain_prepare", alice, request)).message;
    assert.match(
      await refused({ ...transfer, arguments: [BOB, "5000"] }),
      /^it would revert with BalanceTooSmall\(0x.*, 5000\)$/,
    );
    assert.match(await refused({ ...transfer, arguments: [BOB, "much"] }), /argument 2 .* must be uint256: "much"/);
    assert.match(await refused({ ...transfer, arguments: [BOB] }), /takes 2 arguments, not 1/);
    assert.match(await refused({ ...at, function: "steal", arguments: [] }), /DevelopmentToken has no function steal/);
    assert.match(await refused({ ...at, address: BOB, function: "steal", arguments: [] }), /no contract of the project/);
    const deploy = { action: "deploy", chain: "alpha", contract: "DevelopmentToken" };
    assert.match(await refused({ ...deploy, arguments: ["Gold"] }), /constructor of DevelopmentToken takes 4 arguments, not 1/);
    assert.match(await refused({ ...deploy, arguments: ["", "", "bob", "1"] }), /argument 3 \(holder\) must be address: "bob"/);
    assert.match(await refused({ ...deploy, contract: "Nothing", arguments: [] }), /compiled no contract Nothing/);
    assert.match(
      await refused({ ...deploy, contract: "IHyperchain", arguments: [] }),
      /interface or abstract, or needs libraries/,
    );
    assert.match(await refused({ action: "withdraw", chain: "alpha", amount: "0" }), /must be above 0/);
    assert.match(await refused({ action: "withdraw", chain: "alpha", amount: String(99n * ETHER) }), /lacks .* ETH on alpha/);
    assert.match(await refused({ action: "send", chain: "alpha", to: BOB, amount: "1" }), /does not say on which chain/);
    assert.match(await refused({ action: "call", chain: "alpha", to: `${BOB}@beta`, data: "0x12345678" }), /no contract at/);
    const oracle = "0x420000000000000000000000000000000000000f";
    const lost = /of the OP Stack's contracts, .* the money would be lost/;
    assert.match(await refused({ action: "deposit", chain: "alpha", amount: "1", to: oracle }), lost);
    assert.match(await refused({ action: "send", chain: "alpha", to: `${oracle}@beta`, amount: "1" }), lost);
    assert.match(await refused({ action: "call", chain: "l1", to: `${oracle}@alpha`, data: "0x", value: "1" }), lost);
  });

  test("with explicit gas, a call or a creation that would revert is sent unchanged, because its failure is the subject", async () => {
    const gasLimit = "123456";
    const words = { function: "transfer(address,uint256)", arguments: [BOB, "5000"] };
    const write = await prepare({ action: "write", chain: "alpha", address: onAToken, ...words, gasLimit });
    assert.deepEqual([write.step, write.isLast], ["write", true]);
    assert.deepEqual(write.transaction, {
      ...{ chainId: "0x10f", from: alice, to: onAToken, value: "0x0", gas: "0x1e240" },
      data: token.encodeFunctionData("transfer", [BOB, 5_000n]),
    });
    const { to, data, gas } = write.transaction;
    const wallet = devnet.accounts.wallet(ALICE).connect(onA);
    const { hash } = await wallet.sendTransaction({ to: to!, data, gasLimit: gas });
    assert.equal((await onA.waitForTransaction(hash))?.status, 0);
    const args = ["Gold", "GLD", BOB, "12"];
    // Less than its code takes: it runs out of gas on the chain.
    const deploy = await prepare({ action: "deploy", chain: "alpha", contract: "DevelopmentToken", arguments: args, gasLimit });
    assert.deepEqual([deploy.isLast, deploy.transaction.to, deploy.transaction.gas], [true, undefined, "0x1e240"]);
  });

  test("attack: an invalid request, and one with fields that it does not know, are refused by name", async () => {
    const good = { action: "deposit", chain: "alpha", amount: "1" };
    for (const request of [
      null,
      [],
      "deposit",
      {},
      { ...good, amount: 1 },
      { ...good, amount: "0x1" },
      { ...good, amount: "-1" },
    ])
      assert.equal((await refusal("hyperchain_prepare", alice, request)).code, -32602, JSON.stringify(request));
    assert.match((await refusal("hyperchain_prepare", alice, { ...good, spender: BOB })).message, /spender/);
    assert.equal((await refusal("hyperchain_prepare", alice, { ...good, chain: "1".repeat(100_000) })).code, -32602);
    assert.equal((await refusal("hyperchain_prepare", "alice", good)).code, -32602);
    assert.equal((await refusal("hyperchain_read", { chain: "alpha", address: onAToken, function: "name" })).code, -32602);
    assert.match((await refusal("hyperchain_read", {})).message, /; chain is missing$/);
    assert.match((await refusal("hyperchain_read", { chain: "alpha", address: 5 })).message, /; address must be string, not 5$/);
  });
});
