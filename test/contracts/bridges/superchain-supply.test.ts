import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import { createRandomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import {
  ETH_BRIDGE,
  INBOX,
  MESSENGER,
  payloadOf,
  SuperchainNetwork,
  TOKEN_BRIDGE,
  type PlacedMessage,
  type SentByCenter,
  type ToldMessage,
} from "./support/superchain-network.ts";

const IDS = [271n, 272n, 273n] as const;
const OPERATIONS = byNight(600, 90);
const SEED = 0x5c4a1;
const SUPPLY = 1_000_000n;

/** Message of a chain's center, which reaches another chain once, or not at all. */
interface Passage extends SentByCenter {
  readonly source: number;
  readonly destination: number;
  isDelivered: boolean;
}

/** A transfer's message, which anyone may relay any number of times. */
interface Transfer {
  readonly placed: PlacedMessage;
  readonly kind: "coins" | "tokens";
  readonly destination: number;
  readonly amount: bigint;
  isRelayed: boolean;
}

describe("C14 supplies over chains of the Superchain, under random sends, relays, repeats and failures", () => {
  const random = createRandomness(SEED);
  const passages: Passage[] = [];
  const transfers: Transfer[] = [];
  let chains: readonly SuperchainNetwork[] = [];
  let token = "";
  /** On each chain at one address: takes coins and tokens, unless it refuses. */
  let recipient = "";
  const isRefusing = IDS.map(() => false);
  let sentCoins = 0n;

  before(async () => {
    chains = await Promise.all(IDS.map((id) => SuperchainNetwork.start(id)));
    for (const [i, chain] of chains.entries()) {
      const me = await chain.signer.getAddress();
      token = String((await chain.deploy("SuperchainTestToken", me, i === 0 ? SUPPLY : 0n)).target);
      recipient = String((await chain.deploy("SuperchainTestProbe")).target);
    }
  });
  after(() => Promise.all(chains.map((chain) => chain.close())));

  const sum = async (ask: (chain: SuperchainNetwork) => Promise<bigint>): Promise<bigint> =>
    (await Promise.all(chains.map(ask))).reduce((total, each) => total + each, 0n);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[random.index(Math.max(items.length, 1))];

  /** Takes a send's message from the centers, with its transfer. */
  async function take(
    source: number,
    destination: number,
    receipt: ContractTransactionReceipt,
    transfer: Pick<Transfer, "kind" | "amount">,
  ) {
    const chain = chains[source]!;
    for (const sent of chain.sentByCenter(receipt)) passages.push({ ...sent, source, destination, isDelivered: false });
    const [event] = chain.events(receipt, "SentMessage");
    const [to, target, nonce, sender, message] = [...event!] as [bigint, string, bigint, string, string];
    const told: ToldMessage = { destination: to, target, nonce, sender, message };
    const { timestamp } = (await receipt.getBlock())!;
    const at = { blockNumber: BigInt(receipt.blockNumber), timestamp: BigInt(timestamp) };
    transfers.push({
      placed: { ...chain.placed(IDS[source]!, told, at), payload: payloadOf(told) },
      destination,
      isRelayed: false,
      ...transfer,
    });
  }

  async function send(): Promise<void> {
    const [source, step] = [random.index(3), 1 + random.index(2)];
    const destination = (source + step) % 3;
    const chain = chains[source]!;
    const amount = 1n + random.below(9n);
    if (random.index(2) === 0) {
      // Amounts repeat, so that transfers alike meet.
      const receipt = await chain.send(ETH_BRIDGE, "sendETH", [recipient, IDS[destination]], { value: amount });
      sentCoins += amount;
      return take(source, destination, receipt, { kind: "coins", amount });
    }
    const me = await chain.signer.getAddress();
    if (((await chain.ask(token, "balanceOf", me)) as bigint) < amount) return;
    const to = random.index(2) === 0 ? me : recipient;
    const receipt = await chain.send(TOKEN_BRIDGE, "sendERC20", [token, to, amount, IDS[destination]]);
    return take(source, destination, receipt, { kind: "tokens", amount });
  }

  async function deliver(passage: Passage | undefined): Promise<void> {
    if (passage === undefined || passage.isDelivered) return;
    const { from, source, destination, payload, value } = passage;
    const to = from.toLowerCase() === MESSENGER ? INBOX : ETH_BRIDGE;
    await chains[destination]!.hand(to, [IDS[source]!, from.toLowerCase()], payload, value);
    passage.isDelivered = true;
  }

  async function relay(transfer: Transfer | undefined, where?: number): Promise<void> {
    if (transfer === undefined) return;
    const chain = chains[where ?? transfer.destination]!;
    const isDone = await chain.relay(transfer.placed).then(
      () => true,
      () => false,
    );
    if (!isDone) return;
    assert.equal(chain, chains[transfer.destination]);
    assert.equal(transfer.isRelayed, false, "a transfer is relayed twice");
    transfer.isRelayed = true;
  }

  /** A message that its chain has not told: more, for another, of the other chain, or somewhere else. */
  async function forge(): Promise<void> {
    const transfer = pick(transfers);
    if (transfer === undefined) return;
    const { id, payload } = transfer.placed;
    const other = payload.replace(/.{2}$/, (last) => (last === "00" ? "01" : "00"));
    const forged = pick([
      { id, payload: other },
      { id: { ...id, chainId: IDS[random.index(3)]! }, payload },
      { id: { ...id, blockNumber: id.blockNumber + 1n }, payload },
    ])!;
    if (forged.payload === payload && forged.id.chainId === id.chainId && forged.id.blockNumber === id.blockNumber) return;
    for (const chain of chains) await assert.rejects(chain.relay(forged));
  }

  async function requireSupplies(): Promise<void> {
    const flying = (kind: Transfer["kind"]): bigint =>
      transfers.filter((each) => each.kind === kind && !each.isRelayed).reduce((total, { amount }) => total + amount, 0n);
    const minted = await sum(async (chain) => (await chain.ask(token, "totalSupply")) as bigint);
    assert.equal(minted + flying("tokens"), SUPPLY);
    const waiting = passages.filter(({ isDelivered }) => !isDelivered).reduce((total, { value }) => total + value, 0n);
    const [paid, kept] = [await sum((chain) => chain.balance(recipient)), await sum((chain) => chain.balance(ETH_BRIDGE))];
    assert.equal(paid + kept + waiting, sentCoins);
    assert.equal(paid + flying("coins"), sentCoins);
  }

  test(`${OPERATIONS} operations: balances and transfers in transit have a constant sum after each, and all arrives at the end`, async () => {
    for (let i = 0; i < OPERATIONS; i++) {
      const what = random.index(12);
      if (what < 4) await send();
      else if (what < 7) await deliver(pick(passages));
      else if (what < 9) await relay(pick(transfers));
      else if (what < 10) await relay(pick(transfers), random.index(3));
      else if (what < 11) await forge();
      else {
        const place = random.index(3);
        isRefusing[place] = !isRefusing[place];
        await chains[place]!.send(recipient, "refuse", [isRefusing[place]]);
      }
      await requireSupplies();
    }
    for (const chain of chains) await chain.send(recipient, "refuse", [false]);
    for (const passage of passages) await deliver(passage);
    for (const transfer of transfers) await relay(transfer);
    for (const transfer of transfers) await relay(transfer);
    await requireSupplies();
    assert.ok(transfers.length > OPERATIONS / 6 && transfers.every(({ isRelayed }) => isRelayed));
    assert.equal(await sum((chain) => chain.balance(ETH_BRIDGE)), 0n);
    assert.equal(await sum(async (chain) => (await chain.ask(token, "totalSupply")) as bigint), SUPPLY);
  });
});
