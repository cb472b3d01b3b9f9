import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { addressOf, as, send } from "./support/ecosystem.ts";
import { COIN, startPaidClaims, type PaidClaimsWorld, type Waiting } from "./support/paid-claims.ts";

const STEPS = byNight(600, 150);
const SEED = Number(process.env["CLAIMS_SEED"] ?? 1);
const REFUSING = "0x5f5ffd";
const STRANGERS = [5, 6] as const;

let world: PaidClaimsWorld;
before(async () => {
  world = await startPaidClaims();
});
after(() => world.ecosystem.l1.close());

/** A recipient with one fee, and what the model says of it. */
interface Account {
  readonly recipient: Hex;
  readonly fee: bigint;
  refuses: boolean;
  /** At the forwarder. */
  held: bigint;
  has: bigint;
}

test(`C7: in ${STEPS} random steps each withdrawal is with its recipient, except for one fee a claim, or waits for it`, async () => {
  const random = createRandomness(SEED);
  const accounts: Account[] = [0n, 7n, 60n].map((fee, i) => {
    const recipient = addressOf(0x5eed0 + i);
    return { recipient, fee, refuses: false, held: 0n, has: 0n };
  });
  const wayOf = ({ recipient, fee }: Account) => world.wayTo(recipient, { fee });
  const waiting: { readonly of: Account; readonly amount: bigint; readonly claim: Waiting }[] = [];
  const seen = new Map<string, number>();
  let fees = 0n;
  /** Makes a call of a stranger's if it passes; resolves with whether it did, and checks what it brought the stranger. */
  async function act(name: string, user: number, passes: boolean, gain: bigint, call: () => Promise<never>): Promise<void> {
    if (!passes) return assert.rejects(call, /revert/i);
    assert.equal(await world.gain(user, call), gain, name);
    fees += gain;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  for (let step = 0; step < STEPS; step++) {
    const kind = random.index(6);
    const account = accounts[random.index(accounts.length)]!;
    const user = STRANGERS[random.index(STRANGERS.length)]!;
    const own = waiting.find(({ of }) => of === account);
    const pays = (held: bigint): boolean => held > account.fee && !account.refuses;
    if (kind === 0 || waiting.length === 0) {
      const orders = Array.from({ length: 4 }, () => ({
        of: accounts[random.index(3)]!,
        amount: 1n + BigInt(random.index(150)),
      }));
      const claims = await world.withdraw(...orders.map(({ of, amount }) => ({ way: wayOf(of), amount })));
      orders.forEach((order, i) => waiting.push({ ...order, claim: claims[i]! }));
    } else if (kind === 1 && own !== undefined) {
      const held = account.held + own.amount;
      const passes = pays(held);
      await act("claimed", user, passes, account.fee, () => world.claim(user, own.claim) as Promise<never>);
      if (!passes) continue;
      waiting.splice(waiting.indexOf(own), 1);
      account.has += held - account.fee;
      account.held = 0n;
    } else if (kind === 2 && own !== undefined) {
      const bridge = as(world.ecosystem.bridge, world.ecosystem.accounts[user]!);
      await act(
        "claimed at the bridge",
        user,
        true,
        0n,
        () => send(bridge, "finalizeDeposit", own.claim.claim) as Promise<never>,
      );
      waiting.splice(waiting.indexOf(own), 1);
      account.held += own.amount;
    } else if (kind === 3) {
      const passes = pays(account.held);
      await act(
        "forwarded",
        user,
        passes,
        account.fee,
        () => world.call(user, "forward", wayOf(account), COIN) as Promise<never>,
      );
      if (!passes) continue;
      account.has += account.held - account.fee;
      account.held = 0n;
    } else if (kind === 4) {
      // A stranger's refund is for what cannot be forwarded; the recipient is the account that it goes to.
      const passes = !pays(account.held) && !account.refuses;
      await act("refunded", user, passes, 0n, () => world.call(user, "refund", wayOf(account), COIN) as Promise<never>);
      if (!passes) continue;
      account.has += account.held;
      account.held = 0n;
    } else {
      account.refuses = random.index(3) === 0;
      const code = account.refuses ? REFUSING : "0x";
      await world.ecosystem.l1.ethers.provider.send("hardhat_setCode", [account.recipient, code]);
    }
    for (const each of accounts) {
      assert.equal(await world.balance(each.recipient), each.has, `step ${step}, seed ${SEED}`);
      assert.equal(await world.balance(world.addressOf(wayOf(each))), each.held, `step ${step}, seed ${SEED}`);
    }
  }
  for (const name of ["claimed", "claimed at the bridge", "forwarded", "refunded"])
    assert.ok((seen.get(name) ?? 0) > 0, JSON.stringify([...seen]));
  assert.ok(fees > 0n);
  assert.equal(await world.balance(await world.forwarders.getAddress()), 0n);
});
