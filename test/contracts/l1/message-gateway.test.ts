import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { decodeGatewayMessage, encodeGatewayMessage, gatewayMessageId } from "../../../src/ground/protocol/gateway-message.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import { bundleGasLimit } from "../../../src/ground/protocol/interop-request.ts";
import { as, eventsOf, hexAddress, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";
import { idOf, sendMessage, startGateways, type GatewayChain, type GatewayWorld } from "./support/gateways.ts";

describe("C3 the gateway for messages between L1 and a chain", () => {
  let world: GatewayWorld;
  let chain: GatewayChain;
  let onL1: BaseContract;
  let onChain: BaseContract;
  before(async () => {
    world = await startGateways();
    chain = world.chains[0]!;
    onL1 = await world.recipientOn();
    onChain = await world.recipientOn(chain);
  });
  after(() => world.close());

  const place = async (contract: BaseContract, chainId: bigint) => ({ chainId, account: await hexAddress(contract) });
  const l1 = () => world.ecosystem.chainId;

  test("a contract on a chain gets a message of L1: announced by a free operation, delivered by any account", async () => {
    const alice = world.ecosystem.accounts[3]!;
    const { id, body, receipt } = await sendMessage(world.gateway, alice, await place(onChain, 271n), "0x0102");
    const sent = eventsOf(world.gateway, receipt, "MessageSent")[0]!.args;
    const sender = interoperableAddress(l1(), alice.address.toLowerCase() as Hex);
    const to = interoperableAddress(271n, await hexAddress(onChain));
    assert.deepEqual([...sent].slice(0, 5), [id, sender, to, "0x0102", 0n]);
    assert.equal(await view<bigint>(world.gateway, "destinationOf", id), 271n);
    assert.equal(id, gatewayMessageId(l1(), fromHex(body)));
    const bob = as(chain.gateway, chain.users[7]!);
    await assertReverts(send(bob, "deliver", body), `MessageNotAnnounced(${id})`);
    const [announced] = await chain.runQueue();
    assert.equal(announced!.from.toLowerCase(), aliasOf(271n, await hexAddress(world.gateway)));
    assert.equal(await view<bigint>(chain.gateway, "statusOf", id), 1n);
    const delivery = await send(bob, "deliver", body);
    const [received] = eventsOf(onChain, delivery, "Received");
    assert.deepEqual([...received!.args], [await chain.gateway.getAddress(), id, sender, "0x0102", 0n]);
    assert.ok(await view<boolean>(chain.gateway, "isDelivered", id));
    await assertReverts(send(bob, "deliver", body), `MessageDeliveredBefore(${id})`);
  });

  test("a contract on L1 gets a message of a chain once its batch is executed, by any account, with a proof", async () => {
    const alice = chain.users[4]!;
    const { id, body } = await sendMessage(chain.gateway, alice, await place(onL1, l1()), "0x0304");
    const [message] = await chain.settle();
    assert.deepEqual([idOf(message!), message!.message], [id, body]);
    const receipt = await world.deliver(message!);
    const [received] = eventsOf(onL1, receipt, "Received");
    const sender = interoperableAddress(271n, alice.address.toLowerCase() as Hex);
    assert.deepEqual([...received!.args], [await world.gateway.getAddress(), id, sender, "0x0304", 0n]);
    assert.deepEqual([...eventsOf(world.gateway, receipt, "MessageDelivered")[0]!.args], [id, await onL1.getAddress()]);
    assert.ok(await view<boolean>(world.gateway, "isDelivered", id));
    await assertReverts(world.deliver(message!), `MessageDeliveredBefore(${id})`);
  });

  test("each end is at the address that the other expects, and a message's bytes are as TypeScript has them", async () => {
    for (const { gateway } of world.chains) {
      assert.equal(await view<string>(world.gateway, "counterpart"), await gateway.getAddress());
      assert.equal(await view<string>(gateway, "counterpart"), await world.gateway.getAddress());
      assert.notEqual(await gateway.getDeployedCode(), null);
    }
    const alice = world.ecosystem.accounts[3]!;
    const limit = bundleGasLimit(4_999_999n);
    const { body } = await sendMessage(world.gateway, alice, { chainId: 271n, account: `0x${"ab".repeat(20)}` }, "0x", [limit]);
    const decoded = decodeGatewayMessage(fromHex(body))!;
    assert.deepEqual(decoded, {
      ...{ chainId: 271n, gateway: await hexAddress(chain.gateway), nonce: decoded.nonce, gasLimit: 4_999_999n },
      ...{ sender: alice.address.toLowerCase(), recipient: `0x${"ab".repeat(20)}`, payload: "0x" },
    });
    assert.equal(toHex(encodeGatewayMessage(decoded)), body);
    const next = await sendMessage(world.gateway, alice, { chainId: 271n, account: `0x${"ab".repeat(20)}` }, "0x");
    assert.deepEqual(decodeGatewayMessage(fromHex(next.body)), { ...decoded, nonce: decoded.nonce + 1n, gasLimit: 1_000_000n });
  });

  test("a recipient that fails, answers wrongly or is not there yet gets its message when it takes it", async () => {
    const door = await world.recipientOn(undefined, "MessageDoor");
    const l2Door = await world.recipientOn(chain, "MessageDoor");
    await sendMessage(chain.gateway, chain.users[1]!, await place(door, l1()), "0x01");
    const [message] = await chain.settle();
    const { id, body } = await sendMessage(world.gateway, world.ecosystem.accounts[1]!, await place(l2Door, 271n), "0x01");
    await chain.runQueue();
    const closed = door.interface.encodeErrorResult("Closed");
    const deliverOnChain = () => send(as(chain.gateway, chain.users[2]!), "deliver", body);
    for (const attempt of [() => world.deliver(message!), deliverOnChain])
      await assertReverts(attempt(), `RecipientFailed(${closed})`);
    assert.equal(await view<boolean>(world.gateway, "isDelivered", idOf(message!)), false);
    assert.equal(await view<bigint>(chain.gateway, "statusOf", id), 1n);
    for (const each of [door, l2Door]) await send(each, "open");
    await world.deliver(message!);
    await deliverOnChain();

    const refusing = await place(onL1, l1());
    await sendMessage(chain.gateway, chain.users[1]!, refusing, "0xfe");
    await sendMessage(chain.gateway, chain.users[1]!, { ...refusing, account: `0x${"cd".repeat(20)}` }, "0x01");
    const [wrong, missing] = await chain.settle();
    await assertReverts(world.deliver(wrong!), `NotAcknowledged(${refusing.account}, 0xdeadbeef)`);
    await assertReverts(world.deliver(missing!), `NotAcknowledged(0x${"cd".repeat(20)}, 0x00000000)`);
  });

  test("a message to a chain that had no end of the gateway is announced again, by anyone, and counts once", async () => {
    const late = world.chains[1]!;
    const address = await late.gateway.getAddress();
    const code = await late.l2.ethers.provider.getCode(address);
    await late.l2.ethers.provider.send("hardhat_setCode", [address, "0x"]);
    const recipient = await world.recipientOn(late);
    const { id, body } = await sendMessage(world.gateway, world.ecosystem.accounts[1]!, await place(recipient, 272n), "0x05");
    await late.runQueue();
    await late.l2.ethers.provider.send("hardhat_setCode", [address, code]);
    const bob = as(late.gateway, late.users[2]!);
    await assertReverts(send(bob, "deliver", body), `MessageNotAnnounced(${id})`);
    for (const delivery of [() => send(bob, "deliver", body), undefined]) {
      const again = await send(as(world.gateway, world.ecosystem.accounts[8]!), "announce", id);
      assert.equal(eventsOf(world.gateway, again, "MessageAnnounced")[0]!.args["sendId"], id);
      await late.runQueue();
      await delivery?.();
    }
    assert.equal(await view<bigint>(recipient, "count"), 1n);
    await assertReverts(send(bob, "deliver", body), `MessageDeliveredBefore(${id})`);
    const unknown = `0x${"11".repeat(32)}`;
    await assertReverts(send(world.gateway, "announce", unknown), `MessageUnknown(${unknown})`);
  });

  test("what no end can bring is refused where it is sent", async () => {
    const [fromL1, fromChain] = [as(world.gateway, world.ecosystem.accounts[1]!), as(chain.gateway, chain.users[1]!)];
    const account: Hex = `0x${"ab".repeat(20)}`;
    for (const [end, chainId] of [
      [fromL1, 271n],
      [fromChain, l1()],
    ] as const) {
      const to = interoperableAddress(chainId, account);
      await assertReverts(send(end, "sendMessage", to, "0x", [], { value: 1n }), "UnsupportedNativeTransfer()");
      await assertReverts(send(end, "sendMessage", to, "0x", ["0x12345678"]), "UnsupportedAttribute(0x12345678)");
      await assertReverts(send(end, "sendMessage", to, "0x", ["0x1234"]), "UnsupportedAttribute(0x00000000)");
      await assertReverts(send(end, "sendMessage", to, "0x", [bundleGasLimit(5_000_001n)]), "GasLimitTooHigh(5000000, 5000001)");
      await assertReverts(send(end, "sendMessage", interoperableAddress(chainId), "0x", []), "InvalidRecipient");
      await assertReverts(send(end, "sendMessage", `${to}00`, "0x", []), "InvalidInteroperableAddress");
      assert.equal(await view<boolean>(end, "supportsAttribute", bundleGasLimit(0n).slice(0, 10)), true);
      assert.equal(await view<boolean>(end, "supportsAttribute", "0x12345678"), false);
    }
    const elsewhere = (chainId: bigint) => interoperableAddress(chainId, account);
    await assertReverts(send(fromL1, "sendMessage", elsewhere(273n), "0x", []), "UnknownChain(273)");
    await assertReverts(
      send(fromL1, "sendMessage", elsewhere(271n + (1n << 64n)), "0x", []),
      `UnknownChain(${271n + (1n << 64n)})`,
    );
    for (const chainId of [272n, 271n, l1() + (1n << 64n)])
      await assertReverts(send(fromChain, "sendMessage", elsewhere(chainId), "0x", []), `InvalidDestination(${chainId})`);
  });

  test("a stopped chain takes no messages; those of its executed batches are delivered", async () => {
    await sendMessage(chain.gateway, chain.users[1]!, await place(onL1, l1()), "0x07");
    await chain.runQueue();
    const [message] = await chain.settle();
    // One that no batch takes opens the exit.
    await sendMessage(world.gateway, world.ecosystem.accounts[1]!, await place(onChain, 271n), "0x08");
    await activateExit(world.ecosystem, chain.onL1);
    const to = interoperableAddress(271n, await hexAddress(onChain));
    await assertReverts(send(as(world.gateway, world.ecosystem.accounts[1]!), "sendMessage", to, "0x", []), "ChainExited()");
    const receipt = await world.deliver(message!);
    assert.equal(eventsOf(onL1, receipt, "Received").length, 1);
  });
});
