import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, Contract, id, parseEther } from "ethers";
import { IS_NIGHTLY } from "../support/nightly.ts";
import {
  extraArgs,
  knowPool,
  pool,
  published,
  putCcip,
  putMoreCcip,
  putPublished,
  registerPool,
  request,
  wordOf,
} from "./support/ccip-dapp.ts";
import { send } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = parseEther("1");
const BOB = "0x0000000000000000000000000000000000000B0B";
const SALT = `0x${"5a".repeat(32)}`;
/** Tag of EVM chains in CCIP's `Internal.sol`. */
const EVM = "0x2812d52c";
const FEE_TOKEN = ["function deposit() payable", "function transfer(address,uint256) returns (bool)"];

describe("C14 applications of CCIP's package that its other tests do not use", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("ccip");
  const { at, ask: value, signer } = dapp;

  const me = async () => (await signer("alpha")).getAddress();

  async function moveTokens(from: string, to: string, token: Contract, amount: bigint) {
    return dapp.bridge.delivered(await sendTokens(from, to, token, amount));
  }

  async function sendTokens(from: string, to: string, token: Contract, amount: bigint) {
    const messenger = await putCcip(at(from), "MyMessenger", dapp.bridge.router);
    await send(token, "approve", messenger.target, amount);
    const tokens = [{ token: token.target, amount }];
    const asked = request(BOB, "", { tokens, args: extraArgs(0n) });
    const fee = (await value(messenger, "quote", dapp.bridge.idOf(to), asked)) as bigint;
    return send(messenger, "send", dapp.bridge.idOf(to), asked, { value: fee });
  }

  test("a fast transfer is filled before its message comes, and the pool pays the filler when it does", async () => {
    const put = async (name: string) => {
      const token = await putCcip(at(name), "MyToken");
      const pool = await putMoreCcip(
        at(name),
        "MyFastPool",
        token.target,
        dapp.bridge.rmn,
        dapp.bridge.router,
        dapp.bridge.idOf(name),
      );
      await registerPool(at(name), dapp.bridge.tokenAdminRegistry, token, pool);
      return { token, pool };
    };
    const [here, there] = [await put("alpha"), await put("beta")];
    for (const [own, other, to] of [
      [here, there, "beta"],
      [there, here, "alpha"],
    ] as const) {
      await knowPool(own.pool, dapp.bridge.idOf(to), other);
      const lane = [false, 100n, 0n, 200_000n, dapp.bridge.idOf(to), EVM, 100n * COIN, wordOf(other.pool.target), "0x"];
      await send(own.pool, "updateDestChainConfig", [lane]);
    }
    await send(here.token, "approve", here.pool.target, 100n * COIN);
    const [native, none] = [`0x${"00".repeat(20)}`, "0x"];
    const given = [dapp.bridge.idOf("beta"), 10n * COIN, wordOf(BOB), native, none] as const;
    const [fee, fast] = (await value(here.pool, "getCcipSendTokenFee", ...given)) as [bigint, bigint];
    assert.equal(fast, COIN / 10n);
    const asked = [given[0], given[1], fast, given[2], given[3], given[4]];
    const filled = await send(here.pool, "ccipSendToken", ...asked, { value: fee });
    const settlement = (await dapp.bridge.deliveries()).find(({ sentIn }) => sentIn === filled.hash)!;
    const fill = [settlement.id, dapp.bridge.idOf("alpha"), 10n * COIN - fast, 18];
    const fillId = await value(there.pool, "computeFillId", ...fill, wordOf(BOB));
    await send(there.token, "approve", there.pool.target, 10n * COIN);
    const filler = await me();
    const before = (await value(there.token, "balanceOf", filler)) as bigint;
    await send(there.pool, "fastFill", fillId, ...fill, BOB);
    assert.equal(await value(there.token, "balanceOf", BOB), 10n * COIN - fast);
    await dapp.bridge.delivered(filled);
    assert.equal((await value(there.token, "balanceOf", filler)) as bigint, before + fast);
    // One that no account fills arrives in whole.
    await dapp.bridge.delivered(await send(here.pool, "ccipSendToken", ...asked, { value: fee }));
    assert.equal(await value(there.token, "balanceOf", BOB), 20n * COIN - fast);
  });

  test("a token and its pool by CCIP's own factory, whose registry module is asked: it moves once its owner has accepted", async () => {
    const put = async (name: string) => {
      const factory = await putPublished(
        at(name),
        "v1_5_1",
        "token_pool_factory",
        ...[dapp.bridge.tokenAdminRegistry, dapp.bridge.tokenAdminRegistry, dapp.bridge.rmn, dapp.bridge.router],
      );
      const coder = AbiCoder.defaultAbiCoder();
      const token = published("v1_5_1", "factory_burn_mint_erc20");
      const tokenArgs = coder.encode(
        ["string", "string", "uint8", "uint256", "uint256", "address"],
        ["My token", "MINE", 18, 0n, 100n * COIN, factory.target],
      );
      const [tokenCode, poolCode] = [token.bytecode + tokenArgs.slice(2), published("v1_5_1", "burn_mint_token_pool").bytecode];
      const args = [[], 18, tokenCode, poolCode, SALT];
      const [tokenAt, poolAt] = (await value(factory, "deployTokenAndTokenPool", ...args)) as [string, string];
      await send(factory, "deployTokenAndTokenPool", ...args);
      const by = await signer(name);
      const mine = new Contract(tokenAt, token.abi as [], by);
      const pool = new Contract(poolAt, published("v1_5_1", "burn_mint_token_pool").abi as [], by);
      for (const each of [mine, pool]) await send(each, "acceptOwnership");
      const registry = new Contract(dapp.bridge.tokenAdminRegistry, ["function acceptAdminRole(address)"], by);
      await send(registry, "acceptAdminRole", tokenAt);
      return { token: mine, pool };
    };
    const [here, there] = [await put("alpha"), await put("l1")];
    await knowPool(here.pool, dapp.bridge.idOf("l1"), there);
    await knowPool(there.pool, dapp.bridge.idOf("alpha"), here);
    // The factory has minted it for itself and given it to its owner.
    await send(here.token, "grantMintRole", await me());
    await send(here.token, "mint", await me(), 5n * COIN);
    await moveTokens("alpha", "l1", here.token, 5n * COIN);
    assert.equal(await value(there.token, "balanceOf", BOB), 5n * COIN);
  });

  test("a siloed pool holds each chain's tokens in a separate box, and pays a chain from its box alone", async () => {
    const token = await putCcip(at("alpha"), "MyToken");
    const box = await putPublished(at("alpha"), "v1_6_4", "erc20_lock_box", dapp.bridge.tokenAdminRegistry);
    const pool = await putPublished(
      at("alpha"),
      "v1_6_4",
      "siloed_lock_release_token_pool",
      ...[token.target, 18, [], dapp.bridge.rmn, dapp.bridge.router, box.target],
    );
    await registerPool(at("alpha"), dapp.bridge.tokenAdminRegistry, token, pool);
    await send(box, "configureAllowedCallers", [[token.target, pool.target, true]]);
    const farToken = await putCcip(at("beta"), "MyToken");
    const far = await putPublished(
      at("beta"),
      "v1_6_1",
      "burn_mint_token_pool",
      farToken.target,
      18,
      [],
      dapp.bridge.rmn,
      dapp.bridge.router,
    );
    await registerPool(at("beta"), dapp.bridge.tokenAdminRegistry, farToken, far);
    const there = { token: farToken, pool: far };
    await knowPool(pool, dapp.bridge.idOf("beta"), there);
    await knowPool(far, dapp.bridge.idOf("alpha"), { token, pool });
    await send(pool, "updateSiloDesignations", [], [[dapp.bridge.idOf("beta"), await me()]]);
    await moveTokens("alpha", "beta", token, 6n * COIN);
    assert.deepEqual(
      [await value(token, "balanceOf", box.target), await value(pool, "getAvailableTokens", dapp.bridge.idOf("beta"))],
      [6n * COIN, 6n * COIN],
    );
    await moveTokens("beta", "alpha", farToken, 4n * COIN);
    assert.deepEqual(
      [await value(token, "balanceOf", BOB), await value(pool, "getAvailableTokens", dapp.bridge.idOf("beta"))],
      [4n * COIN, 2n * COIN],
    );
    await assert.rejects(
      moveTokens("beta", "alpha", farToken, 3n * COIN),
      new RegExp(id("InsufficientLiquidity(uint256,uint256)").slice(2, 10)),
    );
  });

  test("a pool that burns by sending to an address", async () => {
    const [here, there] = [await putCcip(at("alpha"), "MyToken"), await putCcip(at("beta"), "MyToken")];
    const burner = "0x000000000000000000000000000000000000dEaD";
    const put = async (name: string, token: Contract) => {
      const pool = await putPublished(
        at(name),
        "v1_6_1",
        "burn_to_address_mint_token_pool",
        ...[token.target, 18, [], dapp.bridge.rmn, dapp.bridge.router, burner],
      );
      await registerPool(at(name), dapp.bridge.tokenAdminRegistry, token, pool);
      return { token, pool };
    };
    const [a, b] = [await put("alpha", here), await put("beta", there)];
    await knowPool(a.pool, dapp.bridge.idOf("beta"), b);
    await knowPool(b.pool, dapp.bridge.idOf("alpha"), a);
    await moveTokens("alpha", "beta", here, 2n * COIN);
    assert.deepEqual([await value(here, "balanceOf", burner), await value(there, "balanceOf", BOB)], [2n * COIN, 2n * COIN]);
  });

  test("CCIP's example of a client pays with coins or with LINK, and takes nothing from a chain that it has not enabled", async () => {
    const [a, b] = [
      await putMoreCcip(at("alpha"), "MyClient", dapp.bridge.router, dapp.bridge.link),
      await putMoreCcip(at("beta"), "MyClient", dapp.bridge.router, dapp.bridge.link),
    ];
    await send(a, "enableChain", dapp.bridge.idOf("beta"), extraArgs(300_000n));
    const by = await signer("alpha");
    await (await by.sendTransaction({ to: a.target, value: COIN })).wait();
    const link = new Contract(dapp.bridge.link, FEE_TOKEN, by);
    await send(link, "deposit", { value: COIN });
    await send(link, "transfer", a.target, COIN);
    const refused = await send(a, "sendDataPayNative", dapp.bridge.idOf("beta"), wordOf(b.target), "0x1234");
    await assert.rejects(dapp.bridge.delivered(refused), new RegExp(`InvalidChain|${id("InvalidChain(uint64)").slice(2, 10)}`));
    await send(b, "enableChain", dapp.bridge.idOf("alpha"), extraArgs(300_000n));
    await dapp.bridge.delivered(refused);
    const paid = await dapp.bridge.delivered(
      await send(a, "sendDataPayFeeToken", dapp.bridge.idOf("beta"), wordOf(b.target), "0x1234"),
    );
    assert.equal(paid.delivery.step, "executed");
  });

  test("CCIP 1.5's self-funded ping-pong answers out of what it holds, and asks in vain for a share of the fees", async () => {
    const put = async (name: string, roundTrips: number) => {
      const own = await putPublished(
        at(name),
        "v1_5_0",
        "self_funded_ping_pong",
        dapp.bridge.router,
        dapp.bridge.link,
        roundTrips,
      );
      const link = new Contract(dapp.bridge.link, FEE_TOKEN, await signer(name));
      await send(link, "deposit", { value: COIN });
      await send(link, "transfer", own.target, COIN);
      return own;
    };
    const a = await put("alpha", 0);
    const meet = async (b: Contract) => {
      await send(a, "setCounterpart", dapp.bridge.idOf("beta"), b.target);
      await send(b, "setCounterpart", dapp.bridge.idOf("alpha"), a.target);
    };
    await meet(await put("beta", 0));
    const { hash } = await dapp.bridge.delivered(await send(a, "startPingPong"));
    await send(a, "setPaused", true);
    assert.equal((await dapp.bridge.delivered(hash)).delivery.destinationChainId, at("alpha").chainId);
    // It wants its share at each answer.
    await meet(await put("beta", 1));
    await assert.rejects(dapp.bridge.delivered(await send(a, "startPingPong")), /reverts with NoNodeOperators\(\)/);
  });

  test("a pool is replaced while tokens are in transit: the new pool releases them after it learns their source", async () => {
    const put = async (name: string) => {
      const token = await putCcip(at(name), "MyToken");
      const own = await pool(at(name), "burn_mint_token_pool", token.target, 18, [], dapp.bridge.rmn, dapp.bridge.router);
      await registerPool(at(name), dapp.bridge.tokenAdminRegistry, token, own);
      return { token, pool: own };
    };
    const [here, there] = [await put("alpha"), await put("beta")];
    await knowPool(here.pool, dapp.bridge.idOf("beta"), there);
    await knowPool(there.pool, dapp.bridge.idOf("alpha"), here);
    await moveTokens("alpha", "beta", here.token, COIN);
    // As CCIP's upgrade instructions say, except for the old pool, which the new one does not accept at first.
    const next = await pool(at("beta"), "burn_mint_token_pool", there.token.target, 18, [], dapp.bridge.rmn, dapp.bridge.router);
    const registry = new Contract(dapp.bridge.tokenAdminRegistry, ["function setPool(address,address)"], await signer("beta"));
    await dapp.bridge.hold("beta");
    const sent = await sendTokens("alpha", "beta", here.token, 2n * COIN);
    await send(registry, "setPool", there.token.target, next.target);
    await send(there.token, "grantMintAndBurnRoles", next.target);
    await dapp.bridge.release("beta");
    await assert.rejects(dapp.bridge.delivered(sent));
    assert.equal(await value(there.token, "balanceOf", BOB), COIN);
    await knowPool(next, dapp.bridge.idOf("alpha"), here);
    await dapp.bridge.delivered(sent);
    assert.equal(await value(there.token, "balanceOf", BOB), 3n * COIN);
  });
});
