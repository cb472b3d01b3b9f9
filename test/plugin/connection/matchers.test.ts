import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { expect } from "chai";
import { getAddress, type BaseContract } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains, Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import type { Message } from "../../../src/tool/plugin/api/message.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ETHER, openUnproven } from "./support/open.ts";

const NOBODY = "0x00000000000000000000000000000000000a11ce";

// What holds is in the example project's tests; here is what each matcher says where it does not.
describe("I2: matchers that fail say why", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let alpha: Member;
  let sent: Message;
  let alice: string;

  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    alpha = hyperchains.chain("alpha");
    alice = (await alpha.ethers.getSigners())[0]!.address;
    sent = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 5n });
  });
  after(() => connection.close());

  /** `compared`: what reporters set side by side; nothing where there is nothing to compare. */
  const fails = async (
    assertion: PromiseLike<unknown>,
    message: RegExp,
    compared?: { expected: unknown; actual: unknown },
  ): Promise<Error> => {
    const error: unknown = await Promise.resolve(assertion).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error, "the assertion held");
    assert.equal(error.name, "AssertionError");
    assert.match(error.message, message);
    const { expected, actual, showDiff } = error as Error & { expected?: unknown; actual?: unknown; showDiff?: boolean };
    if (compared !== undefined) assert.deepEqual({ expected, actual }, compared);
    assert.equal(showDiff === true, expected !== undefined, "a diff of nothing");
    return error;
  };
  const plain = async () => (await alpha.ethers.getSigners())[0]!.sendTransaction({ to: NOBODY });

  test("deliveredTo", async () => {
    await fails(
      expect(plain()).to.be.deliveredTo(alpha),
      /expected nothing to be delivered to alpha, but the transaction sent no message/,
    );
    await fails(
      expect(sent).to.be.deliveredTo("alpha"),
      /a transfer from alpha to beta to be delivered to alpha, but the transfer goes to beta/,
    );
    await hyperchains.faults.drop(sent);
    await fails(
      expect(sent).to.be.deliveredTo("beta"),
      /but transfer 0x\w+ from alpha to beta did not reach "executed".*it waits: a relayer delivers the message/,
    );
    await hyperchains.faults.clear();
    await expect(sent).to.be.deliveredTo("beta");
    await fails(expect(sent).not.to.be.deliveredTo("beta"), /not to be delivered to beta, but it was/);
    await assert.rejects(async () => expect(sent).to.be.deliveredTo("gamma"), { code: "UnknownChain" });
  });

  test("deliveredTo a contract that takes no coins: not from L1, whose operation fails, but from another chain, whose coins none can refuse", async () => {
    const beta = hyperchains.chain("beta");
    const contract = await beta.ethers.deployContract("L2TestToken", [0n, false, false]);
    const to = `${await contract.getAddress()}@beta`;
    await fails(
      expect(hyperchains.send({ chain: "l1", to, amount: 5n })).to.be.deliveredTo("beta"),
      /what L1 queued arrived on beta and failed there/,
    );
    assert.equal(await beta.ethers.provider.getBalance(contract), 0n);
    await expect(hyperchains.send({ chain: "alpha", to, amount: 5n })).to.be.deliveredTo("beta");
    assert.equal(await beta.ethers.provider.getBalance(contract), 5n);
    await assert.rejects(hyperchains.send({ chain: "beta", to, amount: 5n }), { code: "Refused" });
  });

  const callOf = async (contract: BaseContract, data: string, chain = "alpha") =>
    hyperchains.call({ chain, to: `${await contract.getAddress()}@beta`, data });

  test("revertedOn", async () => {
    const target = await hyperchains.chain("beta").ethers.deployContract("CallTarget");
    const odd = await callOf(target, target.interface.encodeFunctionData("double", [3n]));
    await expect(odd).to.be.revertedOn("beta", target, "Odd");
    await expect(odd).to.be.revertedOn("beta", { abi: JSON.parse(target.interface.formatJson()) as [] }, "Odd");
    await fails(expect(sent).to.be.revertedOn("beta"), /the transaction sent no call there/);
    const even = await callOf(target, target.interface.encodeFunctionData("double", [4n]));
    await fails(expect(even).to.be.revertedOn("beta"), /it succeeded/);
    await expect(even).not.to.be.revertedOn("beta");
  });

  test("C7: revertedOn takes a call of L1", async () => {
    const target = await hyperchains.l1.ethers.deployContract("CallTarget");
    const call = async (argument: bigint) => {
      const data = target.interface.encodeFunctionData("double", [argument]);
      return hyperchains.call({ chain: "alpha", to: `${await target.getAddress()}@l1`, data });
    };
    await expect(await call(3n)).to.be.revertedOn("l1", target, "Odd");
    await fails(expect(await call(4n)).to.be.revertedOn("l1"), /it succeeded/);
  });

  test("B3: revertedOn refuses an error that the contract does not have, negated too", async () => {
    const target = await hyperchains.chain("beta").ethers.deployContract("CallTarget");
    const odd = await callOf(target, target.interface.encodeFunctionData("double", [3n]));
    const refusal = { name: "TypeError", message: 'the contract has no error "Even"; it has Odd' };
    await assert.rejects(async () => expect(odd).to.be.revertedOn("beta", target, "Even"), refusal);
    await assert.rejects(async () => expect(odd).not.to.be.revertedOn("beta", target, "Even"), refusal);
    await assert.rejects(async () => expect(odd).to.be.revertedOn("beta", target, undefined as unknown as string), {
      message: 'name the contract\'s error: revertedOn(member, contract, "…"); it has Odd',
    });
  });

  test("B3: revertedOn compares arguments, reasons and panics, and takes a revert without data", async () => {
    const target = await hyperchains.chain("beta").ethers.deployContract("CallTarget");
    const odd = await callOf(target, target.interface.encodeFunctionData("double", [3n]));
    await expect(odd).to.be.revertedOn("beta", target, "Odd").withArgs(3n);
    await expect(odd)
      .to.be.revertedOn("beta", target, "Odd")
      .withArgs((value: bigint) => value > 2n);
    await fails(
      expect(odd).to.be.revertedOn("beta", target, "Odd").withArgs(5),
      /expected Odd on beta with other arguments than \(3\)/,
      { expected: ["5"], actual: ["3"] },
    );
    await fails(expect(odd).to.be.revertedOn("beta", target, "Odd").withArgs(), /with other arguments/);
    await assert.rejects(
      async () => expect(odd).not.to.be.revertedOn("beta", target, "Odd").withArgs(3n),
      /withArgs cannot follow \.not/,
    );

    const failing = await hyperchains.chain("beta").ethers.deployContract("WaysToFail");
    const ways = async (name: string) => callOf(failing, failing.interface.encodeFunctionData(name));
    const [reason, panic, nothing] = [await ways("reason"), await ways("panic"), await ways("nothing")];
    await expect(reason).to.be.revertedOn("beta", "not today");
    await fails(
      expect(reason).to.be.revertedOn("beta", "tomorrow"),
      /to revert on beta with "tomorrow", but it reverted with "not today"/,
    );
    await expect(panic).to.be.revertedOn("beta", 0x11);
    await fails(
      expect(panic).to.be.revertedOn("beta", 0x12n),
      /with panic 0x12 \(division or modulo by zero\), but it reverted with panic 0x11 \(arithmetic overflow or underflow\)/,
    );
    await expect(nothing).to.be.revertedOn("beta");
    await fails(
      expect(nothing).to.be.revertedOn("beta", target, "Odd"),
      /to revert on beta with Odd, but it reverted without a reason/,
    );
    await fails(expect(odd).to.be.revertedOn("beta", "not today"), /but it reverted with Odd\(3\)/);
  });

  test("B2: reports a failure there with its error by name, and with its lines in Solidity", async () => {
    const target = await hyperchains.chain("beta").ethers.deployContract("CallTarget");
    const odd = await callOf(target, target.interface.encodeFunctionData("double", [3n]));
    const line = /at CallTarget\.double \(test\/contracts\/solidity\/l2\/InteropTestContracts\.sol:\d+\)/;
    await assert.rejects(odd.delivered(), (error: Error) => {
      assert.match(error.message, /^the call arrived on beta and reverted there with Odd\(3\)$/);
      assert.match(error.stack ?? "", line);
      return true;
    });
    const error = await fails(expect(odd).to.be.deliveredTo("beta"), /reverted there with Odd\(3\)/);
    assert.match(error.stack ?? "", line);
  });

  test("B3: a failure names the line of the test", async () => {
    const here = /^ +at .*matchers\.test\.ts:\d+:\d+\)?$/m;
    assert.match((await fails(expect(sent).to.be.deliveredTo("alpha"), /goes to beta/)).stack ?? "", here);
    assert.match((await fails(expect(sent).to.be.revertedOn("beta"), /sent no call/)).stack ?? "", here);
  });

  test("reached and settledOnL1", async () => {
    const other = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 1n });
    await fails(expect(other).to.have.reached("settled"), /to have reached "settled"; its last step is "initiated"/, {
      expected: "settled",
      actual: "initiated",
    });
    const reached = (step: string) => expect(other).not.to.have.reached(step as "settled");
    await assert.rejects(async () => reached("setled"), /there is no step "setled"; the steps are initiated, settled/);
    await expect(other).to.be.settledOnL1();
    await fails(expect(other).not.to.have.reached("settled"), /not to have reached "settled"/);
    await fails(expect(plain()).to.be.settledOnL1(), /the transaction sent none/);
  });

  test("a plain message is delivered when L1 can be shown it", async () => {
    const messenger = await alpha.ethers.getContractAt(["function sendToL1(bytes) returns (bytes32)"], PREDEPLOYS.L1Messenger);
    const message = await hyperchains.message(messenger.getFunction("sendToL1").send("0x1234"));
    assert.deepEqual([message.type, message.destinationChainId], ["message", hyperchains.l1.chainId]);
    await expect(message).to.be.deliveredTo("l1");
    await expect(message).to.have.reached("inTransactionRoot");
  });

  test("emitMessage", async () => {
    const hash = { hash: sent.transactionHash, provider: alpha.ethers.provider };
    await expect(hash).to.emitMessage();
    await fails(expect(hash).to.emitMessage({ type: "bundle" }), /to send a bundle; it sent a transfer from alpha to beta/);
    await assert.rejects(
      async () => expect(hash).not.to.emitMessage({ type: "call" as "bundle" }),
      /there is no message type "call"; the types are transfer, bundle/,
    );
    await fails(expect(hash).to.emitMessage({ to: "l1" }), /to send a message to l1/);
    await fails(expect(hash).not.to.emitMessage({ type: "transfer", to: "beta" }), /not to send a transfer to beta/);
    await fails(expect(plain()).to.emitMessage(), /it sent nothing/);
    // A bare hash does not say of which ecosystem it is, a member does.
    await assert.rejects(
      async () => expect(sent.transactionHash).to.emitMessage(),
      /which ecosystem this transaction belongs to cannot be seen/,
    );
    await expect(sent.transactionHash).to.emitMessage({ to: hyperchains.chain("beta") });
  });

  test("changeBalancesAcross", async () => {
    const send = () => hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 2n });
    await expect(send).to.changeBalancesAcross({ [`${alice}@alpha`]: -2n, [`${NOBODY}@beta`]: 2n, [`${NOBODY}@alpha`]: 0n });
    const other = `${getAddress(NOBODY)}@beta`;
    await fails(expect(send).to.changeBalancesAcross({ [other]: 3n }), /0x\w+@beta changed by 2 instead of 3/, {
      expected: { [other]: "3" },
      actual: { [other]: "2" },
    });
    await fails(expect(send).not.to.changeBalancesAcross([[{ chain: 272, account: NOBODY }, 2n]]), /changed exactly like this/);
    await assert.rejects(async () => expect(sent).to.changeBalancesAcross({}), /needs a function that sends/);
    const token = await connection.ethers.deployContract("L2TestToken", [ETHER, false, false]);
    const deposit = () => hyperchains.deposit({ to: `${NOBODY}@alpha`, amount: 7n, token });
    const router = await alpha.ethers.getContractAt(
      ["function l2TokenAddress(address) view returns (address)"],
      PREDEPLOYS.L2AssetRouter,
    );
    const onAlpha: unknown = await router.getFunction("l2TokenAddress")(token);
    await expect(deposit).to.changeBalancesAcross(
      { [`${alice}@l1`]: -7n, [`${NOBODY}@alpha`]: 7n },
      { token: { l1: token, alpha: String(onAlpha) } },
    );
  });
});
