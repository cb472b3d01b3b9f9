import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder, type Contract, type TransactionReceipt } from "ethers";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { decodeInteropResult } from "../../../src/ground/protocol/interop-message.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import type { Ecosystem, SimulatedChain } from "./support/ecosystem.ts";
import { callStarter, startInteropFixture, type InteropFixture, type SentBundle } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();

describe("outcomes of calls to another chain", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let target: Contract;
  let caller: Contract;
  let center: InteropFixture["center"];
  let handler: InteropFixture["handler"];
  let ethBalance: InteropFixture["ethBalance"];
  let bundleOf: InteropFixture["bundleOf"];
  let execute: InteropFixture["execute"];
  let outcomeOf: InteropFixture["outcomeOf"];
  before(async () => {
    ({ ecosystem, a, b, c, target, caller, center, handler, ethBalance, bundleOf, execute, outcomeOf } =
      await startInteropFixture());
  });
  beforeEach(() => ecosystem.settle());
  after(() => ecosystem.close());

  test("tells a contract the results of its calls, once, and pays who brings them", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const double = (argument: bigint): string => target.interface.encodeFunctionData("double", [argument]);
    const sent = await a.send(
      caller,
      "send",
      interoperable(b.chainId),
      [callStarter(to, double(21n * 2n), attribute("shadowAccount")), callStarter(to, double(4n), attribute("shadowAccount"))],
      [attribute("callback", 200_000n, 77n)],
      { value: 77n },
    );
    const bundle = bundleOf(sent);
    const centerA = await center(a);
    assert.equal(await centerA.getFunction("isCallbackPending").staticCall(bundle.hash), true);
    await ecosystem.settle();
    const executed = await execute(b, bundle);
    const result = coder.encode(["bytes[]"], [[84n, 8n].map((value) => coder.encode(["uint256"], [value]))]);
    assert.deepEqual(await outcomeOf(executed), [true, result]);
    await ecosystem.settle();
    const report = ecosystem.prove(messagesOf(executed).at(-1)!.hash);
    assert.deepEqual(decodeInteropResult(fromHex(report.message.data)), {
      bundleHash: bundle.hash,
      destinationChainId: a.chainId,
      success: true,
      result,
    });
    assert.equal(decodeInteropResult(fromHex(report.message.data).subarray(0, 120)), undefined);
    const handlerA = await handler(a, 3);
    const run = (...args: unknown[]): Promise<unknown> => handlerA.getFunction("executeCallback").staticCall(...args);

    const forged = coder.encode(["bytes32", "uint256", "bool", "bytes"], [bundle.hash, a.chainId, false, result]) as Hex;
    await assertReverts(
      run(bundle.body, { ...report, message: { ...report.message, data: forged } }),
      "InteropHandler",
      "InvalidMessageProof",
    );
    await assertReverts(run(bundle.body, { ...report, chainId: c.chainId }), "InteropHandler", "WrongSourceChain");
    await assertReverts(
      run(bundle.body, { ...report, message: { ...report.message, sender: PREDEPLOYS.InteropCenter } }),
      "InteropHandler",
      "WrongMessageSender",
    );
    // Another nonce: the fifth word behind the first byte.
    const otherBundle = `${bundle.body.slice(0, 2 + 2 * 160)}ff${bundle.body.slice(4 + 2 * 160)}`;
    await assertReverts(run(otherBundle, report), "InteropHandler", "WrongResult");
    await assertReverts(
      handlerA.getFunction("executeCallback").staticCall(bundle.body, report, { gasLimit: 300_000n }),
      "InteropHandler",
      "NotEnoughGas",
    );

    const relayer = a.users[3]!.address;
    const before = await ethBalance(a, relayer);
    const told = await a.send(handlerA, "executeCallback", bundle.body, report);
    assert.deepEqual(await eventsOf(told, "InteropCaller", "Result"), [
      [a.ethers.getAddress(PREDEPLOYS.InteropHandler), bundle.hash, true, result],
    ]);
    assert.equal((await ethBalance(a, relayer)) - before + told.gasUsed * told.gasPrice, 77n);
    assert.equal(await centerA.getFunction("isCallbackPending").staticCall(bundle.hash), false);
    await assertReverts(run(bundle.body, report), "InteropCenter", "NoCallbackPending", [bundle.hash]);
  });

  test("tells a contract why its calls failed, and refunds it whether or not it listens", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const odd = target.interface.encodeFunctionData("double", [3n]);
    for (const refuses of [false, true]) {
      await a.send(caller, "setRefuses", refuses);
      const sent = await a.send(
        caller,
        "send",
        interoperable(b.chainId),
        [callStarter(to, odd, attribute("shadowAccount"), attribute("interopCallValue", 6n))],
        [attribute("callback", 200_000n, 0n)],
        { value: 6n },
      );
      await ecosystem.settle();
      const executed = await execute(b, bundleOf(sent));
      const reason = target.interface.encodeErrorResult("Odd", [3n]);
      assert.deepEqual(await outcomeOf(executed), [false, reason]);
      await ecosystem.settle();
      const report = ecosystem.prove(messagesOf(executed).at(-1)!.hash);
      const told = await a.send(await handler(a), "executeCallback", bundleOf(sent).body, report);
      const [event] = await eventsOf(told, "InteropHandler", "CallbackExecuted");
      assert.deepEqual(event!.slice(2), [false, !refuses]);
      const results = await eventsOf(told, "InteropCaller", "Result");
      assert.deepEqual(
        results.map((result) => result.slice(2)),
        refuses ? [] : [[false, reason]],
      );
      const [refund] = await eventsOf(executed, "InteropHandler", "BundleRefunded");
      const before = await ethBalance(a, await caller.getAddress());
      await a.send(await a.predeploy("L2AssetRouter", a.users[3]), "deliver", ecosystem.prove(refund![2] as string));
      assert.equal((await ethBalance(a, await caller.getAddress())) - before, 6n);
    }
  });

  test("tells a listener that failed again, for no second reward, until it listens once or 30 days have passed", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const double = callStarter(to, target.interface.encodeFunctionData("double", [2n]), attribute("shadowAccount"));
    const sends = [
      await a.send(caller, "send", interoperable(b.chainId), [double], [attribute("callback", 200_000n, 31n)], { value: 31n }),
    ];
    sends.push(await a.send(caller, "send", interoperable(b.chainId), [double], [attribute("callback", 200_000n, 0n)]));
    const [heard, expired] = sends.map(bundleOf) as [SentBundle, SentBundle];
    await ecosystem.settle();
    const executed = [await execute(b, heard), await execute(b, expired)];
    await ecosystem.settle();
    const [hearing, expiring] = executed.map((receipt) => ecosystem.prove(messagesOf(receipt).at(-1)!.hash));
    const handlerA = await handler(a, 3);
    const centerA = await center(a);
    const isPending = (bundle: SentBundle): Promise<unknown> => centerA.getFunction("isCallbackPending").staticCall(bundle.hash);
    const settled = async (receipt: TransactionReceipt): Promise<unknown[]> =>
      (await eventsOf(receipt, "InteropCenter", "CallbackSettled"))[0]!;

    await a.send(caller, "setRefuses", true);
    const relayer = a.users[3]!.address;
    assert.deepEqual(await settled(await a.send(handlerA, "executeCallback", heard.body, hearing)), [heard.hash, relayer, 31n]);
    assert.deepEqual(await settled(await a.send(handlerA, "executeCallback", heard.body, hearing)), [heard.hash, relayer, 0n]);
    await assertReverts(
      handlerA.getFunction("reclaimCallbackReward").staticCall(heard.body),
      "InteropCenter",
      "NoRewardPending",
      [heard.hash],
    );
    await a.send(handlerA, "executeCallback", expired.body, expiring);
    assert.deepEqual([await isPending(heard), await isPending(expired)], [true, true]);

    await a.send(caller, "setRefuses", false);
    const told = await a.send(handlerA, "executeCallback", heard.body, hearing);
    assert.equal((await eventsOf(told, "InteropCaller", "Result")).length, 1);
    assert.deepEqual(await settled(told), [heard.hash, relayer, 0n]);
    const again = handlerA.getFunction("executeCallback");
    await assertReverts(again.staticCall(heard.body, hearing), "InteropHandler", "NoCallbackPending", [heard.hash]);
    await a.ethers.provider.send("evm_increaseTime", [30 * 86_400]);
    await a.ethers.provider.send("evm_mine", []);
    assert.equal(await isPending(expired), false);
    await assertReverts(again.staticCall(expired.body, expiring), "InteropHandler", "NoCallbackPending", [expired.hash]);
  });

  test("refunds a reward that no account earned in 30 days, once, and reports the outcome all the same", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const double = target.interface.encodeFunctionData("double", [2n]);
    await a.send(caller, "setRefuses", false);
    const refundRecipient = a.users[4]!.address;
    const send = (reward: bigint) =>
      a.send(
        caller,
        "send",
        interoperable(b.chainId),
        [callStarter(to, double, attribute("shadowAccount"))],
        [attribute("callback", 200_000n, reward), attribute("refundRecipient", refundRecipient)],
        { value: reward },
      );
    const bundle = bundleOf(await send(55n));
    const unpaid = bundleOf(await send(0n));
    const handlerA = await handler(a, 3);
    const reclaim = (body: string): Promise<unknown> => handlerA.getFunction("reclaimCallbackReward").staticCall(body);

    await assertReverts(reclaim(bundle.body), "InteropCenter", "RewardNotReclaimable");
    await assertReverts(reclaim(unpaid.body), "InteropCenter", "NoRewardPending", [unpaid.hash]);
    // With another nonce, the fifth word behind the first byte, it is a bundle for which nothing waits.
    await assertReverts(
      reclaim(`${bundle.body.slice(0, 2 + 2 * 160)}ff${bundle.body.slice(4 + 2 * 160)}`),
      "InteropCenter",
      "NoRewardPending",
    );
    const centerA = await center(a);
    await assertReverts(
      centerA.getFunction("reclaimReward").staticCall(bundle.hash, refundRecipient, 55n),
      "InteropCenter",
      "CallerNotAllowed",
    );

    await a.ethers.provider.send("evm_increaseTime", [30 * 86_400]);
    await a.ethers.provider.send("evm_mine", []);
    const before = await ethBalance(a, refundRecipient);
    const reclaimed = await a.send(handlerA, "reclaimCallbackReward", bundle.body);
    assert.equal((await ethBalance(a, refundRecipient)) - before, 55n);
    assert.deepEqual(await eventsOf(reclaimed, "InteropCenter", "CallbackRewardReclaimed"), [
      [bundle.hash, refundRecipient, 55n],
    ]);
    await assertReverts(reclaim(bundle.body), "InteropCenter", "NoRewardPending", [bundle.hash]);
    await assertReverts(reclaim(unpaid.body), "InteropCenter", "NoRewardPending", [unpaid.hash]);

    // Another pending reward is in the center; bringing the outcome takes nothing of it.
    await send(99n);
    const held = await ethBalance(a, PREDEPLOYS.InteropCenter);
    assert.equal(await centerA.getFunction("isCallbackPending").staticCall(bundle.hash), true);
    await ecosystem.settle();
    const executed = await execute(b, bundle);
    await ecosystem.settle();
    const told = await a.send(handlerA, "executeCallback", bundle.body, ecosystem.prove(messagesOf(executed).at(-1)!.hash));
    assert.equal((await eventsOf(told, "InteropCaller", "Result")).length, 1);
    const relayer = a.users[3]!.address;
    assert.deepEqual(await eventsOf(told, "InteropCenter", "CallbackSettled"), [[bundle.hash, relayer, 0n]]);
    assert.equal(await ethBalance(a, PREDEPLOYS.InteropCenter), held);
    assert.equal(await centerA.getFunction("isCallbackPending").staticCall(bundle.hash), false);
    await assertReverts(reclaim(bundle.body), "InteropCenter", "NoRewardPending", [bundle.hash]);
  });
});
