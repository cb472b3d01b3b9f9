import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { BaseContract, ContractTransactionReceipt } from "ethers";
import { decodeGatewayMessage, encodeGatewayMessage } from "../../../src/ground/protocol/gateway-message.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { as, eventsOf, hexAddress, send, view } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import { idOf, sendMessage, startGateways, type GatewayWorld, type PlacedMessage } from "./support/gateways.ts";

const OPERATIONS = 350;
/** Payloads by the reaction of `InteropRecipient`. */
const PAYLOADS = { taken: "0x01", refused: "0xff", wrongAnswer: "0xfe" } as const;
type Outcome = keyof typeof PAYLOADS;

let world: GatewayWorld;
before(async () => {
  world = await startGateways();
});
after(() => world.close());

/** A message, as the model knows it. */
interface Sent {
  readonly chain: number;
  readonly isUp: boolean;
  readonly id: Hex;
  readonly body: Hex;
  readonly sender: Hex;
  readonly outcome: Outcome;
  /** True if a message to a chain has been announced there, or a message to L1 is on L1. */
  isAnnounced: boolean;
  placed: PlacedMessage | undefined;
  isDelivered: boolean;
}

test("C3: in random schedules each message reaches its recipient once at most, in both directions, as its sender's words", async () => {
  const random = createRandomness(105);
  const below = (limit: number): number => random.index(limit);
  const outcomes = Object.keys(PAYLOADS) as readonly Outcome[];
  const onL1 = await world.recipientOn();
  const onChains = await Promise.all(world.chains.map((chain) => world.recipientOn(chain)));
  const sent: Sent[] = [];
  const met = new Map<string, number>();
  const count = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

  async function sendOne(): Promise<void> {
    const chain = below(2);
    const { chainId, gateway, users } = world.chains[chain]!;
    const isUp = below(2) === 0;
    const signer = isUp ? users[1 + below(3)]! : world.ecosystem.accounts[1 + below(3)]!;
    const recipient = isUp ? onL1 : onChains[chain]!;
    const to = { chainId: isUp ? world.ecosystem.chainId : chainId, account: await hexAddress(recipient) };
    const outcome = outcomes[below(5)] ?? "taken";
    const { id, body } = await sendMessage(isUp ? gateway : world.gateway, signer, to, PAYLOADS[outcome]);
    const sender = signer.address.toLowerCase() as Hex;
    sent.push({ ...{ chain, isUp, id, body, sender, outcome }, isAnnounced: false, placed: undefined, isDelivered: false });
  }

  async function settleOne(): Promise<void> {
    const chain = below(2);
    await world.chains[chain]!.runQueue();
    const placed = await world.chains[chain]!.settle();
    for (const message of sent.filter((each) => each.chain === chain)) {
      if (!message.isUp) message.isAnnounced = true;
      message.placed ??= placed.find((each) => message.isUp && idOf(each) === message.id);
    }
  }

  async function announceAgain(): Promise<void> {
    const message = sent.filter(({ isUp }) => !isUp)[below(sent.length)];
    if (message !== undefined) await send(as(world.gateway, world.ecosystem.accounts[below(9)]!), "announce", message.id);
  }

  /** Expected error; undefined if the recipient is called and accepts the message. */
  function verdict(message: Sent, isForged: boolean): string | undefined {
    if (isForged) return message.isUp ? "MessageNotProven" : "MessageNotAnnounced";
    if (!message.isUp && !message.isAnnounced) return "MessageNotAnnounced";
    if (message.isDelivered) return "MessageDeliveredBefore";
    if (message.outcome === "refused") return "RecipientFailed";
    return message.outcome === "wrongAnswer" ? "NotAcknowledged" : undefined;
  }

  async function deliverOne(): Promise<void> {
    const message = sent[below(sent.length)]!;
    if (message.isUp && message.placed === undefined) return;
    const isForged = below(8) === 0;
    const sender: Hex = `0x${"5e".repeat(20)}`;
    const forged = toHex(encodeGatewayMessage({ ...decodeGatewayMessage(fromHex(message.body))!, sender }));
    const body = isForged ? forged : message.body;
    const deliver = (): Promise<ContractTransactionReceipt> =>
      message.isUp
        ? world.deliver({ ...message.placed!, message: body }, { by: below(9) })
        : send(as(world.chains[message.chain]!.gateway, world.chains[message.chain]!.users[below(9)]!), "deliver", body);
    const expected = verdict(message, isForged);
    count(`${message.isUp ? "up" : "down"} ${expected ?? "delivered"}`);
    if (expected !== undefined) {
      const error = await errorOf(deliver());
      assert.equal(error.slice(0, error.indexOf("(")), expected);
      return;
    }
    const recipient: BaseContract = message.isUp ? onL1 : onChains[message.chain]!;
    const [received] = eventsOf(recipient, await deliver(), "Received");
    message.isDelivered = true;
    const source = message.isUp ? world.chains[message.chain]!.chainId : world.ecosystem.chainId;
    assert.deepEqual([...received!.args].slice(1, 4), [message.id, interoperableAddress(source, message.sender), "0x01"]);
  }

  await sendOne();
  for (let i = 0; i < OPERATIONS; i++) {
    const kind = below(12);
    if (kind < 4) await sendOne();
    else if (kind === 4) await settleOne();
    else if (kind === 5) await announceAgain();
    else await deliverOne();
  }
  for (const { isUp, chain, id, isDelivered } of sent)
    assert.equal(await view<boolean>(isUp ? world.gateway : world.chains[chain]!.gateway, "isDelivered", id), isDelivered);
  for (const [recipient, here] of [
    [onL1, sent.filter(({ isUp }) => isUp)],
    ...onChains.map((contract, i) => [contract, sent.filter(({ isUp, chain }) => !isUp && chain === i)] as const),
  ] as const)
    assert.equal(await view<bigint>(recipient, "count"), BigInt(here.filter(({ isDelivered }) => isDelivered).length));
  const failures = ["MessageDeliveredBefore", "RecipientFailed", "NotAcknowledged", "delivered"];
  const all = [...failures.flatMap((each) => [`up ${each}`, `down ${each}`]), "up MessageNotProven", "down MessageNotAnnounced"];
  for (const each of all) assert.ok((met.get(each) ?? 0) >= 3, `${each}: ${met.get(each) ?? 0} times`);
});
