import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { expect } from "chai";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains, Member } from "../../../src/plugin/connection/hyperchains.ts";
import type { Message } from "../../../src/plugin/connection/message.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
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

  const fails = async (assertion: PromiseLike<unknown>, message: RegExp): Promise<void> => {
    const error: unknown = await Promise.resolve(assertion).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error, "the assertion held");
    assert.equal(error.name, "AssertionError");
    assert.match(error.message, message);
  };
  const plain = async () => (await alpha.ethers.getSigners())[0]!.sendTransaction({ to: NOBODY });

  test("deliveredTo", async () => {
    await fails(expect(plain()).to.be.deliveredTo(alpha), /expected nothing to be delivered to alpha, but the transaction sent no message/);
    await fails(expect(sent).to.be.deliveredTo("alpha"), /a transfer from alpha to beta to be delivered to alpha, but the transfer goes to beta/);
    await hyperchains.faults.drop(sent);
    await fails(expect(sent).to.be.deliveredTo("beta"), /but transfer 0x\w+ from alpha to beta did not reach "executed".*it waits: a relayer delivers the message/);
    await hyperchains.faults.clear();
    await expect(sent).to.be.deliveredTo("beta");
    await fails(expect(sent).not.to.be.deliveredTo("beta"), /not to be delivered to beta, but it was/);
    await assert.rejects(async () => expect(sent).to.be.deliveredTo("gamma"), { code: "UnknownChain" });
  });

  test("revertedOn", async () => {
    const target = await hyperchains.chain("beta").ethers.deployContract("CallTarget");
    const data = target.interface.encodeFunctionData("double", [3n]);
    const odd = await hyperchains.call({ chain: "alpha", to: `${await target.getAddress()}@beta`, data });
    await expect(odd).to.be.revertedOn("beta", target, "Odd");
    await fails(expect(odd).to.be.revertedOn("beta", target, "Even"), /to revert on beta with Even, but it reverted with Odd/);
    await fails(expect(sent).to.be.revertedOn("beta"), /the transaction sent no call there/);
    const even = await hyperchains.call({ chain: "alpha", to: `${await target.getAddress()}@beta`, data: target.interface.encodeFunctionData("double", [4n]) });
    await fails(expect(even).to.be.revertedOn("beta"), /it succeeded/);
    await expect(even).not.to.be.revertedOn("beta");
  });

  test("reached and settledOnL1", async () => {
    const other = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 1n });
    await fails(expect(other).to.have.reached("settled"), /to have reached "settled"; its last step is "initiated"/);
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
    await fails(expect(hash).to.emitMessage({ to: "l1" }), /to send a message to l1/);
    await fails(expect(hash).not.to.emitMessage({ type: "transfer", to: "beta" }), /not to send a transfer to beta/);
    await fails(expect(plain()).to.emitMessage(), /it sent nothing/);
    // A bare hash does not say of which ecosystem it is, a member does.
    await assert.rejects(async () => expect(sent.transactionHash).to.emitMessage(), /which ecosystem this transaction belongs to cannot be seen/);
    await expect(sent.transactionHash).to.emitMessage({ to: hyperchains.chain("beta") });
  });

  test("changeBalancesAcross", async () => {
    const send = () => hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 2n });
    await expect(send).to.changeBalancesAcross({ [`${alice}@alpha`]: -2n, [`${NOBODY}@beta`]: 2n, [`${NOBODY}@alpha`]: 0n });
    await fails(expect(send).to.changeBalancesAcross({ [`${NOBODY}@beta`]: 3n }), /0x\w+@beta changed by 2 instead of 3/);
    await fails(expect(send).not.to.changeBalancesAcross([[{ chain: 272, account: NOBODY }, 2n]]), /changed exactly like this/);
    await assert.rejects(async () => expect(sent).to.changeBalancesAcross({}), /needs a function that sends/);
    const token = await connection.ethers.deployContract("L2TestToken", [ETHER, false, false]);
    const deposit = () => hyperchains.deposit({ to: `${NOBODY}@alpha`, amount: 7n, token });
    const router = await alpha.ethers.getContractAt(["function l2TokenAddress(address) view returns (address)"], PREDEPLOYS.L2AssetRouter);
    const onAlpha: unknown = await router.getFunction("l2TokenAddress")(token);
    await expect(deposit).to.changeBalancesAcross({ [`${alice}@l1`]: -7n, [`${NOBODY}@alpha`]: 7n }, { token: { l1: token, alpha: String(onAlpha) } });
  });
});
