import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, toUtf8Bytes } from "ethers";
import { call, type CallRequest } from "../../src/ecosystem/client/calls/call.ts";
import { chainAccountsAddress, chainAccountsContract, l1AccountOf } from "../../src/ecosystem/client/calls/chain-accounts.ts";
import { chainAccounts, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { putOnLayer } from "../../src/ecosystem/client/sending/deployed-contract.ts";
import type { SentCall } from "../../src/ecosystem/client/calls/direct-call.ts";
import { estimateCall } from "../../src/ecosystem/client/transfers/estimate.ts";
import { executeL1Call, findL1Call, type ExecutedL1Call, type L1CallState } from "../../src/ecosystem/client/calls/l1-calls.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import { finalizeWithdrawal, viewL1, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { decodeL1Call } from "../../src/ground/protocol/l1-call.ts";
import { fromHex, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, ETHER, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [DEPLOYER, ALICE, RELAYER] = [0, 1, 9];
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);
const data = (argument: bigint): Hex => target.encodeFunctionData("double", [argument]) as Hex;

describe("C7: a call from a chain reaches a contract on L1", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];
  let contract: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
    contract = await deploy(on("l1"), "CallTarget");
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const on = (member: string, account = ALICE) => ecosystem.on(member, account);
  const l1 = () => on("l1").provider!;
  const order = (from: string, more: Partial<CallRequest> = {}, account = ALICE): Promise<SentCall> =>
    call(info, { chain: from, to: `${contract}@l1`, data: data(4n), ...more }, on(from, account));
  const nameOf = ({ sourceChainId, sender, messageHash }: SentCall) => ({ chain: sourceChainId, sender, messageHash });
  const execute = (sent: SentCall): Promise<ExecutedL1Call> => executeL1Call(info, nameOf(sent), on("l1", RELAYER));
  const accountOf = (chain: string, account = ALICE): Hex => l1AccountOf(info, { chain, sender: on(chain, account).address });

  async function stateOf(sent: SentCall): Promise<L1CallState> {
    const view = viewL1(info, l1());
    await view.poll();
    return (await findL1Call(info, nameOf(sent), view, l1())).state;
  }

  /** Caller, argument and value of the last call. */
  async function lastCall(): Promise<readonly unknown[]> {
    const logs = await l1().getLogs({ address: contract, fromBlock: 0 });
    return [...target.parseLog(logs.at(-1)!)!.args].map((value) => (typeof value === "string" ? value.toLowerCase() : value));
  }

  test("by the sender's own account there, with a value that comes from the chain, brought by any account", async () => {
    const sent = await order("a", { value: 7n });
    assert.deepEqual(
      [sent.type, sent.sender, sent.destinationChainId],
      ["l1Call", on("a").address.toLowerCase(), info.l1.chainId],
    );
    assert.notEqual(sent.withdrawal, undefined);
    assert.equal(await stateOf(sent), "unknown");
    assert.deepEqual(await execute(sent), { state: "unknown" });
    await ecosystem.devnet.settle();
    assert.equal(await stateOf(sent), "ready");
    const made = await execute(sent);
    assert.equal(made.state, "executed");
    assert.deepEqual(await lastCall(), [accountOf("a"), 4n, 7n]);
    assert.equal(await stateOf(sent), "executed");
    assert.deepEqual(await execute(sent), { ...made, state: "executedBefore" });
    // The withdrawal was claimed for it.
    const claim = await finalizeWithdrawal(info, { chain: "a", messageHash: sent.withdrawal! }, on("l1", RELAYER));
    assert.equal(claim.state, "paidBefore");
  });

  test("counts each of several equal calls, also those of a chain with a custom base token, whose ETH is a token", async () => {
    const payer = on("l1", DEPLOYER);
    for (const [token, amount] of [
      ["GAS", ETHER],
      ["ETH", 20n],
    ] as const)
      await send(info, { chain: "l1", to: `${on("gas").address}@gas`, amount, token }, payer);
    await ecosystem.devnet.relay();
    const calls = [await order("gas", { value: 9n }), await order("gas", { value: 9n })];
    assert.notEqual(calls[0]!.messageHash, calls[1]!.messageHash);
    await ecosystem.devnet.settle();
    for (const sent of calls) {
      assert.equal((await execute(sent)).state, "executed");
      assert.deepEqual(await lastCall(), [accountOf("gas"), 4n, 9n]);
    }
  });

  test("pays a funded call from the account's balance, or reports the missing amount before sending", async () => {
    const account = accountOf("b");
    const sent = await order("b", { value: 5n, funded: true });
    assert.equal(sent.withdrawal, undefined);
    await ecosystem.devnet.settle();
    const lacking = { code: "InsufficientFunds", message: new RegExp(`5 wei with ${account}, which has 0 on`) };
    await assert.rejects(execute(sent), lacking);
    await (await on("l1", DEPLOYER).sendTransaction({ to: account, value: 5n })).wait();
    assert.equal((await execute(sent)).state, "executed");
    assert.deepEqual(await lastCall(), [account, 4n, 5n]);
  });

  test("a call that reverts says why, waits, and expires by L1's clock", async () => {
    const odd = await order("a", { data: data(5n) });
    const late = await order("a", { deadline: 1n });
    await ecosystem.devnet.settle();
    await assert.rejects(execute(odd), {
      code: "Failed",
      message: /reverts there with 0x.*it can be tried again until second \d+/,
    });
    assert.equal(await stateOf(odd), "ready");
    assert.deepEqual(await execute(late), { state: "expired" });
  });

  test("its sender cancels it by another call", async () => {
    const unwanted = await order("a");
    await ecosystem.devnet.settle();
    const view = viewL1(info, l1());
    await view.poll();
    const { place, call: found } = await findL1Call(info, nameOf(unwanted), view, l1());
    const cancel = chainAccounts.encodeFunctionData("cancel", [place!.batch.batchNumber, place!.index]) as Hex;
    const canceling = await order("a", { to: `${found!.accounts}@l1`, data: cancel });
    await ecosystem.devnet.settle();
    assert.equal((await execute(canceling)).state, "executed");
    assert.deepEqual(await execute(unwanted), { state: "canceled" });
  });

  test("an estimate runs it from the sender's account there", async () => {
    const estimate = (argument: bigint) =>
      estimateCall(info, { chain: "a", to: `${contract}@l1`, data: data(argument), sender: on("a").address }, ecosystem.provider);
    const { gasLimit } = await estimate(4n);
    assert.ok(gasLimit > 21_000n && gasLimit < 100_000n, String(gasLimit));
    await assert.rejects(estimate(5n), { code: "Failed" });
    const sent = await order("a", { gasLimit });
    await ecosystem.devnet.settle();
    assert.equal((await execute(sent)).state, "executed");
  });

  test("accepts a direct call of a contract on a chain: clients read its encoding", async () => {
    const caller = await deploy(on("a"), "L1Caller", info.l1.chainId, chainAccountsAddress(info, "a"));
    const l1Caller = new Interface(["function callOnL1(address to, uint64 gas, bytes data)"]);
    const order = l1Caller.encodeFunctionData("callOnL1", [contract, 90_000n, data(8n)]);
    const receipt = await (await on("a").sendTransaction({ to: caller, data: order })).wait();
    const [sent] = sentMessages(271, info.l1.chainId, receipt!);
    assert.deepEqual([sent!.type, sent!.sender], ["l1Call", caller]);
    const { gasLimit, to, value } = decodeL1Call(fromHex(String(messenger.parseLog(receipt!.logs[0]!)!.args["message"])))!;
    assert.deepEqual([gasLimit, to, value], [90_000n, contract, 0n]);
    await ecosystem.devnet.settle();
    const name = { chain: "a", sender: caller, messageHash: sent!.messageHash };
    assert.equal((await executeL1Call(info, name, on("l1", RELAYER))).state, "executed");
    assert.deepEqual(await lastCall(), [l1AccountOf(info, { chain: "a", sender: caller }), 8n, 0n]);
  });

  test("attack: a sender of many small withdrawals has no stranger claim more than a few of them", async () => {
    const sender = on("a", DEPLOYER);
    await (await on("a").sendTransaction({ to: sender.address, value: ETHER })).wait();
    const account = l1AccountOf(info, { chain: "a", sender: sender.address });
    const small = [];
    for (let i = 0; i < 9; i++) small.push(await withdraw(info, { chain: "a", amount: 1n, to: account }, sender));
    const sent = await order("a", { value: 9n, funded: true }, DEPLOYER);
    await ecosystem.devnet.settle();
    const spent = await on("l1", RELAYER).getNonce();
    await assert.rejects(execute(sent), { code: "InsufficientFunds", message: /more than 8 withdrawals$/ });
    assert.equal(await on("l1", RELAYER).getNonce(), spent);
    const { messageHash } = small[4]!;
    await finalizeWithdrawal(info, { chain: "a", messageHash }, sender.connect(l1()));
    assert.equal((await execute(sent)).state, "executed");
    assert.deepEqual(await lastCall(), [account, 4n, 9n]);
  });

  test("attack: a copy of the message by another sender, and strangers' withdrawals to the account, change nothing", async () => {
    const account = accountOf("a");
    const stranger = on("a", RELAYER);
    const sent = await order("a", { value: 11n });
    const receipt = await on("a").provider!.getTransactionReceipt(sent.transactionHash);
    const body = String(messenger.parseLog(receipt!.logs[0]!)!.args["message"]);
    const copied = await stranger.sendTransaction({
      to: PREDEPLOYS.L1Messenger,
      data: messenger.encodeFunctionData("sendToL1", [body]),
    });
    const [copy] = sentMessages(271, info.l1.chainId, (await copied.wait())!);
    assert.deepEqual([copy!.type, copy!.messageHash], ["l1Call", sent.messageHash]);
    const dust = await withdraw(info, { chain: "a", amount: 1_000n, to: account }, stranger);
    await ecosystem.devnet.settle();
    const had = await l1().getBalance(account);
    assert.equal((await execute(sent)).state, "executed");
    assert.deepEqual(await lastCall(), [account, 4n, 11n]);
    assert.equal(await l1().getBalance(account), had);
    assert.equal(
      (await finalizeWithdrawal(info, { chain: "a", messageHash: dust.messageHash }, stranger.connect(l1()))).state,
      "paid",
    );
    // The copy is the stranger's own call, whose account has nothing.
    const own = { chain: "a", sender: stranger.address, messageHash: sent.messageHash };
    await assert.rejects(executeL1Call(info, own, on("l1", RELAYER)), { code: "InsufficientFunds" });
  });

  test("attack: a stranger who puts the contract of the accounts on L1 a moment earlier stops no call", async () => {
    const contract = chainAccountsContract(`0x${"0f".repeat(20)}`);
    const [signer, stranger] = [on("l1"), on("l1", RELAYER)];
    await putOnLayer(chainAccountsContract(`0x${"f0".repeat(20)}`), await senderOn(signer, info.l1));
    const send = signer.sendTransaction.bind(signer);
    signer.sendTransaction = async (transaction) => {
      const { to = null, data = null } = transaction;
      await (await stranger.sendTransaction({ to, data })).wait();
      return send(transaction);
    };
    assert.equal(await putOnLayer(contract, await senderOn(signer, info.l1)), contract.address);
    assert.notEqual(await l1().getCode(contract.address), "0x");
  });

  test("a message for another L1 or another contract is a plain message, and is not executed", async () => {
    const sent = await order("a");
    const receipt = await on("a").provider!.getTransactionReceipt(sent.transactionHash);
    const body = String(messenger.parseLog(receipt!.logs[0]!)!.args["message"]);
    assert.ok(decodeL1Call(Buffer.from(body.slice(2), "hex")));
    const elsewhere = [body.replace(info.l1.chainId.toString(16).padStart(16, "0"), "00".repeat(8)), toHex(toUtf8Bytes("hello"))];
    for (const message of elsewhere) {
      const response = await on("a").sendTransaction({
        to: PREDEPLOYS.L1Messenger,
        data: messenger.encodeFunctionData("sendToL1", [message]),
      });
      const [plain] = sentMessages(271, info.l1.chainId, (await response.wait())!);
      assert.equal(plain!.type, "message");
      await ecosystem.devnet.settle();
      const name = { chain: "a", sender: on("a").address, messageHash: plain!.messageHash };
      assert.deepEqual(await executeL1Call(info, name, on("l1", RELAYER)), { state: "unknown" });
    }
  });
});
