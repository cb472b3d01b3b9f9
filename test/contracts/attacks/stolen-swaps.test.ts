import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Contract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "../l2/support/bundles.ts";
import { callStarter } from "../l2/support/interop-fixture.ts";
import { ETH, L1_CHAIN_ID, type SimulatedChain } from "../l2/support/ecosystem.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { COIN, NEVER, startSwapFixture, type SwapFixture } from "../l2/support/swap-fixture.ts";

const [UNRECEIVED, EXECUTED] = [0n, 1n];
const [ALICE, MALLORY] = [0, 2];
const NO_CHAIN = 999n;
/** Without a key, so without gas to pay. */
const [FIRST, SAFE] = ["0x000000000000000000000000000000000000f125", "0x0000000000000000000000000000000000005afe"];

/** C8: a caller who shares a contract that swaps with others could take what they leave in it. */
describe("attacks on swaps of accounts of other chains", () => {
  let fixture: SwapFixture;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let alice: string;
  let mallory: string;
  before(async () => {
    fixture = await startSwapFixture();
    ({ a, b } = fixture);
    [alice, mallory] = [a.users[ALICE]!.address, a.users[MALLORY]!.address];
    for (const user of [ALICE, MALLORY])
      await fixture.executeWell(
        await fixture.sendSwap({ amountIn: 1n, minimumOut: 0n, chainId: b.chainId, recipient: FIRST }, { paid: 1n }, { user }),
      );
    await b.deposit(b.users[MALLORY]!.address, ETH, 10n ** 18n);
  });
  beforeEach(async () => {
    await b.send(fixture.router, "prepare", ETH, "0x");
    await fixture.ecosystem.settle();
  });
  after(() => fixture.ecosystem.close());

  const inPurse = async (user: number): Promise<readonly [bigint, bigint]> => [
    await fixture.tokensOn(b, await fixture.purseOf(user)),
    await fixture.ethBalance(b, await fixture.purseOf(user)),
  ];

  /** Calls the contract that swaps, by a user of a. */
  async function callSwaps(user: number, data: string) {
    const call = callStarter(interoperable(b.chainId, await fixture.swaps.getAddress()), data, attribute("shadowAccount"));
    const center = await fixture.center(a, user);
    const bundle = fixture.bundleOf(await a.send(center, "sendBundle", interoperable(b.chainId), [call], []));
    await fixture.ecosystem.settle();
    return fixture.executeWell(bundle);
  }

  const emptying = (token: string, recipient: string, chainId = a.chainId): string =>
    fixture.swaps.interface.encodeFunctionData("empty", [token, chainId, recipient]);

  test("leftovers: what one account has in its purse, no other account's swap, emptying or router takes", async () => {
    const purse = await fixture.purseOf(ALICE);
    await b.send(fixture.token, "transfer", purse, 700n);
    await (await b.users[1]!.sendTransaction({ to: purse, value: 80n })).wait();

    // Mallory's own swaps, with her purse, Alice's, and a router that names Alice's as what it takes from.
    for (const to of [await fixture.purseOf(MALLORY), await fixture.accountOf(MALLORY)])
      await fixture.execute(b, await fixture.sendSwap({ amountIn: 5n, minimumOut: 0n }, { paid: 5n, to }, { user: MALLORY }));
    const data = fixture.router.interface.encodeFunctionData("take", [fixture.tokenAddress, purse, 700n]);
    const theft = await fixture.sendSwap({ amountIn: 5n, minimumOut: 0n, data }, { paid: 0n }, { user: MALLORY });
    assert.equal((await fixture.outcomeOf(await fixture.execute(b, theft)))[0], false);

    const order = { tokenIn: COIN, amountIn: 0n, tokenOut: COIN, minimumOut: 0n, deadline: NEVER, chainId: b.chainId };
    const whole = { ...order, router: await fixture.router.getAddress(), data: "0x", recipient: mallory };
    const swapPurse = (await b.ethers.getContractAt("SwapPurse", purse, b.users[MALLORY])) as unknown as Contract;
    const only = [await fixture.swaps.getAddress(), b.users[MALLORY]!.address];
    await assertReverts(swapPurse.getFunction("swap").staticCall(whole), "SwapPurse", "CallerNotAllowed", only);
    const empty = swapPurse.getFunction("empty").staticCall(fixture.tokenAddress, b.chainId, mallory);
    await assertReverts(empty, "SwapPurse", "CallerNotAllowed", only);
    assert.deepEqual(await inPurse(ALICE), [700n, 80n]);

    for (const token of [fixture.tokenAddress, COIN]) await fixture.deliverAll(await callSwaps(ALICE, emptying(token, SAFE)), a);
    assert.equal(await fixture.tokensOn(a, SAFE), 700n);
    assert.equal(await fixture.ethBalance(a, SAFE), 80n);
    assert.deepEqual(await inPurse(ALICE), [0n, 0n]);
  });

  test("dust: what a stranger puts into a purse stays there, and fails no order whose proceeds go to L1", async () => {
    const first = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 300n }, { paid: 300n });
    await fixture.deliverAll(await fixture.executeWell(first), a);
    const vault = await a.predeploy("L2NativeTokenVault");
    const aToken = (await vault
      .getFunction("calculateCreate2TokenAddress")
      .staticCall(b.chainId, fixture.tokenAddress)) as string;
    await b.send(fixture.token, "transfer", await fixture.purseOf(ALICE), 1n);
    const ether = assetId(L1_CHAIN_ID, ETH);
    const claimable = fixture.ecosystem.settlement.claimableOf(ether);
    // Not created on L1, so that the router's remainder cannot go there.
    const order = { tokenIn: fixture.tokenAddress, amountIn: 10n, tokenOut: COIN, minimumOut: 4n };
    const toL1 = { ...order, chainId: L1_CHAIN_ID, recipient: FIRST };
    await fixture.executeWell(await fixture.sendSwap(toL1, { paid: 4n }, { aToken }));
    assert.deepEqual(await inPurse(ALICE), [1n, 0n]);
    await fixture.executeWell(await fixture.sendSwap(toL1, { taken: 7n, paid: 5n }, { aToken }));
    assert.deepEqual(await inPurse(ALICE), [4n, 0n]);
    await fixture.ecosystem.settle();
    assert.equal(fixture.ecosystem.settlement.claimableOf(ether) - claimable, 9n);
    // Where it can go, what the router leaves goes, and nothing else.
    const home = await fixture.sendSwap({ ...order, recipient: FIRST }, { taken: 8n, paid: 4n }, { aToken });
    await fixture.deliverAll(await fixture.executeWell(home), a);
    assert.equal(await fixture.tokensOn(a, FIRST), 2n);
    assert.deepEqual(await inPurse(ALICE), [4n, 0n]);

    const purse = (await b.ethers.getContractAt(
      "SwapPurse",
      await fixture.purseOf(ALICE),
      b.users[MALLORY],
    )) as unknown as Contract;
    const only = [await fixture.purseOf(ALICE), b.users[MALLORY]!.address];
    const theft = purse.getFunction("sendOn").staticCall(fixture.tokenAddress, 4n, b.chainId, mallory);
    await assertReverts(theft, "SwapPurse", "CallerNotAllowed", only);
    await fixture.deliverAll(await callSwaps(ALICE, emptying(fixture.tokenAddress, SAFE)), a);
    assert.deepEqual(await inPurse(ALICE), [0n, 0n]);
  });

  test("with too little gas to send on what the router leaves, the swap fails as a whole", async () => {
    const owner = b.users[1]!;
    const purse = (await fixture.swaps.getFunction("purseOf").staticCall(owner.address)) as string;
    await b.send(fixture.token, "transfer", purse, 10n);
    const order = { tokenIn: fixture.tokenAddress, amountIn: 10n, tokenOut: COIN, minimumOut: 4n, recipient: FIRST };
    const swap = {
      to: await fixture.swaps.getAddress(),
      data: await fixture.encode(order, { taken: 7n, paid: 4n, to: purse }),
    };
    const estimate = await owner.estimateGas(swap);
    for (let less = 2_000n; less < 160_000n; less += 2_000n) {
      await assert.rejects(owner.sendTransaction({ ...swap, gasLimit: estimate - less }), `${less} less`);
      assert.equal(await fixture.tokensOn(b, purse), 10n);
    }
    await (await owner.sendTransaction({ ...swap, gasLimit: estimate })).wait();
    assert.equal(await fixture.tokensOn(b, purse), 0n);
  });

  test("the price is what the router pays: what the purse had before hides no bad price", async () => {
    await b.send(fixture.token, "transfer", await fixture.purseOf(ALICE), 500n);
    const sent = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 300n }, { paid: 299n });
    await fixture.executeBadly(sent, "TooLittleReceived", [300n, 299n]);
    assert.deepEqual(await inPurse(ALICE), [500n, 0n]);
  });

  test("a pool that lies: it takes all, says that it paid, and pays nothing, or another account", async () => {
    const routerHad = await fixture.ethBalance(b, await fixture.router.getAddress());
    for (const trade of [{ paid: 0n }, { paid: 300n, to: b.users[MALLORY]!.address }]) {
      const sent = await fixture.sendSwap({ amountIn: 1_000n, minimumOut: 1n }, trade);
      await fixture.executeBadly(sent, "TooLittleReceived", [1n, 0n]);
    }
    assert.equal(await fixture.ethBalance(b, await fixture.router.getAddress()), routerHad);
  });

  test("a router that took less than it may has no claim on what the purse holds later", async () => {
    const purse = await fixture.purseOf(ALICE);
    const allowance = () => fixture.token.getFunction("allowance").staticCall(purse, fixture.router) as Promise<bigint>;
    await b.send(fixture.token, "transfer", purse, 100n);
    const order = { tokenIn: fixture.tokenAddress, amountIn: 100n, tokenOut: COIN, minimumOut: 1n, chainId: b.chainId };
    const data = fixture.swaps.interface.encodeFunctionData("swap", [
      {
        ...order,
        router: await fixture.router.getAddress(),
        data: fixture.router.interface.encodeFunctionData("trade", [order.tokenIn, 40n, COIN, 1n, purse]),
        deadline: NEVER,
        recipient: b.users[4]!.address,
      },
    ]);
    await callSwaps(ALICE, data);
    assert.equal(await allowance(), 0n);
    await b.send(fixture.token, "transfer", purse, 100n);
    const take = fixture.router.getFunction("take").staticCall(fixture.tokenAddress, purse, 1n);
    await assert.rejects(take);
    await callSwaps(ALICE, emptying(fixture.tokenAddress, alice, a.chainId));
  });

  test("re-entrance: from inside another's swap, a token or a pool moves its own purse alone", async () => {
    await b.send(fixture.token, "transfer", await fixture.purseOf(ALICE), 50n);
    const purse = (await b.ethers.getContractFactory("SwapPurse")).interface;
    const empty = emptying(fixture.tokenAddress, mallory, b.chainId);
    for (const [target, call, outcome] of [
      // Its own purse is opened, and has nothing.
      [await fixture.swaps.getAddress(), empty, true],
      [await fixture.purseOf(ALICE), purse.encodeFunctionData("empty", [fixture.tokenAddress, b.chainId, mallory]), false],
    ] as const) {
      await b.send(fixture.router, "prepare", target, call);
      const sent = await fixture.sendSwap({ amountIn: 10n, minimumOut: 7n, chainId: b.chainId, recipient: alice }, { paid: 7n });
      const before = await fixture.tokensOn(b, alice);
      const [tried] = await eventsOf(await fixture.executeWell(sent), "TestRouter", "Tried");
      assert.equal(tried![0], outcome);
      assert.ok((await fixture.tokensOn(b, alice)) - before >= 7n);
      assert.equal(await fixture.tokensOn(b, mallory), 0n);
    }
  });

  test("a stranger who delivers: too little gas changes nothing, and from inside the pool's lock it cannot be spoiled", async () => {
    const sent = await fixture.sendSwap(
      { amountIn: 10n, minimumOut: 3n },
      { paid: 3n },
      { attributes: [attribute("gasLimit", 900_000n)] },
    );
    const run = (await fixture.handler(b, MALLORY)).getFunction("executeBundle");
    await assertReverts(run.staticCall(...sent.arguments(), { gasLimit: 900_000n }), "InteropHandler", "NotEnoughGas");
    assert.equal(await fixture.statusOf(b, sent.hash), UNRECEIVED);
    // From inside a separate swap, which does not block Alice's.
    const delivery = (await fixture.handler(b)).interface.encodeFunctionData("executeBundle", sent.arguments());
    await b.send(fixture.router, "prepare", await (await fixture.handler(b)).getAddress(), delivery);
    const own = await fixture.encode(
      { amountIn: 1n, minimumOut: 1n, chainId: b.chainId, recipient: mallory },
      { paid: 1n, to: (await fixture.swaps.getFunction("purseOf").staticCall(b.users[MALLORY]!.address)) as string },
      MALLORY,
    );
    const transaction = { to: await fixture.swaps.getAddress(), data: own, value: 1n, gasLimit: 8_000_000n };
    const receipt = (await (await b.users[MALLORY]!.sendTransaction(transaction)).wait())!;
    // Alice's trade tries it once more, in vain.
    assert.deepEqual(
      (await eventsOf(receipt, "TestRouter", "Tried")).map(([success]) => success),
      [false, true],
    );
    assert.equal(await fixture.statusOf(b, sent.hash), EXECUTED);
    const before = await fixture.tokensOn(a, alice);
    await fixture.deliverAll(receipt, a);
    assert.equal((await fixture.tokensOn(a, alice)) - before, 3n);
  });

  test("the same bundle twice: it swaps once", async () => {
    const sent = await fixture.sendSwap({ amountIn: 10n, minimumOut: 3n }, { paid: 3n });
    await fixture.executeWell(sent);
    const again = (await fixture.handler(b, MALLORY)).getFunction("executeBundle").staticCall(...sent.arguments());
    await assertReverts(again, "InteropHandler", "AlreadyReceived", [sent.hash, EXECUTED]);
  });

  test("proceeds sent to an id that no chain has return to the purse, and the owner forwards them", async () => {
    const sent = await fixture.sendSwap({ amountIn: 10n, minimumOut: 3n, chainId: NO_CHAIN }, { paid: 3n });
    const transfer = messagesOf(await fixture.executeWell(sent)).at(-1)!;
    await fixture.ecosystem.settle();
    const router = await b.predeploy("L2AssetRouter", b.users[MALLORY]);
    const args = [fixture.ecosystem.prove(transfer.hash), fixture.ecosystem.refusedWith(transfer.hash)] as const;
    await assertReverts(router.getFunction("refundTransfer").staticCall(...args, mallory), "L2AssetRouter", "NotTheSender");
    await b.send(router, "refundTransfer", ...args, await fixture.purseOf(ALICE));
    assert.deepEqual(await inPurse(ALICE), [3n, 0n]);
    const before = await fixture.tokensOn(a, alice);
    await fixture.deliverAll(await callSwaps(ALICE, emptying(fixture.tokenAddress, alice)), a);
    assert.equal((await fixture.tokensOn(a, alice)) - before, 3n);
  });
});
