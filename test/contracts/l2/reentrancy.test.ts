import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";

describe("contracts that call back where they should not", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let hostileA: Contract;
  let hostileB: Contract;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    hostileA = (await a.ethers.deployContract("Reentrant", a.users[0])) as unknown as Contract;
    hostileB = (await b.ethers.deployContract("Reentrant", b.users[0])) as unknown as Contract;
    await a.deposit(a.users[0]!.address, ETH, 10n ** 18n);
  });
  after(() => ecosystem.close());

  const handlerOf = (chain: SimulatedChain): Promise<Contract> => chain.predeploy("InteropHandler", chain.users[0]);
  const addressOf = (contract: Contract): Promise<string> => contract.getAddress();

  test("cannot execute a bundle inside a bundle, nor hear of an outcome twice", async () => {
    const to = interoperable(b.chainId, await addressOf(hostileB));
    const calls = [{ to, data: "0x", callAttributes: [attribute("interopCallValue", 5n)] }];
    const attributes = [attribute("callback", 300_000n, 9n), attribute("relayerReward", 3n)];
    const sent = messagesOf(
      await a.send(hostileA, "send", PREDEPLOYS.InteropCenter, interoperable(b.chainId), calls, attributes, { value: 17n }),
    );
    await ecosystem.settle();
    const [handlerA, handlerB] = [await handlerOf(a), await handlerOf(b)];
    const reentered = handlerB.interface.encodeErrorResult("Reentered", []);
    const execution = handlerB.interface.encodeFunctionData("executeBundle", [
      ecosystem.prove(sent[1]!.hash),
      [ecosystem.prove(sent[0]!.hash)],
    ]);
    await b.send(hostileB, "prepare", PREDEPLOYS.InteropHandler, execution);
    // As recipient of the call, and as the relayer whose reward arrives.
    const executed = await b.send(hostileB, "execute", PREDEPLOYS.InteropHandler, execution);
    assert.deepEqual(await eventsOf(executed, "Reentrant", "Tried"), [[false, reentered]]);
    assert.equal(await b.ethers.provider.getBalance(await addressOf(hostileB)), 8n);
    await ecosystem.settle();

    const report = ecosystem.prove(messagesOf(executed).at(-1)!.hash);
    const callback = handlerA.interface.encodeFunctionData("executeCallback", [sent[1]!.body, report]);
    await a.send(hostileA, "prepare", PREDEPLOYS.InteropHandler, callback);
    // As the relayer whose reward arrives, and as the notified contract.
    const told = await a.send(hostileA, "execute", PREDEPLOYS.InteropHandler, callback);
    assert.deepEqual(await eventsOf(told, "Reentrant", "Tried"), [
      [false, reentered],
      [false, reentered],
    ]);
    assert.equal(await a.ethers.provider.getBalance(await addressOf(hostileA)), 9n);
  });

  test("cannot have one deposit of a token counted twice", async () => {
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const token = await addressOf(hostileA);
    const nested = router.interface.encodeFunctionData("sendToChain", [b.chainId, token, 10n, a.users[1]!.address]);
    await a.send(hostileA, "prepare", PREDEPLOYS.L2AssetRouter, nested);
    const vault = await a.predeploy("L2NativeTokenVault");
    const receipt = await a.send(router, "sendToChain", b.chainId, token, 10n, a.users[1]!.address);
    assert.deepEqual(await eventsOf(receipt, "Reentrant", "Tried"), [
      [false, vault.interface.encodeErrorResult("Reentered", [])],
    ]);
    assert.equal(messagesOf(receipt).length, 1);
  });

  test("cannot make up a token's fee by another payment inside the payment, which other holders would lose", async () => {
    const payer = (await a.ethers.deployContract("NestingPayer", a.users[0])) as unknown as Contract;
    const holder = await addressOf(payer);
    const token = (await a.ethers.deployContract("HookedFeeToken", [holder, 10_000n], a.users[0])) as unknown as Contract;
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const sendToChain = (amount: bigint): string =>
      router.interface.encodeFunctionData("sendToChain", [b.chainId, token.target, amount, a.users[1]!.address]);
    // 990 arrive of 1,000, and 10 of 10: the vault would owe 1,010 for what it has of 1,000.
    await assertReverts(
      payer.getFunction("pay").staticCall(PREDEPLOYS.L2AssetRouter, sendToChain(1_000n), sendToChain(10n)),
      "L2NativeTokenVault",
      "TokenAmountMismatch",
      [1_000n, 990n],
    );
  });
});
