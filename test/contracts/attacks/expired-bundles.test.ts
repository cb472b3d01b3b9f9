import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Contract, TransactionReceipt } from "ethers";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "../l2/support/bundles.ts";
import type { SimulatedChain } from "../l2/support/ecosystem.ts";
import { callStarter, startInteropFixture, type InteropFixture, type SentBundle } from "../l2/support/interop-fixture.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const [REWARD, VALUE] = [1_000n, 40n];
const [UNRECEIVED, EXECUTED, FAILED] = [0n, 1n, 2n];
const REFUNDED = "0x000000000000000000000000000000000000fa12";

describe("bundles that expire", () => {
  let fixture: InteropFixture;
  let a: SimulatedChain;
  let b: SimulatedChain;
  /** On a: sends bundles and hears of them. On b: takes messages. */
  let sender: Contract;
  let pool: Contract;
  let borrower: Contract;
  before(async () => {
    fixture = await startInteropFixture();
    ({ a, b } = fixture);
    sender = (await a.ethers.deployContract("LendingPool")) as unknown as Contract;
    pool = (await b.ethers.deployContract("LendingPool")) as unknown as Contract;
    borrower = (await b.ethers.deployContract("Borrower", [PREDEPLOYS.InteropHandler])) as unknown as Contract;
  });
  beforeEach(() => fixture.ecosystem.settle());
  after(() => fixture.ecosystem.close());

  const timeOf = async (chain: SimulatedChain): Promise<bigint> =>
    BigInt((await chain.ethers.provider.getBlock("latest"))!.timestamp);
  const setNext = (chain: SimulatedChain, time: bigint): Promise<unknown> =>
    chain.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);

  /** A moment that is ahead of both chains' clocks. */
  async function soon(): Promise<bigint> {
    const [here, there] = [await timeOf(a), await timeOf(b)];
    return (here > there ? here : there) + 10_000n;
  }

  async function send(expiresAt: bigint, ...attributes: string[]): Promise<SentBundle> {
    const call = callStarter(interoperable(b.chainId, await pool.getAddress()), "0x01", attribute("interopCallValue", VALUE));
    const all = [
      attribute("relayerReward", REWARD),
      attribute("callback", 100_000n, 0n),
      attribute("refundRecipient", REFUNDED),
      attribute("expiresAt", expiresAt),
      ...attributes,
    ];
    const args = [PREDEPLOYS.InteropCenter, interoperable(b.chainId), [call], all, { value: VALUE + REWARD }];
    const bundle = fixture.bundleOf(await a.send(sender, "send", ...args));
    await fixture.ecosystem.settle();
    return bundle;
  }

  async function delivery(bundle: SentBundle): Promise<string> {
    return (await fixture.handler(b)).interface.encodeFunctionData("executeBundle", bundle.arguments());
  }

  async function reasonOf(expiresAt: bigint, actual: bigint): Promise<string> {
    return (await fixture.handler(b)).interface.encodeErrorResult("BundleExpired", [expiresAt, actual]);
  }

  /** Delivers a transaction's refund to a. */
  async function takeBack(ended: TransactionReceipt): Promise<bigint> {
    await fixture.ecosystem.settle();
    const before = await fixture.ethBalance(a, REFUNDED);
    for (const refund of await eventsOf(ended, "InteropHandler", "BundleRefunded"))
      await a.send(await a.predeploy("L2AssetRouter", a.users[3]), "deliver", fixture.ecosystem.prove(refund[2] as string));
    return (await fixture.ethBalance(a, REFUNDED)) - before;
  }

  test("is executed in its last second, and a second later refunded with its reason, which the sender receives", async () => {
    const expiresAt = await soon();
    const [early, late] = [await send(expiresAt), await send(expiresAt)];
    await setNext(b, expiresAt);
    const executed = await fixture.execute(b, early);
    assert.equal(await timeOf(b), expiresAt);
    assert.equal((await fixture.outcomeOf(executed))[0], true);
    assert.equal(await fixture.statusOf(b, early.hash), EXECUTED);

    const [relayer, held] = [b.users[2]!.address, await fixture.ethBalance(b, await pool.getAddress())];
    const before = await fixture.ethBalance(b, relayer);
    const ended = await fixture.execute(b, late, 2);
    const now = await timeOf(b);
    assert.ok(now > expiresAt);
    assert.deepEqual(await fixture.outcomeOf(ended), [false, await reasonOf(expiresAt, now)]);
    assert.equal(await fixture.statusOf(b, late.hash), FAILED);
    assert.equal((await fixture.ethBalance(b, relayer)) - before + ended.fee, REWARD);
    assert.equal(await fixture.ethBalance(b, await pool.getAddress()), held);
    assert.equal(await takeBack(ended), VALUE);
    const report = fixture.ecosystem.prove(messagesOf(ended).at(-1)!.hash);
    const told = await a.send(await fixture.handler(a), "executeCallback", late.body, report);
    assert.deepEqual(await eventsOf(told, "LendingPool", "Told"), [[late.hash, false]]);
  });

  test("is executed or refunded, and never both, if both are tried in one block", async () => {
    const { provider } = b.ethers;
    const expiresAt = await soon();
    const bundles = [await send(expiresAt), await send(expiresAt)];
    for (const [i, bundle] of bundles.entries()) {
      const data = await delivery(bundle);
      await provider.send("evm_setAutomine", [false]);
      const sent = await Promise.all(
        [1, 2, 3].map((user) => b.users[user]!.sendTransaction({ to: PREDEPLOYS.InteropHandler, data, gasLimit: 4_000_000n })),
      );
      await setNext(b, expiresAt + BigInt(i));
      await provider.send("evm_mine", []);
      await provider.send("evm_setAutomine", [true]);
      const receipts = await Promise.all(sent.map(({ hash }) => provider.getTransactionReceipt(hash)));
      assert.equal(new Set(receipts.map((receipt) => receipt!.blockNumber)).size, 1);
      const done = receipts.filter((receipt) => receipt!.status === 1);
      assert.equal(done.length, 1);
      assert.equal((await fixture.outcomeOf(done[0]!))[0], i === 0);
      assert.equal((await eventsOf(done[0]!, "InteropHandler", "BundleRefunded")).length, i);
      assert.equal(await fixture.statusOf(b, bundle.hash), i === 0 ? EXECUTED : FAILED);
      const again = (await fixture.handler(b)).getFunction("executeBundle").staticCall(...bundle.arguments());
      await assertReverts(again, "InteropHandler", "AlreadyReceived");
    }
  });

  test("a stranger can end it before its executor only once it has expired, and the executor comes too late then", async () => {
    const expiresAt = await soon();
    const executor = attribute("executionAddress", interoperable(b.chainId, b.users[1]!.address));
    const bundle = await send(expiresAt, executor);
    await setNext(b, expiresAt);
    await assertReverts(
      (await fixture.handler(b, 2)).getFunction("executeBundle").staticCall(...bundle.arguments()),
      "InteropHandler",
      "ExecutorNotAllowed",
    );
    await setNext(b, expiresAt + 1n);
    const ended = await fixture.execute(b, bundle, 2);
    assert.equal(await takeBack(ended), VALUE);
    const late = (await fixture.handler(b, 1)).getFunction("executeBundle").staticCall(...bundle.arguments());
    await assertReverts(late, "InteropHandler", "AlreadyReceived", [bundle.hash, FAILED]);
  });

  test("its end cannot be spoiled from inside its target, nor by any gas: everything is refunded at once, or nothing", async () => {
    const expiresAt = await soon();
    const bundle = await send(expiresAt);
    await setNext(b, expiresAt + 1n);
    await b.ethers.provider.send("evm_mine", []);
    const data = await delivery(bundle);
    let snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
    // The target is locked: no call reaches it, so it has no say.
    const inside = await b.send(borrower, "spoil", await pool.getAddress(), data);
    assert.equal((await eventsOf(inside, "InteropHandler", "BundleRefunded")).length, 1);
    let ended = 0;
    for (let gasLimit = 60_000n; gasLimit < 800_000n; gasLimit += 12_345n) {
      await b.ethers.provider.send("evm_revert", [snapshot]);
      snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
      const run = await b.users[2]!.sendTransaction({ to: PREDEPLOYS.InteropHandler, data, gasLimit }).then(
        (response) => response.wait(),
        () => null,
      );
      const status = await fixture.statusOf(b, bundle.hash);
      assert.equal(status, run?.status === 1 ? FAILED : UNRECEIVED, `${gasLimit} gas`);
      if (status === UNRECEIVED) continue;
      ended++;
      assert.equal((await eventsOf(run!, "InteropHandler", "BundleRefunded")).length, 1);
      assert.equal((await eventsOf(run!, "InteropHandler", "ResultSent")).length, 1);
    }
    assert.ok(ended > 10, `${ended} runs had enough gas`);
  });

  test("a contract that is paid for the end can end nothing twice", async () => {
    const expiresAt = await soon();
    const bundle = await send(expiresAt);
    const hostile = (await b.ethers.deployContract("Reentrant")) as unknown as Contract;
    const data = await delivery(bundle);
    await b.send(hostile, "prepare", PREDEPLOYS.InteropHandler, data);
    await setNext(b, expiresAt + 1n);
    const ended = await b.send(hostile, "execute", PREDEPLOYS.InteropHandler, data);
    assert.equal(await fixture.statusOf(b, bundle.hash), FAILED);
    // Coins arrive without a call.
    assert.deepEqual(await eventsOf(ended, "Reentrant", "Tried"), []);
    assert.equal(await fixture.ethBalance(b, await hostile.getAddress()), REWARD);
    assert.equal((await eventsOf(ended, "InteropHandler", "BundleRefunded")).length, 1);
  });

  test("the destination's clock alone decides, however far the sender's is ahead; a moment that the sender's has passed is refused", async () => {
    const expiresAt = await soon();
    const bundle = await send(expiresAt);
    await setNext(a, expiresAt + 50_000n);
    await a.ethers.provider.send("evm_mine", []);
    const now = await timeOf(a);
    const call = [callStarter(interoperable(b.chainId, await pool.getAddress()), "0x01")];
    const center = (await fixture.center(a)).getFunction("sendBundle");
    for (const passed of [1n, expiresAt, now]) {
      const refused = center.staticCall(interoperable(b.chainId), call, [attribute("expiresAt", passed)]);
      await assertReverts(refused, "InteropCenter", "AlreadyExpired");
    }
    assert.ok((await timeOf(b)) < expiresAt);
    assert.equal((await fixture.outcomeOf(await fixture.execute(b, bundle)))[0], true);
  });
});
