import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { expect } from "chai";
import { AbiCoder, ZeroAddress, type BaseContract, type Contract } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains, Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { interoperable } from "../../contracts/l2/support/bundles.ts";
import { openUnproven } from "./support/open.ts";

const coder = AbiCoder.defaultAbiCoder();
const LIMIT = 'with "above the limit"';

describe("I2: answers, refunds and remote storage in tests", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let alpha: Member;
  let beta: Member;
  let bank: Contract;
  let till: Contract;
  let bob: string;

  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    [alpha, beta] = [hyperchains.chain("alpha"), hyperchains.chain("beta")];
    bank = (await alpha.ethers.deployContract("Bank")) as unknown as Contract;
    till = (await beta.ethers.deployContract("Till")) as unknown as Contract;
    bob = (await alpha.ethers.getSigners())[5]!.address;
  });
  after(() => connection.close());

  const NOTHING = { reward: 0n, gasLimit: 0n, deadline: 0n, answerReward: 0n, destinationToken: ZeroAddress };
  /** Sends a call to the till: `amount` of 1,000 or more fails there. */
  const ask = async (amount: bigint, { value = 0n, answerGas = 200_000n, target = till as BaseContract } = {}) => {
    const request = {
      ...NOTHING,
      ...{ chainId: beta.chainId, target: await target.getAddress(), value, amount, paid: value, refundTo: bob, answerGas },
    };
    return bank.getFunction("ask").send(request, { value });
  };
  const failsWith = (assertion: PromiseLike<unknown>, message: RegExp) =>
    assert.rejects(Promise.resolve(assertion), (error: Error) => error.name === "AssertionError" && message.test(error.message));

  test("a message's answer has the results and the transaction that delivered them", async () => {
    const message = await hyperchains.message(ask(3n));
    const answer = await message.answered();
    assert.deepEqual(
      { ...answer, transactionHash: "" },
      { success: true, results: [coder.encode(["uint256"], [3n])], callbackSucceeded: true, transactionHash: "" },
    );
    const receipt = await alpha.ethers.provider.getTransactionReceipt(answer.transactionHash);
    assert.equal(receipt?.to?.toLowerCase(), PREDEPLOYS.InteropHandler);
    assert.equal(await bank.getFunction("lastAnswer").staticCall(), 3n);
  });

  test("a failed call's answer has the reason, and its value returns", async () => {
    const message = await hyperchains.message(ask(1_000n, { value: 50n }));
    const before = await alpha.ethers.provider.getBalance(bob);
    const answer = await message.answered();
    assert.deepEqual([answer.success, answer.callbackSucceeded], [false, true]);
    assert.equal(!answer.success && answer.reason, LIMIT);
    assert.equal((await message.refunded()).length, 1);
    assert.equal((await alpha.ethers.provider.getBalance(bob)) - before, 50n);
  });

  test("a call without an answer, and one that returned nothing, are refused by name", async () => {
    const silent = await hyperchains.message(ask(3n, { answerGas: 0n }));
    await assert.rejects(silent.answered(), { code: "NoAnswer" });
    await assert.rejects(silent.refunded(), { code: "NothingToRefund" });
    const transfer = await hyperchains.send({ chain: "alpha", to: `${bob}@beta`, amount: 1n });
    await assert.rejects(transfer.answered(), { code: "NoAnswer" });
  });

  test("everything that a transaction caused arrives, failures included", async () => {
    const all = await hyperchains.completed(ask(1_000n, { value: 50n }));
    const ways = all.map(({ type, sourceChainId, destinationChainId }) => `${type} ${sourceChainId} to ${destinationChainId}`);
    assert.deepEqual(ways.sort(), ["bundle 271 to 272", "callback 272 to 271", "transfer 272 to 271"]);
  });

  test("answeredBy holds for an accepted answer, and for its results", async () => {
    await expect(ask(3n)).to.be.answeredBy(beta);
    await expect(ask(4n)).to.be.answeredBy("beta", till, "pay", [4n]);
    await failsWith(expect(ask(4n)).to.be.answeredBy(beta, till, "pay", [5n]), /expected another answer of pay than \(4\)/);
    await failsWith(
      expect(ask(1_000n)).to.be.answeredBy(beta),
      /an answer of beta, but the call arrived on beta and reverted there/,
    );
    await failsWith(expect(ask(3n, { answerGas: 0n })).to.be.answeredBy(beta), /requested no answer/);
    await failsWith(expect(ask(3n)).to.be.answeredBy(alpha), /the transaction sent no call there/);
    await bank.getFunction("setDeaf").send(true);
    await failsWith(expect(ask(3n)).to.be.answeredBy(beta), /its listener fails: deaf/);
    await bank.getFunction("setDeaf").send(false);
  });

  test("answeredBy refuses a negation, an unknown function and a half-named answer", async () => {
    const sent = await ask(3n);
    await assert.rejects(async () => expect(sent).not.to.be.answeredBy(beta), TypeError);
    await assert.rejects(async () => expect(sent).to.be.answeredBy(beta, till, "payd", [3n]), /no function "payd"/);
    await assert.rejects(
      async () => expect(sent).to.be.answeredBy(beta, till),
      /name the contract, its function and the results/,
    );
  });

  test("refunded holds for a failed call with value alone", async () => {
    await expect(ask(1_000n, { value: 5n })).to.be.refunded();
    await failsWith(expect(ask(3n, { value: 5n })).to.be.refunded(), /expected a refund, but the bundle 0x\w+ returned nothing/);
    await expect(ask(3n, { value: 5n })).not.to.be.refunded();
    await failsWith(expect(ask(1_000n, { value: 5n })).not.to.be.refunded(), /expected no refund/);
  });

  test("assertions without chai hold and fail as the matchers do, for a hash alone", async () => {
    const { assertions } = hyperchains;
    const { hash } = await ask(6n);
    await assertions.deliveredTo(hash, beta);
    await assertions.answeredBy(hash, beta, till, "pay", [6n]);
    await assertions.settledOnL1(hash);
    await assertions.reached(hash, "executed");
    await assertions.emitMessage(hash, { type: "bundle", to: "beta" });
    await assertions.not.revertedOn(hash, beta);
    await assertions.not.refunded(hash);
    await failsWith(assertions.not.deliveredTo(hash, beta), /not to be delivered to beta, but it was/);
    await failsWith(assertions.emitMessage(hash, { type: "transfer" }), /it sent a bundle from alpha to beta/);
    const failed = ask(1_000n, { value: 5n });
    await assertions.revertedOn(failed, beta, "above the limit");
    await assertions.refunded(failed);
    await failsWith(assertions.revertedOn(failed, beta, 0x11), /it reverted with "above the limit"/);
    const stranger = await beta.ethers.deployContract("CallTarget");
    await failsWith(assertions.deliveredTo(failed, beta), /above the limit/);
    const odd = await hyperchains.call({
      ...{ chain: "alpha", to: `${await stranger.getAddress()}@beta` },
      data: stranger.interface.encodeFunctionData("double", [3n]),
    });
    await assertions.revertedOnWithArgs(odd, beta, stranger, "Odd", [3n]);
    await failsWith(assertions.revertedOnWithArgs(odd, beta, stranger, "Odd", [4n]), /other arguments than \(3\)/);
    assert.throws(() => (assertions.not as typeof assertions).answeredBy(hash, beta), TypeError);
  });

  test("assertions of balances compare a delivery's changes, and their errors begin in the test", async () => {
    const { assertions } = hyperchains;
    const send = () => hyperchains.send({ chain: "alpha", to: `${bob}@beta`, amount: 5n });
    await assertions.balancesHaveChanged(send, { [`${bob}@beta`]: 5n });
    const error: unknown = await assertions.balancesHaveChanged(send, { [`${bob}@beta`]: 6n }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error && /changed by 5 instead of 6/.test(error.message));
    assert.match(error.stack?.split("\n")[1] ?? "", /answers\.test\.ts/);
  });

  test("viewSlot reads a slot as of now, and loadSlot stores it for contracts", async () => {
    await hyperchains.completed(ask(3n, { value: 70n }));
    const total = (await till.getFunction("total").staticCall()) as bigint;
    assert.ok(total >= 70n);
    const asked = { on: "alpha", chain: "beta", contract: till, slot: 0n } as const;
    assert.equal((await hyperchains.viewSlot(asked)).value, total);
    await hyperchains.completed(ask(3n, { value: 1n }));
    const loaded = await hyperchains.loadSlot({ ...asked, slot: "0x0", from: bob });
    assert.equal(loaded.value, total + 1n);
    const views = await alpha.ethers.getContractAt("CrossChainViews", PREDEPLOYS.CrossChainViews);
    const kept = (await views.getFunction("read").staticCall(beta.chainId, await till.getAddress(), 0n, 0n, [])) as {
      value: bigint;
    };
    assert.equal(kept.value, total + 1n);
    assert.equal((await alpha.ethers.provider.getTransaction(loaded.transactionHash))?.from, bob);
  });

  test("l1.slot reads a slot of L1 as of now, also after a cheat, and a contract checks the proof", async () => {
    const { l1 } = hyperchains;
    const [holder] = await l1.ethers.getSigners();
    const counter = await l1.ethers.deployContract("SlotReader");
    await l1.provider.request({ method: "hardhat_setStorageAt", params: [await counter.getAddress(), "0x0", wordToHex(77n)] });
    const asked = { account: counter, on: "alpha", from: holder!.address } as const;
    const shown = await l1.slot({ ...asked, slot: 0n });
    assert.equal(shown.value, 77n);
    const storage = await alpha.ethers.getContractAt("IL1Storage", shown.contract);
    const checked = (await storage.getFunction("slotAt").staticCall(counter, 0n, shown.proof)) as { value: bigint };
    assert.equal(checked.value, 77n);
    // A noted block that the chain sees is noted once.
    const before = await l1.ethers.provider.getBlockNumber();
    assert.equal((await l1.slot({ ...asked, slot: "0x1", block: shown.blockNumber })).value, 0n);
    assert.equal(await l1.ethers.provider.getBlockNumber(), before);
    await assert.rejects(l1.slot({ ...asked, slot: 0n, on: "l1" }), { code: "UnknownChain" });
  });

  test("a flow runs to its end by one call", async () => {
    const [alice, carol] = (await alpha.ethers.getSigners()).slice(1, 3).map(({ address }) => address) as [string, string];
    const flow = await hyperchains.flow({
      legs: [
        { party: `${alice}@alpha`, to: carol, amount: 7n, pivot: true },
        { party: `${carol}@beta`, to: alice, amount: 9n },
      ],
    });
    const [onAlpha, onBeta] = [await alpha.ethers.provider.getBalance(carol), await beta.ethers.provider.getBalance(alice)];
    const { legs } = await flow.run();
    assert.deepEqual(
      legs.map(({ status }) => status),
      ["released", "released"],
    );
    assert.equal((await alpha.ethers.provider.getBalance(carol)) - onAlpha, 7n);
    assert.equal((await beta.ethers.provider.getBalance(alice)) - onBeta, 9n);
  });

  test("members name themselves and accounts in ERC-7930 form", async () => {
    assert.equal(beta.interoperable(), interoperable(272n));
    assert.equal(beta.interoperable(till), interoperable(272n, await till.getAddress()));
    assert.equal(hyperchains.l1.interoperable({ address: bob }), interoperable(BigInt(hyperchains.l1.chainId), bob));
  });
});
