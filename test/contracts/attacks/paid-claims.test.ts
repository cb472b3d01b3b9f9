import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { addressOf, as, hexAddress, send, view } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import {
  COIN,
  FEE,
  startPaidClaims,
  type PaidClaimsWorld,
  type Waiting,
  type WithdrawalOrder,
} from "../l1/support/paid-claims.ts";

const SNAPSHOT = new URL("../l1/snapshots/paid-claims-gas.json", import.meta.url);
const [CLAIMER, THIEF, OWNER] = [5, 6, 7] as const;
/** Code that refuses all that it is paid. */
const REFUSING = "0x5f5ffd";

let world: PaidClaimsWorld;
let next = 0xc1a1000;
/** An account that has nothing. */
const fresh = (): Hex => addressOf(next++);
before(async () => {
  world = await startPaidClaims();
});
after(() => world.ecosystem.l1.close());

const bridge = () => world.ecosystem.bridge;
const isPaid = ({ claim }: Waiting): Promise<boolean> =>
  view<boolean>(bridge(), "isWithdrawalFinalized", claim.chainId, claim.l2BatchNumber, claim.l2MessageIndex);
const one = async (order: WithdrawalOrder): Promise<Waiting> => (await world.withdraw(order))[0]!;
const setCode = (account: Hex, code: Hex): Promise<unknown> =>
  world.ecosystem.l1.ethers.provider.send("hardhat_setCode", [account, code]);

describe("C7: withdrawals that pay the account that claims them on L1", () => {
  test("pay the recipient what was sent, and the caller the fee, in coins and in tokens, at the gas that is recorded", async () => {
    const recipient = fresh();
    const coins = world.wayTo(recipient);
    const tokens = world.wayTo(recipient, { token: world.tokenAddress });
    const plain = world.wayTo(recipient, { fee: 0n });
    const [first, second, third] = (await world.withdraw(
      { way: coins, amount: 1_000n + FEE },
      { way: coins, amount: 2_000n + FEE },
      { way: tokens, amount: 500n + FEE },
    )) as [Waiting, Waiting, Waiting];
    const gas: Record<string, number> = {};
    const claim = async (name: string, waiting: Waiting) => {
      const receipt = await world.claim(CLAIMER, waiting);
      gas[name] = Number(receipt.gasUsed);
      return receipt;
    };
    assert.equal(await world.gain(CLAIMER, () => claim("coins, a way's first", first)), FEE);
    assert.equal(await world.gain(CLAIMER, () => claim("coins", second)), FEE);
    assert.equal(await world.balance(recipient), 3_000n);
    await claim("tokens, a way's first", third);
    const { address } = world.ecosystem.accounts[CLAIMER]!;
    const asset = world.tokenAddress;
    assert.deepEqual([await world.balance(recipient, asset), await world.balance(address, asset)], [500n, FEE]);
    for (const way of [coins, tokens]) assert.equal(await world.balance(world.addressOf(way), way.token), 0n);
    for (const waiting of [first, second, third]) assert.equal(await isPaid(waiting), true);
    const without = await one({ way: plain, amount: 9n });
    assert.equal(await world.gain(CLAIMER, () => world.claim(CLAIMER, without)), 0n);
    assert.equal(await world.balance(recipient), 3_009n);
    if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
    assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
  });

  test("are their recipient's: it has all without the fee where it claims itself, or takes what another claimed", async () => {
    const owner = world.ecosystem.accounts[OWNER]!.address.toLowerCase() as Hex;
    const way = world.wayTo(owner);
    const [first, second] = (await world.withdraw({ way, amount: 1_000n + FEE }, { way, amount: 2_000n + FEE })) as [
      Waiting,
      Waiting,
    ];
    assert.equal(await world.gain(OWNER, () => world.claim(OWNER, first)), 1_000n + FEE);
    await send(as(bridge(), world.ecosystem.accounts[THIEF]!), "finalizeDeposit", second.claim);
    assert.equal(await world.balance(world.addressOf(way)), 2_000n + FEE);
    assert.equal(await world.gain(OWNER, () => world.call(OWNER, "refund", way, COIN)), 2_000n + FEE);
  });
});

describe("attacks on claims that pay", () => {
  test("a fee is paid once for each claim: not again, not for a claim at the bridge, not before the money arrives", async () => {
    const recipient = fresh();
    const way = world.wayTo(recipient);
    const [first, second] = (await world.withdraw({ way, amount: 1_000n + FEE }, { way, amount: 2_000n + FEE })) as [
      Waiting,
      Waiting,
    ];
    await assertReverts(world.call(THIEF, "forward", way, COIN), `NothingToForward(${FEE}, 0)`);
    await world.claim(CLAIMER, first);
    await assertReverts(world.claim(THIEF, first), "WithdrawalAlreadyFinalized");
    await assertReverts(world.call(THIEF, "forward", way, COIN), `NothingToForward(${FEE}, 0)`);
    // Brought without the contract, it waits for the next caller, who gets the fee for the rest of the work.
    const atBridge = () => send(as(bridge(), world.ecosystem.accounts[THIEF]!), "finalizeDeposit", second.claim);
    assert.equal(await world.gain(THIEF, atBridge), 0n);
    assert.equal(await world.gain(CLAIMER, () => world.call(CLAIMER, "forward", way, COIN)), FEE);
    assert.equal(await world.balance(recipient), 3_000n);
  });

  test("no terms but the withdrawal's own move it: another recipient, fee, token or account to refund is another address", async () => {
    const recipient = fresh();
    const thief = world.ecosystem.accounts[THIEF]!.address.toLowerCase() as Hex;
    const waiting = await one({ way: world.wayTo(recipient), amount: 1_000n + FEE });
    for (const terms of [
      { to: interoperableAddress(world.ecosystem.chainId, thief) },
      { fee: 1_000n },
      { refundTo: thief },
      { token: world.tokenAddress },
    ]) {
      const way = { ...waiting.way, ...terms };
      await assertReverts(world.claim(THIEF, { ...waiting, way }, COIN), "NothingToForward");
      // Of nothing nothing is paid.
      assert.equal(await world.gain(THIEF, () => world.call(THIEF, "refund", way, COIN)), 0n);
    }
    assert.equal(await isPaid(waiting), false);
    // Nor can it be given to another by a refund, while its recipient can be paid.
    await send(as(bridge(), world.ecosystem.accounts[THIEF]!), "finalizeDeposit", waiting.claim);
    await assertReverts(world.call(THIEF, "refund", waiting.way, COIN), "CanBeForwarded");
    await world.call(CLAIMER, "forward", waiting.way, COIN);
    assert.equal(await world.balance(recipient), 1_000n);
  });

  test("a fee of coins is not paid out of tokens that came to the same address, nor the other way round", async () => {
    const recipient = fresh();
    const asset = world.tokenAddress;
    const [tokens, coins] = (await world.withdraw(
      { way: world.wayTo(recipient), amount: 700n, asset },
      { way: world.wayTo(recipient, { token: asset }), amount: 800n, asset: COIN },
    )) as [Waiting, Waiting];
    const { address } = world.ecosystem.accounts[CLAIMER]!;
    const had = await world.balance(address, asset);
    await world.claim(CLAIMER, tokens, asset);
    assert.equal(await world.gain(CLAIMER, () => world.claim(CLAIMER, coins, COIN)), 0n);
    assert.equal(await world.balance(address, asset), had);
    assert.deepEqual([await world.balance(recipient), await world.balance(recipient, asset)], [800n, 700n]);
  });

  test("a recipient that refuses coins loses nothing: the claim waits, for it alone, until it takes them", async () => {
    const recipient = fresh();
    const [waiting, brought] = (await world.withdraw(
      { way: world.wayTo(recipient), amount: 1_000n + FEE },
      { way: world.wayTo(recipient), amount: 2_000n + FEE },
    )) as [Waiting, Waiting];
    await setCode(recipient, REFUSING);
    await assertReverts(world.claim(CLAIMER, waiting), `EtherTransferFailed(${recipient}, 1000)`);
    assert.equal(await isPaid(waiting), false);
    await send(as(bridge(), world.ecosystem.accounts[THIEF]!), "finalizeDeposit", brought.claim);
    for (const name of ["forward", "refund"])
      await assertReverts(world.call(THIEF, name, brought.way, COIN), "EtherTransferFailed");
    await setCode(recipient, "0x");
    await world.claim(CLAIMER, waiting);
    assert.equal(await world.balance(recipient), 3_000n + FEE);
  });

  test("a recipient that calls back while it is paid gets no fee: neither by forwarding nor by a refund or a claim", async () => {
    const greedy = await world.ecosystem.l1.deploy("GreedyRecipient");
    const recipient = await hexAddress(greedy);
    const way = world.wayTo(recipient);
    const [first, second, third, other] = (await world.withdraw(
      ...[1, 2, 3, 4].map((n) => ({ way, amount: BigInt(n) * 1_000n + FEE })),
    )) as [Waiting, Waiting, Waiting, Waiting];
    const { interface: calls } = world.forwarders;
    const reentries = [
      [first, calls.encodeFunctionData("forward", [way, COIN])],
      [second, calls.encodeFunctionData("refund", [way, COIN])],
      [third, calls.encodeFunctionData("claimAndForward", [await bridge().getAddress(), other.claim, way, COIN])],
    ] as const;
    for (const [waiting, data] of reentries) {
      await send(greedy, "prepare", await world.forwarders.getAddress(), data);
      assert.equal(await world.gain(CLAIMER, () => world.claim(CLAIMER, waiting)), FEE);
      assert.equal(await view(greedy, "succeeded"), false);
    }
    assert.equal(await world.balance(recipient), 6_000n);
    assert.equal(await isPaid(other), false);
  });
});
