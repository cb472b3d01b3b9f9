import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { eventsOf, hexAddress } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import { ALICE, BOB, FOREVER, startL1Calls, type L1CallsWorld, type PlacedCall } from "./support/l1-calls.ts";

const OPERATIONS = 300;
const SENDERS = [ALICE, BOB, `0x${"c0".repeat(20)}`] as const;

let world: L1CallsWorld;
before(async () => {
  world = await startL1Calls();
});
after(() => world.ecosystem.l1.close());

/** A message that was sent, as the model knows it. */
interface Sent {
  readonly placed: PlacedCall;
  readonly chain: number;
  readonly value: bigint;
  readonly reverts: boolean;
  readonly lastSecond: bigint;
  /** Call that it cancels: of its sender or, in vain, of another one. */
  readonly cancels: Sent | undefined;
}

test("C7: in random schedules each call is made once at most, by its sender's account, with its value and in its time", async () => {
  const random = createRandomness(83);
  const below = (limit: number): number => random.index(limit);
  const called = await world.ecosystem.l1.deploy("CallTarget");
  const to = await hexAddress(called);
  const here = await hexAddress(world.accounts);
  const sent: Sent[] = [];
  const balances = new Map<string, bigint>();
  /** Accounts with a place in a batch: executed, or canceled by that account. */
  const closed = new Set<string>();
  const met = new Map<string, number>();
  const accountOf = ({ chain, placed }: Pick<Sent, "chain" | "placed">): Hex =>
    world.accountOf(world.chains[chain]!, placed.message.sender);

  const placeOf = (message: Sent, account = accountOf(message)): string =>
    `${account} ${message.placed.batchNumber} ${message.placed.index}`;

  async function sendSome(): Promise<void> {
    const chain = below(2);
    const now = await world.ecosystem.latestTimestamp();
    const wanted = Array.from({ length: 1 + below(4) }, () => {
      const other = below(4) === 0 ? sent[below(Math.max(1, sent.length))] : undefined;
      const reverts = other === undefined && below(3) === 0;
      const value = other === undefined ? BigInt(below(3)) : 0n;
      const lastSecond = below(3) === 0 ? now + BigInt(below(200)) : FOREVER;
      const data = called.interface.encodeFunctionData("double", [reverts ? 1n : 2n]);
      const place = [other?.placed.batchNumber ?? 0n, other?.placed.index ?? 0];
      const order =
        other === undefined ? { to, data } : { to: here, data: world.accounts.interface.encodeFunctionData("cancel", place) };
      const sender: Hex = SENDERS[below(3)]!;
      return { ...{ reverts, value, lastSecond, other }, call: { ...order, data: order.data as Hex, sender, value, lastSecond } };
    });
    const placed = await world.settle(world.chains[chain]!, ...wanted.map(({ call }) => call));
    for (const [i, { reverts, value, lastSecond, other }] of wanted.entries())
      sent.push({ placed: placed[i]!, chain, value, reverts, lastSecond, cancels: other });
  }

  /** Expected error; undefined if the call is made. */
  function verdict(message: Sent, now: bigint): string | undefined {
    if (now > message.lastSecond) return "CallExpired";
    if (closed.has(placeOf(message))) return "CallClosed";
    if ((balances.get(accountOf(message)) ?? 0n) < message.value) return "BalanceTooLow";
    const { cancels } = message;
    if (cancels !== undefined && closed.has(placeOf(cancels, accountOf(message)))) return "CallFailed";
    return message.reverts ? "CallFailed" : undefined;
  }

  async function executeOne(): Promise<void> {
    const message = sent[below(sent.length)]!;
    const forged = below(6) === 0 ? SENDERS.find((each) => each !== message.placed.message.sender) : undefined;
    const placed =
      forged === undefined ? message.placed : { ...message.placed, message: { ...message.placed.message, sender: forged } };
    const now = (await world.ecosystem.latestTimestamp()) + 1n;
    await world.ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(now)]);
    const isLate = now > message.lastSecond;
    const expected = forged !== undefined && !isLate ? "CallNotProven" : verdict(message, now);
    met.set(expected ?? "made", (met.get(expected ?? "made") ?? 0) + 1);
    if (expected !== undefined) {
      const error = await errorOf(world.execute(placed, { gasLimit: 1_000_000n }));
      assert.equal(error.slice(0, error.indexOf("(")), expected);
      return;
    }
    const receipt = await world.execute(placed);
    const account = accountOf(message);
    closed.add(placeOf(message));
    balances.set(account, (balances.get(account) ?? 0n) - message.value);
    if (message.cancels !== undefined) {
      closed.add(placeOf(message.cancels, account));
      return;
    }
    const [made] = eventsOf(called, receipt, "Called");
    assert.deepEqual([String(made!.args[0]).toLowerCase(), made!.args[2]], [account, message.value]);
  }

  await sendSome();
  for (let i = 0; i < OPERATIONS; i++) {
    const kind = below(10);
    if (kind < 2) await sendSome();
    else if (kind === 2) {
      const account = accountOf(sent[below(sent.length)]!);
      await world.fund(account, 3n);
      balances.set(account, (balances.get(account) ?? 0n) + 3n);
    } else await executeOne();
  }
  for (const message of sent) {
    assert.equal(await world.isClosed(world.chains[message.chain]!, message.placed), closed.has(placeOf(message)));
    const account = accountOf(message);
    assert.equal(await world.ecosystem.l1.ethers.provider.getBalance(account), balances.get(account) ?? 0n);
  }
  for (const outcome of ["made", "CallExpired", "CallClosed", "BalanceTooLow", "CallFailed", "CallNotProven"])
    assert.ok((met.get(outcome) ?? 0) >= 5, `${outcome}: ${met.get(outcome) ?? 0} times`);
});
