import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type TransactionReceipt } from "ethers";
import { messageGateway, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import {
  announceGatewayMessage,
  deliverGatewayMessage,
  gatewayMessagesIn,
  type DeliveredGatewayMessage,
  type GatewayMessage,
} from "../../src/ecosystem/client/messages/gateway-messages.ts";
import { deployMessageGateways, messageGateways } from "../../src/ecosystem/client/messages/message-gateway.ts";
import { sentMessages } from "../../src/ecosystem/client/messages/sent-messages.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [ALICE, RELAYER] = [1, 9];
const recipient = new Interface([
  "event Received(address caller, bytes32 receiveId, bytes sender, bytes payload, uint256 value)",
  "error Refused(uint256 code)",
]);

describe("C3: the client's messages between L1 and a chain", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];
  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const on = (member: string, account = ALICE) => ecosystem.on(member, account);
  const idOf = (member: string): number => info.chains.find(({ name }) => name === member)?.chainId ?? info.l1.chainId;
  const memberOf = (chainId: number): string => info.chains.find((chain) => chain.chainId === chainId)?.name ?? "l1";
  const open = (chain: string) => deployMessageGateways(info, chain, (chainId) => on(memberOf(chainId)));
  const deliver = (message: GatewayMessage): Promise<DeliveredGatewayMessage> =>
    deliverGatewayMessage(info, message, on(message.direction === "toL1" ? "l1" : memberOf(message.chainId), RELAYER));

  /** Sends from a member, by its end of the gateway of a chain. */
  async function send(
    from: string,
    chain: string,
    to: Hex,
    payload: string,
  ): Promise<readonly [GatewayMessage, TransactionReceipt]> {
    const { onL1, onChain } = messageGateways(info, chain);
    const where = interoperableAddress(BigInt(from === "l1" ? idOf(chain) : info.l1.chainId), to);
    const data = messageGateway.encodeFunctionData("sendMessage", [where, payload, []]);
    const receipt = await (await on(from).sendTransaction({ to: from === "l1" ? onL1 : onChain, data })).wait();
    const [message] = gatewayMessagesIn(info, idOf(from), receipt!);
    return [message!, receipt!];
  }

  async function received(member: string, transactionHash: Hex): Promise<readonly unknown[]> {
    const receipt = await on(member).provider!.getTransactionReceipt(transactionHash);
    const [event] = receipt!.logs.map((log) => recipient.parseLog(log)).filter((each) => each?.name === "Received");
    return [...event!.args];
  }

  test("go both ways, between a chain with any base token and L1, and any account delivers them", async () => {
    for (const chain of ["a", "gas"]) {
      const gateways = await open(chain);
      assert.deepEqual(gateways, messageGateways(info, chain));
      assert.deepEqual(await open(chain), gateways);
      for (const [from, to] of [
        ["l1", chain],
        [chain, "l1"],
      ] as const) {
        const contract = await deploy(on(to), "InteropRecipient");
        const [message] = await send(from, chain, contract, "0x01");
        const sender = on(from).address.toLowerCase() as Hex;
        assert.deepEqual(
          [message.recipient, message.sender, message.direction],
          [contract, sender, to === "l1" ? "toL1" : "toChain"],
        );
        assert.deepEqual(await deliver(message), { state: to === "l1" ? "unknown" : "queued" });
        await ecosystem.moveOn();
        const made = await deliver(message);
        assert.equal(made.state, "delivered");
        if (made.state !== "delivered") continue;
        const [caller, id, source, payload] = await received(to, made.transactionHash);
        const end = to === "l1" ? gateways.onL1 : gateways.onChain;
        assert.equal(String(caller).toLowerCase(), end);
        assert.deepEqual([id, source, payload], [message.id, interoperableAddress(BigInt(idOf(from)), sender), "0x01"]);
        assert.deepEqual(await deliver(message), { state: "deliveredBefore" });
        if (to !== "l1") continue;
        const told = (await ecosystem.devnet.messages()).find(({ sourceChainId }) => sourceChainId === idOf(from));
        assert.deepEqual([told?.type, told?.steps.at(-1)?.transactionHash], ["l1Message", made.transactionHash]);
      }
    }
  });

  test("that their recipient refuses fail with its reason, before anything is sent", async () => {
    const contract = await deploy(on("l1"), "InteropRecipient");
    const [message] = await send("a", "a", contract, "0xff00");
    await ecosystem.moveOn();
    const attempt = deliverGatewayMessage(info, message, on("l1", RELAYER), undefined, contractNames([recipient.fragments]));
    await assert.rejects(attempt, { code: "Failed", message: /reverts.*Refused\(2\).*can be delivered later/s });
  });

  test("to a chain without an end of the gateway are announced again once it has one", async () => {
    const contract = await deploy(on("b"), "InteropRecipient");
    const [message] = await send("l1", "b", contract, "0x02");
    await ecosystem.moveOn();
    await assert.rejects(deliver(message), { code: "NoContract", message: /b has no end of the gateway/ });
    await open("b");
    assert.deepEqual(await deliver(message), { state: "queued" });
    await announceGatewayMessage(info, message, on("l1", RELAYER));
    await ecosystem.moveOn();
    assert.equal((await deliver(message)).state, "delivered");
  });

  test("attack: ignores messages of other contracts under the gateway's names", async () => {
    const contract = await deploy(on("a"), "InteropRecipient");
    // The same bytes to L1 by an account itself.
    const [own] = await send("a", "a", contract, "0x04");
    const words = messenger.encodeFunctionData("sendToL1", [own.body]);
    const copy = await (await on("a").sendTransaction({ to: PREDEPLOYS.L1Messenger, data: words })).wait();
    assert.deepEqual(gatewayMessagesIn(info, idOf("a"), copy!), []);
    assert.equal(sentMessages(idOf("a"), info.l1.chainId, copy!)[0]?.type, "message");
    const [, receipt] = await send("l1", "a", contract, "0x03");
    const logs = receipt.logs.map(({ topics, data }) => ({ topics, data, address: `0x${"5e".repeat(20)}` }));
    assert.deepEqual(gatewayMessagesIn(info, info.l1.chainId, { logs }), []);
    // Nor what L1's end said, if it were on a chain.
    assert.deepEqual(gatewayMessagesIn(info, idOf("b"), receipt), []);
  });
});
