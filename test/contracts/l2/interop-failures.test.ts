import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder, type Contract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { attribute, eventsOf, interoperable } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { callStarter, startInteropFixture, type InteropFixture } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();

describe("calls from another chain that fail", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let recipient: Contract;
  let target: Contract;
  let caller: Contract;
  let center: InteropFixture["center"];
  let handler: InteropFixture["handler"];
  let ethBalance: InteropFixture["ethBalance"];
  let statusOf: InteropFixture["statusOf"];
  let bundleOf: InteropFixture["bundleOf"];
  let execute: InteropFixture["execute"];
  let outcomeOf: InteropFixture["outcomeOf"];
  before(async () => {
    ({ ecosystem, a, b, c, recipient, target, caller, center, handler, ethBalance, statusOf, bundleOf, execute, outcomeOf } =
      await startInteropFixture());
  });
  beforeEach(() => ecosystem.settle());
  after(() => ecosystem.close());

  test("undoes all calls of a bundle when one fails, refunds value and tokens, and pays the relayer still", async () => {
    const to = interoperable(b.chainId, await recipient.getAddress());
    const user = a.users[0]!;
    await a.deposit(user.address, L1_TOKEN, 500n);
    const token = await (await a.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN);
    const refundTo = "0x000000000000000000000000000000000000fa11";
    const sent = await a.send(
      await center(a),
      "sendBundle",
      interoperable(b.chainId),
      [callStarter(to, "0x01", attribute("interopCallValue", 40n)), callStarter(to, "0xffff", attribute("interopCallValue", 2n))],
      [
        attribute("relayerReward", 5n),
        attribute("transferToken", token, 300n, await recipient.getAddress()),
        attribute("refundRecipient", refundTo),
      ],
      { value: 47n },
    );
    await ecosystem.settle();
    const [countBefore, valueBefore] = [
      await recipient.getFunction("count").staticCall(),
      await ethBalance(b, await recipient.getAddress()),
    ];
    const receipt = await execute(b, bundleOf(sent));
    assert.deepEqual(await outcomeOf(receipt), [false, recipient.interface.encodeErrorResult("Refused", [2n])]);
    assert.equal(await recipient.getFunction("count").staticCall(), countBefore);
    assert.equal(await ethBalance(b, await recipient.getAddress()), valueBefore);
    assert.equal(await statusOf(b, bundleOf(sent).hash), 2n);
    const refunds = await eventsOf(receipt, "InteropHandler", "BundleRefunded");
    assert.equal(refunds.length, 2);
    await ecosystem.settle();
    for (const refund of refunds) {
      await a.send(await a.predeploy("L2AssetRouter", a.users[3]), "deliver", ecosystem.prove(refund[2] as string));
    }
    assert.equal(await ethBalance(a, refundTo), 42n);
    const bridged = await a.ethers.getContractAt("BridgedToken", token as string);
    assert.equal(await bridged.getFunction("balanceOf").staticCall(refundTo), 300n);
    await assertReverts(
      (await handler(b)).getFunction("executeBundle").staticCall(...bundleOf(sent).arguments()),
      "InteropHandler",
      "AlreadyReceived",
      [bundleOf(sent).hash, 2n],
    );
  });

  for (const [payload, title, reason] of [
    ["0xfe", "a wrong answer", undefined],
    ["0xfd", "a call that runs out of gas", "0x"],
    // The first bytes of the recipient's memory, which Solidity's free memory pointer is in.
    ["0xfc", "a revert with 200 kB of data", `0x${"00".repeat(95)}80${"00".repeat(928)}`],
  ] as const) {
    test(`survives ${title}`, async () => {
      const to = interoperable(b.chainId, await recipient.getAddress());
      const sent = await a.send(await center(a), "sendMessage", to, payload, []);
      await ecosystem.settle();
      const receipt = await execute(b, bundleOf(sent));
      const [success, result] = await outcomeOf(receipt);
      assert.equal(success, false);
      if (reason !== undefined) assert.equal(result, reason);
      assert.ok(receipt.gasUsed < 1_500_000n, `${receipt.gasUsed}`);
    });
  }

  test("does nothing when the relayer brings too little gas", async () => {
    const to = interoperable(b.chainId, await recipient.getAddress());
    const sent = await a.send(await center(a), "sendMessage", to, "0x", [attribute("gasLimit", 3_000_000n)]);
    await ecosystem.settle();
    const bundle = bundleOf(sent);
    const run = (await handler(b)).getFunction("executeBundle");
    await assertReverts(run.staticCall(...bundle.arguments(), { gasLimit: 3_000_000n }), "InteropHandler", "NotEnoughGas");
    assert.equal(await statusOf(b, bundle.hash), 0n);
    // Whatever gas comes with it, the calls either get all they were promised, or nothing happens.
    for (let gasLimit = 3_050_000n; gasLimit < 3_500_000n; gasLimit += 25_000n) {
      const outcome = await run.send(...bundle.arguments(), { gasLimit }).then(
        () => "executed",
        () => "reverted",
      );
      assert.equal(await statusOf(b, bundle.hash), outcome === "executed" ? 1n : 0n);
      if (outcome === "executed") return;
    }
    assert.fail("never executed");
  });

  test("refunds a value that is not the destination's base token, and pays it where the sender named the right token", async () => {
    const cRecipient = (await c.ethers.deployContract("InteropRecipient")) as unknown as Contract;
    const to = interoperable(c.chainId, await cRecipient.getAddress());
    const wrong = await a.send(await center(a), "sendMessage", to, "0x", [attribute("interopCallValue", 9n)], { value: 9n });
    await a.deposit(a.users[0]!.address, L1_TOKEN, 100n);
    const token = await (await a.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN);
    const right = await a.send(await center(a), "sendMessage", to, "0x", [
      attribute("interopCallValue", 9n),
      attribute("destinationBaseToken", token),
    ]);
    await ecosystem.settle();
    const failed = await execute(c, bundleOf(wrong));
    const reason = (await handler(c)).interface.encodeErrorResult("ValueNotInBaseToken", [
      assetId(L1_CHAIN_ID, L1_TOKEN),
      assetId(L1_CHAIN_ID, ETH),
    ]);
    assert.deepEqual(await outcomeOf(failed), [false, reason]);
    assert.equal((await eventsOf(failed, "InteropHandler", "BundleRefunded")).length, 1);
    assert.equal((await outcomeOf(await execute(c, bundleOf(right))))[0], true);
    assert.equal(await ethBalance(c, await cRecipient.getAddress()), 9n);
  });

  test("fails calls whose results are longer than can be reported", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const answer = (length: bigint) =>
      callStarter(to, target.interface.encodeFunctionData("longAnswer", [length]), attribute("shadowAccount"));
    // abi.encode of n bytes: 64 more, and whole words. 16 answers fill the limit of 4,096 bytes with 256 each.
    const send = async (calls: unknown[], ...attributes: string[]) =>
      bundleOf(await a.send(caller, "send", interoperable(b.chainId), calls, attributes));
    const wanted = attribute("callback", 100_000n, 0n);
    const fits = await send(
      Array.from({ length: 16 }, () => answer(192n)),
      wanted,
    );
    const tooLong = await send([...Array.from({ length: 15 }, () => answer(192n)), answer(193n)], wanted);
    const unreported = await send([answer(10_000n)]);
    await ecosystem.settle();
    const full = await outcomeOf(await execute(b, fits));
    assert.equal(full[0], true);
    const [results] = coder.decode(["bytes[]"], full[1]) as unknown as [string[]];
    assert.deepEqual(
      results.map((result) => (coder.decode(["bytes"], result)[0] as string).length),
      Array.from({ length: 16 }, () => 2 + 2 * 192),
    );
    assert.deepEqual(await outcomeOf(await execute(b, tooLong)), [
      false,
      (await handler(b)).interface.encodeErrorResult("ResultTooLong", [4096n, 4096n + 32n]),
    ]);
    assert.equal((await outcomeOf(await execute(b, unreported)))[0], true);
  });
});
