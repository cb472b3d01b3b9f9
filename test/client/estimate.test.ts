import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface } from "ethers";
import { bundleResult } from "../../src/ecosystem/client/messages/bundle-result.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { estimateCall, estimateSend } from "../../src/ecosystem/client/transfers/estimate.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { clientOf } from "../flow/support/devnet.ts";
import { deploy, ETHER, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [ALICE, BOB] = [1, 2];
const target = new Interface(["function double(uint256) payable returns (uint256)", "error Odd(uint256 value)"]);
const caller = new Interface(["function send(bytes,(bytes to,bytes data,bytes[] callAttributes)[],bytes[]) payable"]);

describe("B4: gas of what happens on another chain is estimated before it is sent", () => {
  let ecosystem: ClientEcosystem;
  let there: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    there = await deploy(ecosystem.on("b", ALICE), "CallTarget");
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const doubled = (value: bigint) => target.encodeFunctionData("double", [value]) as Hex;

  /** Whether a call with this gas, from a contract with no account on the destination yet, succeeds. */
  async function succeeds(gasLimit: bigint, value: bigint): Promise<boolean | undefined> {
    const contract = await deploy(ecosystem.on("a", ALICE), "InteropCaller", PREDEPLOYS.InteropCenter);
    const starter = [
      interoperable(272n, there),
      doubled(42n),
      [attribute("interopCallValue", value), attribute("shadowAccount")],
    ];
    const data = caller.encodeFunctionData("send", [
      interoperable(272n),
      [starter],
      [attribute("gasLimit", gasLimit), attribute("callback", 300_000n, 0n)],
    ]);
    const sent = await (await ecosystem.on("a", ALICE).sendTransaction({ to: contract, data, value })).wait();
    const [message] = sentMessages(271, ecosystem.info.l1.chainId, sent!).filter(({ type }) => type === "bundle");
    await ecosystem.moveOn();
    return outcome(message!.messageHash);
  }

  /** Whether the calls of an executed bundle succeeded. */
  async function outcome(messageHash: Hex): Promise<boolean | undefined> {
    const [chain] = ecosystem.devnet.chains;
    const { steps } = (await chain!.provider.request({ method: "hyperchain_message", params: [messageHash] })) as MessageInfo;
    const { transactionHash } = steps.find(({ step }) => step === "executed")!;
    const receipt = await ecosystem.provider(272).getTransactionReceipt(transactionHash);
    return bundleResult(messageHash, receipt!)?.success;
  }

  test("the estimate of a call with value, from a sender without an account there, suffices, and a tenth less does not", async () => {
    const contract = await deploy(ecosystem.on("a", ALICE), "InteropCaller", PREDEPLOYS.InteropCenter);
    const request = { chain: "a", to: `${there}@b`, data: doubled(42n), value: 7n, sender: contract };
    const { gasLimit } = await estimateCall(ecosystem.info, request, ecosystem.provider);
    assert.equal(await succeeds(gasLimit, 7n), true);
    assert.equal(await succeeds((gasLimit * 9n) / 10n, 7n), false);
  });

  test("the callback's gas is what the sender's own function takes for the answer", async () => {
    const contract = await deploy(ecosystem.on("a", ALICE), "InteropCaller", PREDEPLOYS.InteropCenter);
    const request = { chain: "a", to: `${there}@b`, data: doubled(42n), sender: contract };
    const { callbackGasLimit } = await estimateCall(ecosystem.info, request, ecosystem.provider);
    // The listener emits an event with the answer, also for a direct call with the target's answer.
    const coder = AbiCoder.defaultAbiCoder();
    const answer = coder.encode(["bytes[]"], [[coder.encode(["uint256"], [84n])]]);
    const data = new Interface(["function onInteropResult(bytes32,bool,bytes)"]).encodeFunctionData("onInteropResult", [
      `0x${"00".repeat(32)}`,
      true,
      answer,
    ]);
    const zeros = data
      .slice(2)
      .match(/../g)!
      .filter((byte) => byte === "00").length;
    const others = data.length / 2 - 1 - zeros;
    const whole = await ecosystem.provider(271).estimateGas({ from: PREDEPLOYS.InteropHandler, to: contract, data });
    assert.equal(callbackGasLimit, whole - 21_000n - 4n * BigInt(zeros) - 16n * BigInt(others));
    const account = { ...request, sender: ecosystem.on("a", ALICE).address };
    assert.equal((await estimateCall(ecosystem.info, account, ecosystem.provider)).callbackGasLimit, undefined);
  });

  test("reports the reason of a call that would fail, and sends nothing", async () => {
    const request = { chain: "a", to: `${there}@b`, data: doubled(3n), sender: ecosystem.on("a", ALICE).address };
    await assert.rejects(
      estimateCall(ecosystem.info, request, ecosystem.provider, { error: (data) => target.parseError(data)! }),
      {
        name: "ClientError",
        code: "Failed",
        message: new RegExp(`^the call of ${there}@b would fail: it reverts with Odd\\(3\\)$`, "i"),
      },
    );
    await ecosystem.devnet.settle();
    await ecosystem.devnet.relay();
  });

  test("the estimate of a send is what paying it out there takes, more where the token is new there", async () => {
    const token = await deploy(ecosystem.on("a", ALICE), "L2TestToken", 500n, false, false);
    const to = `${ecosystem.on("b", BOB).address}@b`;
    const first = await estimateSend(ecosystem.info, { chain: "a", to, amount: 5n, token }, ecosystem.provider);
    await send(ecosystem.info, { chain: "a", to, amount: 5n, token }, ecosystem.on("a", ALICE));
    await ecosystem.moveOn();
    const next = await estimateSend(ecosystem.info, { chain: "a", to, amount: 5n, token }, ecosystem.provider);
    // Creating the token's contract writes at least five new slots of 22,100 gas each.
    assert.ok(first.deliveryGas > next.deliveryGas + 5n * 22_100n, `${first.deliveryGas}, then ${next.deliveryGas}`);
    const coin = await estimateSend(ecosystem.info, { chain: "a", to, amount: ETHER }, ecosystem.provider);
    assert.ok(coin.deliveryGas > 0n && coin.deliveryGas < next.deliveryGas + 60_000n, String(coin.deliveryGas));
  });

  test("the estimate of a withdrawal tells the bare payment, and the claim that makes it, of coins and of a token", async () => {
    const { info } = ecosystem;
    const alice = ecosystem.on("l1", ALICE);
    const l1Token = await deploy(alice, "L2TestToken", 500n, false, false);
    await deposit(info, { chain: "a", token: l1Token, amount: 9n }, alice);
    await ecosystem.moveOn();
    const fresh = "0x00000000000000000000000000000000deadbeef@l1";
    // Alice deployed a token of chain a at the same address.
    await assert.rejects(estimateSend(info, { chain: "a", to: fresh, amount: 2n, token: l1Token }, ecosystem.provider), {
      code: "AmbiguousToken",
    });
    for (const token of [undefined, `${l1Token}@l1`]) {
      const request = { chain: "a", to: fresh, amount: 2n, token };
      const { deliveryGas, claimGas = 0n } = await estimateSend(info, request, ecosystem.provider);
      const { messageHash } = await send(info, request, ecosystem.on("a", ALICE));
      await ecosystem.moveOn();
      const claim = await finalizeWithdrawal(info, { chain: "a", messageHash }, alice);
      assert.ok(claim.state === "paid");
      const receipt = await ecosystem.provider(info.l1.chainId).getTransactionReceipt(claim.l1TransactionHash);
      const { gasUsed = 0n } = receipt ?? {};
      assert.ok(
        deliveryGas < gasUsed && gasUsed <= claimGas && claimGas < 2n * gasUsed,
        `${deliveryGas}, ${gasUsed} of ${claimGas}`,
      );
    }
    assert.equal(
      (await estimateSend(info, { chain: "a", to: fresh.replace("l1", "b"), amount: 2n }, ecosystem.provider)).claimGas,
      undefined,
    );
  });

  test("a call that carries a token and a reward is estimated with both, and goes through with the estimate", async () => {
    const token = await deploy(ecosystem.on("a", ALICE), "L2TestToken", 500n, false, false);
    const alice = ecosystem.on("a", ALICE);
    const tokens = [{ token, amount: 9n, recipient: there }];
    const request = { chain: "a", to: `${there}@b`, data: doubled(2n), value: 3n, reward: 2n, tokens };
    const { gasLimit } = await estimateCall(ecosystem.info, { ...request, sender: alice.address }, ecosystem.provider);
    const sent = await call(ecosystem.info, { ...request, gasLimit }, alice);
    await ecosystem.moveOn();
    assert.equal(await outcome(sent.messageHash), true);
  });

  test("an estimate over HTTP holds although the batch is sealed before the transaction, which then sends its first message", async () => {
    const [a] = ecosystem.devnet.chains;
    const http = clientOf(a!);
    const alice = ecosystem.devnet.accounts.wallet(ALICE).connect(http);
    const data = new Interface(["function sendToL1(bytes)"]).encodeFunctionData("sendToL1", ["0x1234"]);
    const say = { to: PREDEPLOYS.L1Messenger, data };
    // The batch's second message pays for no new slot; the next batch's first does.
    for (let message = 0; message < 2; message++) await (await alice.sendTransaction({ ...say, gasLimit: 200_000n })).wait();
    const gasLimit = await http.estimateGas({ ...say, from: alice.address });
    await a!.pipeline.seal();
    const receipt = await (await alice.sendTransaction({ ...say, gasLimit })).wait();
    assert.equal(receipt?.status, 1);
    http.destroy();
  });
});
