import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { id, type Contract } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import {
  extraArgs,
  knowPool,
  putCcip,
  putMoreCcip,
  request,
  tokenWithPool,
  wordOf,
  type RateLimit,
} from "./support/ccip-dapp.ts";
import { send } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const BOB = "0x0000000000000000000000000000000000000B0B";
const named = (error: string): RegExp => new RegExp(`${/^\w+/.exec(error)![0]}|${id(error).slice(2, 10)}`);

describe("C14 more of CCIP's package: its contracts run unchanged", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("ccip");
  const { at, ask: value } = dapp;

  test("a programmable transfer to CCIP's defensive receiver: what it could not use it keeps, and its owner takes it out", async () => {
    const [here, there] = [
      await tokenWithPool(at("alpha"), "burn_mint_token_pool", dapp.bridge),
      await tokenWithPool(at("beta"), "burn_mint_token_pool", dapp.bridge),
    ];
    await knowPool(here.pool, dapp.bridge.idOf("beta"), there);
    await knowPool(there.pool, dapp.bridge.idOf("alpha"), here);
    const [a, b] = [
      await putMoreCcip(at("alpha"), "MyDefensive", dapp.bridge.router, dapp.bridge.link),
      await putMoreCcip(at("beta"), "MyDefensive", dapp.bridge.router, dapp.bridge.link),
    ];
    await send(a, "enableChain", dapp.bridge.idOf("beta"), extraArgs(500_000n));
    await send(b, "enableChain", dapp.bridge.idOf("alpha"), extraArgs(500_000n));
    const [signer] = await at("alpha").ethers.getSigners();
    await (await signer!.sendTransaction({ to: dapp.bridge.link, value: COIN })).wait();
    await send(here.token, "approve", a.target, 100n * COIN);
    // Its fee is paid in LINK that it holds.
    await (await signer!.sendTransaction({ to: dapp.bridge.link, data: transferData(String(a.target), COIN) })).wait();
    const move = () =>
      send(a, "sendDataAndTokens", dapp.bridge.idOf("beta"), wordOf(b.target), "0x1234", [
        { token: here.token.target, amount: 7n * COIN },
      ]);

    await dapp.bridge.delivered(await move());
    const before = (await value(there.token, "balanceOf", dapp.owner)) as bigint;
    await send(b, "setSimRevert", true);
    const { delivery } = await dapp.bridge.delivered(await move());
    assert.equal(await value(there.token, "balanceOf", b.target), 7n * COIN);
    await send(b, "retryFailedMessage", delivery.id, BOB);
    assert.deepEqual(
      [await value(there.token, "balanceOf", BOB), await value(there.token, "balanceOf", dapp.owner)],
      [7n * COIN, before],
    );
  });

  for (const kind of ["burn_from_mint_token_pool", "burn_with_from_mint_token_pool"] as const)
    test(`a ${kind} burns here and mints there`, async () => {
      const { a, here, there } = await messengerWithTokens(kind);
      await dapp.bridge.delivered(await sendTokens(a, here.token, BOB, 3n * COIN));
      assert.deepEqual(
        [await value(there.token, "balanceOf", BOB), await value(here.token, "totalSupply")],
        [3n * COIN, 997n * COIN],
      );
    });

  test("rate limits of pools: more than the capacity is refused here, or fails there and is executed once there is room", async () => {
    const limit = (capacity: bigint): RateLimit => ({ isEnabled: true, capacity, rate: 1n });
    const { a, here, there } = await messengerWithTokens("burn_mint_token_pool", {
      out: limit(9n * COIN),
      back: limit(4n * COIN),
    });
    await assert.rejects(sendTokens(a, here.token, BOB, 10n * COIN), named("TokenMaxCapacityExceeded(uint256,uint256,address)"));
    const sent = await sendTokens(a, here.token, BOB, 5n * COIN);
    await assert.rejects(dapp.bridge.delivered(sent), named("TokenMaxCapacityExceeded(uint256,uint256,address)"));
    await dapp.bridge.delivered(await sendTokens(a, here.token, BOB, 3n * COIN));
    const none = { isEnabled: false, capacity: 0n, rate: 0n };
    await send(there.pool, "setChainRateLimiterConfig", dapp.bridge.idOf("alpha"), none, none);
    await dapp.bridge.delivered(sent);
    assert.equal(await value(there.token, "balanceOf", BOB), 8n * COIN);
  });

  test("several tokens in a message are refused by CCIP's own error, which names how many may go", async () => {
    const { a, here } = await messengerWithTokens("burn_mint_token_pool");
    const tokens = [1n, 2n].map((amount) => ({ token: here.token.target, amount }));
    await assert.rejects(
      value(a, "quote", dapp.bridge.idOf("beta"), request(BOB, "", { tokens })),
      named("UnsupportedNumberOfTokens(uint256,uint256)"),
    );
  });

  /** A token on both chains, and what sends it with a message. */
  async function messengerWithTokens(
    kind: Parameters<typeof tokenWithPool>[1],
    limits: { out?: RateLimit; back?: RateLimit } = {},
  ) {
    const { out, back } = limits;
    const [here, there] = [
      await tokenWithPool(at("alpha"), kind, dapp.bridge),
      await tokenWithPool(at("beta"), kind, dapp.bridge),
    ];
    await knowPool(here.pool, dapp.bridge.idOf("beta"), there, out === undefined ? {} : { out });
    await knowPool(there.pool, dapp.bridge.idOf("alpha"), here, back === undefined ? {} : { back });
    const a = await putCcip(at("alpha"), "MyMessenger", dapp.bridge.router);
    await send(here.token, "approve", a.target, 100n * COIN);
    return { a, here, there };
  }

  async function sendTokens(a: Contract, token: Contract, to: string, amount: bigint) {
    const asked = request(to, "", { tokens: [{ token: token.target as string, amount }], args: extraArgs(0n) });
    const fee = (await value(a, "quote", dapp.bridge.idOf("beta"), asked)) as bigint;
    return send(a, "send", dapp.bridge.idOf("beta"), asked, { value: fee });
  }
});

/** Calldata of ERC-20's `transfer`. */
function transferData(to: string, amount: bigint): string {
  return `0xa9059cbb${to.slice(2).toLowerCase().padStart(64, "0")}${amount.toString(16).padStart(64, "0")}`;
}
