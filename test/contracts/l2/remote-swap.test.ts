import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, type SimulatedChain } from "./support/ecosystem.ts";
import { COIN, startSwapFixture, type SwapFixture } from "./support/swap-fixture.ts";

const BOB = "0x0000000000000000000000000000000000000b0b";

describe("C8: a swap on another chain, by one transaction of a user", () => {
  let fixture: SwapFixture;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let alice: string;
  before(async () => {
    fixture = await startSwapFixture();
    ({ a, b, c } = fixture);
    alice = a.users[0]!.address;
  });
  beforeEach(() => fixture.ecosystem.settle());
  after(() => fixture.ecosystem.close());

  /** On b, of what passed through. */
  async function assertNothingLeft(): Promise<void> {
    for (const account of [await fixture.purseOf(), await fixture.accountOf(), await fixture.swaps.getAddress()]) {
      assert.equal(await fixture.tokensOn(b, account), 0n);
      assert.equal(await fixture.ethBalance(b, account), 0n);
    }
  }

  test("coins become tokens, all of which come home, whatever the pool paid above the minimum", async () => {
    const sent = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 300n }, { paid: 333n });
    const receipt = await fixture.executeWell(sent);
    // The token has not left the chain before: its name goes ahead of the money.
    const senders = messagesOf(receipt).map(({ sender }) => sender);
    const [vault, assets] = [PREDEPLOYS.L2NativeTokenVault, PREDEPLOYS.L2AssetRouter];
    assert.deepEqual(senders, [assets, vault, assets]);
    await fixture.deliverAll(receipt, a);
    assert.equal(await fixture.tokensOn(a, alice), 333n);
    await assertNothingLeft();
  });

  test("tokens that came from L1 become coins, which come home", async () => {
    await a.deposit(alice, L1_TOKEN, 500n);
    const [here, there] = await Promise.all(
      [a, b].map(async (chain) => (await chain.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN)),
    );
    const order = { tokenIn: there as string, amountIn: 500n, tokenOut: COIN, minimumOut: 70n, recipient: BOB };
    const sent = await fixture.sendSwap(order, { paid: 77n }, { aToken: here as string });
    await fixture.deliverAll(await fixture.executeWell(sent), a);
    assert.equal(await fixture.ethBalance(a, BOB), 77n);
    await assertNothingLeft();
  });

  test("tokens of the other chain that come back to it become other tokens, whichever way the vault takes them", async () => {
    const before = await fixture.tokensOn(a, alice);
    const other = await b.ethers.deployContract("L2TestToken", [1_000n, false, true]);
    await other.getFunction("transfer")(await fixture.router.getAddress(), 1_000n);
    const vault = await a.predeploy("L2NativeTokenVault");
    const here = (await vault.getFunction("calculateCreate2TokenAddress").staticCall(b.chainId, fixture.tokenAddress)) as string;
    // A token that returns nothing from its functions.
    const order = { tokenIn: fixture.tokenAddress, amountIn: before, tokenOut: await other.getAddress(), minimumOut: 9n };
    const sent = await fixture.sendSwap(order, { paid: 9n }, { aToken: here });
    await fixture.deliverAll(await fixture.executeWell(sent), a);
    const theirs = (await vault.getFunction("calculateCreate2TokenAddress").staticCall(b.chainId, order.tokenOut)) as string;
    const token = await a.ethers.getContractAt("BridgedToken", theirs);
    assert.equal(await token.getFunction("balanceOf").staticCall(alice), 9n);
    await assertNothingLeft();
  });

  test("proceeds go to an account of the swap's own chain, of a third chain, and of L1", async () => {
    const order = { amountIn: 10n, minimumOut: 5n, recipient: BOB };
    await fixture.executeWell(await fixture.sendSwap({ ...order, chainId: b.chainId }, { paid: 5n }));
    assert.equal(await fixture.tokensOn(b, BOB), 5n);

    const third = await fixture.executeWell(await fixture.sendSwap({ ...order, chainId: c.chainId }, { paid: 6n }));
    await fixture.deliverAll(third, c);
    assert.equal(await fixture.tokensOn(c, BOB), 6n);

    const ether = assetId(L1_CHAIN_ID, ETH);
    const [before, claimable] = [await fixture.ethBalance(b, BOB), fixture.ecosystem.settlement.claimableOf(ether)];
    const coins = { amountIn: 10n, tokenIn: COIN, tokenOut: COIN, minimumOut: 0n, recipient: BOB };
    // A router that returns less coin than it got pays nothing, so the purse sends the rest to the proceeds' recipient.
    await fixture.executeWell(await fixture.sendSwap({ ...coins, chainId: b.chainId }, { paid: 7n }));
    assert.equal((await fixture.ethBalance(b, BOB)) - before, 7n);
    await fixture.executeWell(await fixture.sendSwap({ ...coins, chainId: L1_CHAIN_ID }, { paid: 8n }));
    await fixture.ecosystem.settle();
    assert.equal(fixture.ecosystem.settlement.claimableOf(ether) - claimable, 8n);
    await assertNothingLeft();
  });

  test("a token of L1 is withdrawn there, and one that was not created there returns on its way", async () => {
    const asset = assetId(L1_CHAIN_ID, L1_TOKEN);
    const l1Token = (await (await b.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    await b.deposit(await fixture.router.getAddress(), L1_TOKEN, 100n);
    const order = { amountIn: 10n, minimumOut: 1n, chainId: L1_CHAIN_ID, recipient: BOB };
    await fixture.executeWell(await fixture.sendSwap({ ...order, tokenOut: l1Token }, { paid: 4n }));
    await fixture.ecosystem.settle();
    assert.equal(fixture.ecosystem.settlement.claimableOf(asset), 4n);

    const refused = await fixture.execute(b, await fixture.sendSwap(order, { paid: 4n }));
    const { interface: errors } = await b.predeploy("L2AssetRouter");
    const reason = errors.encodeErrorResult("AssetNotOnL1", [b.chainId, fixture.tokenAddress]);
    assert.deepEqual(await fixture.outcomeOf(refused), [false, reason]);
    const before = await fixture.ethBalance(a, alice);
    await fixture.deliverAll(refused, a);
    assert.equal((await fixture.ethBalance(a, alice)) - before, 10n);
  });

  test("what the router leaves of the amount goes where the proceeds go", async () => {
    const before = [await fixture.tokensOn(a, BOB), await fixture.ethBalance(a, BOB)] as const;
    const order = { amountIn: 1_000n, minimumOut: 20n, recipient: BOB };
    const sent = await fixture.sendSwap(order, { taken: 400n, paid: 20n });
    await fixture.deliverAll(await fixture.executeWell(sent), a);
    assert.equal((await fixture.tokensOn(a, BOB)) - before[0], 20n);
    assert.equal((await fixture.ethBalance(a, BOB)) - before[1], 600n);
    await assertNothingLeft();
  });

  describe("is refunded on the chain of the user", () => {
    const failing = async (what: string, run: () => Promise<void>): Promise<void> => {
      const [ether, tokens] = [await fixture.ethBalance(a, BOB), await fixture.tokensOn(b, await fixture.router.getAddress())];
      await run();
      assert.equal((await fixture.ethBalance(a, BOB)) - ether, 1_000n, what);
      assert.equal(await fixture.tokensOn(b, await fixture.router.getAddress()), tokens, what);
      await assertNothingLeft();
    };
    /** The refund goes to an account that pays no gas. */
    const toBob = { attributes: [attribute("refundRecipient", BOB)] };

    test("where the price slipped: the pool pays one less than the minimum", () =>
      failing("slippage", async () => {
        const sent = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 300n }, { paid: 299n }, toBob);
        await fixture.executeBadly(sent, "TooLittleReceived", [300n, 299n]);
      }));

    test("where it is delivered late: after the deadline by the clock of the swap's chain", () =>
      failing("expiry", async () => {
        const { timestamp } = (await b.ethers.provider.getBlock("latest"))!;
        const deadline = BigInt(timestamp) + 50n;
        const order = { amountIn: 1_000n, minimumOut: 1n, deadline };
        const sent = await fixture.sendSwap(order, { paid: 1n }, toBob);
        await b.ethers.provider.send("evm_setNextBlockTimestamp", [Number(deadline) + 1]);
        await fixture.executeBadly(sent, "SwapExpired", [deadline, deadline + 1n]);
      }));

    test("where the pool reverts, with its reason", () =>
      failing("revert", async () => {
        const data = fixture.router.interface.encodeFunctionData("fail");
        const sent = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 1n, data }, { paid: 0n }, toBob);
        const receipt = await fixture.execute(b, sent);
        const reason = fixture.router.interface.encodeErrorResult("PriceMoved", []);
        assert.deepEqual(await fixture.outcomeOf(receipt), [false, reason]);
        await fixture.deliverAll(receipt, a);
      }));

    test("where nothing could receive the proceeds", () =>
      failing("recipient", async () => {
        const order = { amountIn: 1_000n, minimumOut: 1n, recipient: await fixture.purseOf() };
        const sent = await fixture.sendSwap(order, { paid: 1n }, toBob);
        await fixture.executeBadly(sent, "RecipientNotAllowed", [order.recipient]);
      }));
  });

  test("is made at the very second of its deadline", async () => {
    const { timestamp } = (await b.ethers.provider.getBlock("latest"))!;
    const deadline = BigInt(timestamp) + 50n;
    const sent = await fixture.sendSwap({ amountIn: 10n, minimumOut: 1n, deadline, chainId: b.chainId }, { paid: 1n });
    await b.ethers.provider.send("evm_setNextBlockTimestamp", [Number(deadline)]);
    await fixture.executeWell(sent);
  });
});
