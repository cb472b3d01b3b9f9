import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type BaseContract } from "ethers";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { decodeGatewayMessage, encodeGatewayMessage, type GatewayPayload } from "../../../src/ground/protocol/gateway-message.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import { bundleGasLimit } from "../../../src/ground/protocol/interop-request.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { as, eventsOf, hexAddress, send, view } from "../l1/support/ecosystem.ts";
import { assertReverts, errorOf } from "../l1/support/errors.ts";
import {
  deliveryOf,
  idOf,
  sendMessage,
  startGateways,
  type GatewayChain,
  type GatewayWorld,
  type PlacedMessage,
} from "../l1/support/gateways.ts";

const STRANGER = 8;

describe("attacks on messages between L1 and a chain", () => {
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
  const notProven = ({ chainId, batchNumber, index }: PlacedMessage) => `MessageNotProven(${chainId}, ${batchNumber}, ${index})`;
  const onChainBy = (user: number) => as(chain.gateway, chain.users[user]!);
  const fromL1 = async (to: BaseContract, payload: string, attributes: readonly string[] = []) => {
    const sent = await sendMessage(world.gateway, world.ecosystem.accounts[3]!, await place(to, 271n), payload, attributes);
    await chain.runQueue();
    return sent;
  };
  const fromChain = async (to: BaseContract, payload: string, attributes: readonly string[] = []): Promise<PlacedMessage> => {
    await sendMessage(chain.gateway, chain.users[3]!, await place(to, l1()), payload, attributes);
    const [message] = await chain.settle();
    return message!;
  };
  /** A message's bytes with some fields replaced. */
  const changed = (body: Hex, fields: Partial<GatewayPayload>): Hex =>
    toHex(encodeGatewayMessage({ ...decodeGatewayMessage(fromHex(body))!, ...fields }));

  test("a message with another sender, recipient, payload, nonce or gas than was sent is delivered on neither side", async () => {
    const { body } = await fromL1(onChain, "0x01");
    const message = await fromChain(onL1, "0x01");
    const { nonce } = decodeGatewayMessage(fromHex(body))!;
    const sender: Hex = `0x${"5e".repeat(20)}`;
    for (const fields of [
      { sender },
      { recipient: sender },
      { payload: "0x02" as Hex },
      { nonce: nonce + 9n },
      { gasLimit: 1n },
    ]) {
      await assertReverts(send(onChainBy(STRANGER), "deliver", changed(body, fields)), "MessageNotAnnounced");
      await assertReverts(world.deliver({ ...message, message: changed(message.message, fields) }), notProven(message));
    }
    for (const other of [`${body}00`, body.slice(0, -2)])
      await assertReverts(send(onChainBy(STRANGER), "deliver", other), "MessageNotAnnounced");
    await send(onChainBy(STRANGER), "deliver", body);
    await world.deliver(message);
  });

  test("only the end on L1 makes a message known on a chain, whatever account of L1 or of the chain tries", async () => {
    const forged = toHex(
      encodeGatewayMessage({
        ...{ chainId: 271n, gateway: await hexAddress(chain.gateway), nonce: 77n, gasLimit: 0n },
        ...{ sender: `0x${"aa".repeat(20)}`, recipient: await hexAddress(onChain), payload: "0x66" },
      }),
    );
    const id = idOf({ chainId: l1(), message: forged } as PlacedMessage);
    const end = await hexAddress(world.gateway);
    const expected = aliasOf(271n, end);
    for (const caller of [end, aliasOf(270n, end), aliasOf((5n << 32n) | 271n, end), chain.users[1]!.address.toLowerCase()]) {
      if (caller === expected) continue;
      const impostor = await chain.l2.impersonate(caller);
      await assertReverts(send(as(chain.gateway, impostor), "announce", id), `CallerNotAllowed(${expected}, ${caller})`);
    }
    // By the queue, from an account and from a contract.
    const announcement = chain.gateway.interface.encodeFunctionData("announce", [id]);
    const l2Contract = await hexAddress(chain.gateway);
    await chain.onL1.request({ l2Contract, l2Calldata: announcement });
    const requester = await world.ecosystem.l1.deploy("MessageGateway", await hexAddress(world.ecosystem.factory));
    assert.notEqual(await view<string>(requester, "counterpart"), await chain.gateway.getAddress());
    assert.deepEqual(
      (await chain.runQueue()).map(({ status }) => status),
      [],
    );
    await assertReverts(send(onChainBy(STRANGER), "deliver", forged), `MessageNotAnnounced(${id})`);
  });

  test("the gateway ignores another account's messages to L1, another chain's, and those at other indexes", async () => {
    const real = await fromChain(onL1, "0x11");
    const body = fromHex(changed(real.message, { nonce: 99n }));
    const stranger: Hex = `0x${"5e".repeat(20)}`;
    // A contract of the chain sends the same bytes to L1; so does the other gateway's end.
    const [copy] = await chain.settle({ type: "message", sender: stranger, body });
    await assertReverts(world.deliver(copy!), notProven(copy!));
    // On a chain of the stranger's own making the end itself may say so: but only as that chain.
    const other = world.chains[1]!;
    const [elsewhere] = await other.settle({ type: "message", sender: await hexAddress(other.gateway), body });
    await assertReverts(world.deliver({ ...elsewhere!, chainId: 271n }), "MessageNotProven");
    await assertReverts(world.deliver({ ...elsewhere!, chainId: 273n }), "UnknownChain(273)");
    const received = eventsOf(onL1, await world.deliver(elsewhere!), "Received")[0]!.args["sender"] as string;
    assert.equal(received, interoperableAddress(272n, decodeGatewayMessage(body)!.sender));
    await assertReverts(world.deliver({ ...real, index: real.index + 1 }), "MessageNotProven");
    await assertReverts(world.deliver({ ...real, batchNumber: real.batchNumber + (1n << 64n) }), "MessageNotProven");
    await world.deliver(real);
  });

  test("a message for another end, another chain or another L1, and one that is too short, is refused before it is proven", async () => {
    const { body } = await fromL1(onChain, "0x12");
    const message = await fromChain(onL1, "0x12");
    for (const fields of [{ chainId: 1n }, { gateway: `0x${"77".repeat(20)}` as Hex }]) {
      await assertReverts(send(onChainBy(STRANGER), "deliver", changed(body, fields)), "NotAMessageHere");
      await assertReverts(world.deliver({ ...message, message: changed(message.message, fields) }), "NotAMessageHere");
    }
    await assertReverts(world.deliver({ ...message, message: body }), "NotAMessageHere");
    await assertReverts(send(onChainBy(STRANGER), "deliver", message.message), "NotAMessageHere");
    const short = body.slice(0, 2 + 2 * 95);
    await assertReverts(send(onChainBy(STRANGER), "deliver", short), "MessageTooShort(96, 95)");
    await assertReverts(world.deliver({ ...message, message: "0x" }), "MessageTooShort(96, 0)");
    // A message to one chain's end is invalid on the other chain.
    const other = as(world.chains[1]!.gateway, world.chains[1]!.users[1]!);
    await assertReverts(send(other, "deliver", body), "NotAMessageHere");
    const there = changed(body, { chainId: 272n });
    await assertReverts(send(other, "deliver", there), "MessageNotAnnounced");
  });

  test("equal messages are separate, and each is delivered once: a sequencer that repeats one gains nothing", async () => {
    const twice = await place(onL1, l1());
    for (let i = 0; i < 2; i++) await sendMessage(chain.gateway, chain.users[3]!, twice, "0x21");
    const [first, second] = await chain.settle();
    assert.notEqual(first!.message, second!.message);
    const sender = await hexAddress(chain.gateway);
    const [repeated] = await chain.settle({ type: "message", sender, body: fromHex(first!.message) });
    await world.deliver(repeated!);
    for (const again of [repeated!, first!]) await assertReverts(world.deliver(again), `MessageDeliveredBefore(${idOf(first!)})`);
    await world.deliver(second!);
  });

  test("a recipient that calls back while it takes a message gets it once, and may answer", async () => {
    const reentrant = await world.recipientOn(undefined, "Reentrant");
    const l2Reentrant = await world.recipientOn(chain, "Reentrant");
    const message = await fromChain(reentrant, "0x01");
    const { id, body } = await fromL1(l2Reentrant, "0x01");
    const again = world.gateway.interface.encodeFunctionData("deliver", deliveryOf(message));
    await send(reentrant, "prepare", await world.gateway.getAddress(), again);
    const [tried] = eventsOf(reentrant, await world.deliver(message), "Tried");
    assert.deepEqual(
      [...tried!.args],
      [false, world.gateway.interface.encodeErrorResult("MessageDeliveredBefore", [idOf(message)])],
    );
    const againThere = chain.gateway.interface.encodeFunctionData("deliver", [body]);
    await send(l2Reentrant, "prepare", await chain.gateway.getAddress(), againThere);
    const [triedThere] = eventsOf(l2Reentrant, await send(onChainBy(STRANGER), "deliver", body), "Tried");
    assert.deepEqual([...triedThere!.args], [false, chain.gateway.interface.encodeErrorResult("MessageDeliveredBefore", [id])]);
    const next = await fromChain(reentrant, "0x02");
    const to = interoperableAddress(271n, await hexAddress(l2Reentrant));
    const answer = world.gateway.interface.encodeFunctionData("sendMessage", [to, "0x03", []]);
    await send(reentrant, "prepare", await world.gateway.getAddress(), answer);
    const receipt = await world.deliver(next);
    assert.deepEqual(eventsOf(reentrant, receipt, "Tried")[0]!.args[0], true);
    assert.equal(eventsOf(world.gateway, receipt, "MessageSent").length, 1);
  });

  test("a contract around the delivery that holds the recipient's lock spoils nothing: the message is delivered later", async () => {
    const [door, l2Door] = [await world.recipientOn(undefined, "MessageDoor"), await world.recipientOn(chain, "MessageDoor")];
    for (const each of [door, l2Door]) await send(each, "open");
    const message = await fromChain(door, "0x01");
    const { id, body } = await fromL1(l2Door, "0x01");
    const delivery = world.gateway.interface.encodeFunctionData("deliver", deliveryOf(message));
    await send(door, "callInside", await world.gateway.getAddress(), delivery);
    const deliveryThere = chain.gateway.interface.encodeFunctionData("deliver", [body]);
    await send(l2Door, "callInside", await chain.gateway.getAddress(), deliveryThere);
    assert.equal(await view<boolean>(world.gateway, "isDelivered", idOf(message)), false);
    assert.equal(await view<boolean>(chain.gateway, "isDelivered", id), false);
    await world.deliver(message);
    await send(onChainBy(STRANGER), "deliver", body);
  });

  test("no gas with which a message is brought makes its recipient do less: it gets what the message names, or nothing happens", async () => {
    const witness = await world.recipientOn(undefined, "SwallowingRecipient");
    const l2Witness = await world.recipientOn(chain, "SwallowingRecipient");
    for (const length of [1, 20_000]) {
      const attributes = [bundleGasLimit(300_000n)];
      const payload = `0x${"00".repeat(length)}`;
      const message = await fromChain(witness, payload, attributes);
      const { body } = await fromL1(l2Witness, payload, attributes);
      for (const [gateway, args, contract] of [
        [as(world.gateway, world.ecosystem.accounts[STRANGER]!), deliveryOf(message), witness],
        [onChainBy(STRANGER), [body], l2Witness],
      ] as const) {
        const works = (gasLimit: bigint): Promise<boolean> =>
          gateway
            .getFunction("deliver")
            .staticCall(...args, { gasLimit })
            .then(() => true)
            .catch(() => false);
        let [low, high] = [100_000n, 3_000_000n];
        while (high - low > 500n) {
          const middle = (low + high) / 2n;
          if (await works(middle)) high = middle;
          else low = middle;
        }
        const tooLittle = gateway.getFunction("deliver").staticCall(...args, { gasLimit: high - 2_000n });
        await assertReverts(tooLittle, "NotEnoughGas");
        const receipt = await send(gateway, "deliver", ...args, { gasLimit: high });
        const given = BigInt(String(eventsOf(contract, receipt, "Given")[0]!.args[0]));
        // Less what the recipient's own code does before it looks, which reads the payload's place.
        assert.ok(given >= 299_000n && given < 320_000n, String(given));
        assert.deepEqual([...eventsOf(contract, receipt, "Done")[0]!.args], [true]);
      }
    }
  });

  test("the gateway has no rights at bridge, factory, queue, predeploys and itself, and calls nothing but receiveMessage", async () => {
    const { bridge, factory, roots, settings } = world.ecosystem;
    const contracts = [bridge, factory, roots, settings, chain.onL1.contract, world.gateway];
    for (const contract of contracts) {
      const message = await fromChain(contract, "0x01");
      assert.match(await errorOf(world.deliver(message)), /^(RecipientFailed|NotAcknowledged)\(/);
      assert.equal(await view<boolean>(world.gateway, "isDelivered", idOf(message)), false);
    }
    for (const [name, address] of Object.entries({ ...PREDEPLOYS, gateway: await hexAddress(chain.gateway) })) {
      const to = { chainId: 271n, account: address };
      const { id, body } = await sendMessage(world.gateway, world.ecosystem.accounts[3]!, to, "0x01");
      await chain.runQueue();
      const error = await errorOf(send(onChainBy(STRANGER), "deliver", body));
      assert.match(error, /^(RecipientFailed|NotAcknowledged)\(/, name);
      assert.equal(await view<bigint>(chain.gateway, "statusOf", id), 1n);
    }
    // A payload that is a call's encoding stays a payload.
    const target = new Interface(["function double(uint256) payable returns (uint256)"]);
    const called = await world.ecosystem.l1.deploy("CallTarget");
    const message = await fromChain(called, target.encodeFunctionData("double", [4n]));
    await assertReverts(world.deliver(message), "RecipientFailed(0x)");
  });

  test("a stranger's messages delay no other: each is announced by a separate operation, of at most 80,000 gas", async () => {
    const { body } = await fromL1(onChain, "0x31");
    for (let i = 0; i < 5; i++)
      await sendMessage(world.gateway, world.ecosystem.accounts[STRANGER]!, await place(onChain, 271n), "0xff");
    await send(onChainBy(1), "deliver", body);
    const receipts = await chain.runQueue();
    assert.equal(receipts.length, 5);
    for (const { gasUsed } of receipts) assert.ok(gasUsed <= 80_000n);
  });
});
