import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder, type Contract } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_TOKEN, type Ecosystem, type MessageInclusionProof, type SimulatedChain } from "./support/ecosystem.ts";
import { callStarter, startInteropFixture, type InteropFixture } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();

describe("calls that arrive from another chain", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let recipient: Contract;
  let target: Contract;
  let center: InteropFixture["center"];
  let handler: InteropFixture["handler"];
  let ethBalance: InteropFixture["ethBalance"];
  let statusOf: InteropFixture["statusOf"];
  let bundleOf: InteropFixture["bundleOf"];
  let execute: InteropFixture["execute"];
  let outcomeOf: InteropFixture["outcomeOf"];
  before(async () => {
    ({ ecosystem, a, b, c, recipient, target, center, handler, ethBalance, statusOf, bundleOf, execute, outcomeOf } =
      await startInteropFixture());
  });
  beforeEach(() => ecosystem.settle());
  after(() => ecosystem.close());

  test("delivers an ERC-7786 message once, with the sender's address and the value", async () => {
    const to = interoperable(b.chainId, await recipient.getAddress());
    const sent = await a.send(await center(a), "sendMessage", to, "0x1234", [attribute("interopCallValue", 7n)], { value: 7n });
    const bundle = bundleOf(sent);
    const sender = interoperable(a.chainId, a.users[0]!.address);
    const sendId = a.ethers.keccak256(coder.encode(["bytes32", "uint256"], [bundle.hash, 0]));
    const [messageSent] = await eventsOf(sent, "InteropCenter", "MessageSent");
    assert.deepEqual(messageSent!.slice(0, 5), [sendId, sender, to, "0x1234", 7n]);
    await ecosystem.settle();
    const received = await execute(b, bundle);
    assert.deepEqual(await eventsOf(received, "InteropRecipient", "Received"), [
      [PREDEPLOYS.InteropCenter, sendId, sender, "0x1234", 7n].map((x, i) => (i === 0 ? b.ethers.getAddress(String(x)) : x)),
    ]);
    assert.equal(await ethBalance(b, await recipient.getAddress()), 7n);
    assert.equal(await statusOf(b, bundle.hash), 1n);
    await assertReverts(
      (await handler(b)).getFunction("executeBundle").staticCall(...bundle.arguments()),
      "InteropHandler",
      "AlreadyReceived",
      [bundle.hash, 1n],
    );
  });

  test("refuses forged, misdirected and incomplete bundles", async () => {
    const to = interoperable(0n, await recipient.getAddress()).replace("0x000100000100", "0x0001000000");
    const sent = await a.send(
      await center(a),
      "sendBundle",
      interoperable(b.chainId),
      [callStarter(to, "0x01", attribute("interopCallValue", 5n))],
      [attribute("executionAddress", interoperable(b.chainId, b.users[1]!.address)), attribute("relayerReward", 2n)],
      { value: 7n },
    );
    const other = messagesOf(
      await a.send(
        await a.predeploy("L2AssetRouter", a.users[0]),
        "sendToChain",
        b.chainId,
        PREDEPLOYS.L2BaseToken,
        7n,
        b.users[4]!.address,
        {
          value: 7n,
        },
      ),
    )[0]!;
    await ecosystem.settle();
    const [bundle, assets] = bundleOf(sent).arguments();
    const run = async (...args: unknown[]): Promise<unknown> =>
      (await handler(b)).getFunction("executeBundle").staticCall(...args);
    const message = (fields: Partial<MessageInclusionProof["message"]>) => ({
      ...bundle,
      message: { ...bundle.message, ...fields },
    });
    const changedByte = (position: number): Hex => {
      const bytes = Buffer.from(bundle.message.data.slice(2), "hex");
      bytes[position]! ^= 1;
      return `0x${bytes.toString("hex")}`;
    };
    await assertReverts(run({ ...bundle, chainId: c.chainId }, assets), "InteropHandler", "WrongSourceChain", [
      a.chainId,
      c.chainId,
    ]);
    await assertReverts(run({ ...bundle, l2MessageIndex: 9n }, assets), "InteropHandler", "InvalidMessageProof");
    await assertReverts(
      run({ ...bundle, proof: bundle.proof.with(3, bundle.proof[4]!) }, assets),
      "InteropHandler",
      "InvalidMessageProof",
    );
    await assertReverts(run(message({ sender: PREDEPLOYS.InteropHandler }), assets), "InteropHandler", "WrongMessageSender");
    await assertReverts(run(message({ data: changedByte(0) }), assets), "InteropHandler", "NotABundle");
    await assertReverts(run(message({ data: "0x" }), assets), "InteropHandler", "NotABundle");
    // The nonce: the fifth word behind the first byte.
    await assertReverts(run(message({ data: changedByte(1 + 32 * 5 - 1) }), assets), "InteropHandler", "InvalidMessageProof");
    await assertReverts(run(bundle, []), "InteropHandler", "WrongAssetCount", [1n, 0n]);
    await assertReverts(run(bundle, [assets[0], assets[0]]), "InteropHandler", "WrongAssetCount", [1n, 2n]);
    await assertReverts(run(bundle, [ecosystem.prove(other.hash)]), "L2AssetRouter", "RecipientNotAllowed");
    await assertReverts(run(bundle, [{ ...assets[0], chainId: c.chainId }]), "InteropHandler", "WrongSourceChain");
    await assertReverts(
      (await b.predeploy("L2AssetRouter", b.users[1])).getFunction("deliver").staticCall(assets[0]),
      "L2AssetRouter",
      "RecipientNotAllowed",
    );
    await assertReverts(
      (await handler(b, 2)).getFunction("executeBundle").staticCall(bundle, assets),
      "InteropHandler",
      "ExecutorNotAllowed",
      [b.users[1]!.address, b.users[2]!.address],
    );
    await assertReverts(
      (await handler(c)).getFunction("executeBundle").staticCall(bundle, assets),
      "InteropHandler",
      "WrongDestination",
      [c.chainId, b.chainId],
    );
    await run(bundle, assets);
  });

  test("lets only the predeploys themselves execute calls, take assets or settle callbacks", async () => {
    const empty = [1, 2, ETH, 0, [], `0x${"0".repeat(64)}`, 0, 0, [], 0, ETH, ETH, 0, 0, 0];
    await assertReverts(
      (await handler(b)).getFunction("executeCalls").staticCall(`0x${"0".repeat(64)}`, empty, []),
      "InteropHandler",
      "CallerNotAllowed",
      [b.ethers.getAddress(PREDEPLOYS.InteropHandler), b.users[1]!.address],
    );
    await assertReverts(
      (await center(a)).getFunction("settleCallback").staticCall(`0x${"0".repeat(64)}`, a.users[0]!.address, 1, true),
      "InteropCenter",
      "CallerNotAllowed",
    );
    await assertReverts(
      (await center(b)).getFunction("deliver").staticCall(await recipient.getAddress(), `0x${"0".repeat(64)}`, "0x", "0x"),
      "InteropCenter",
      "CallerNotAllowed",
      [b.ethers.getAddress(PREDEPLOYS.InteropHandler), b.users[0]!.address],
    );
    await assert.rejects(b.users[0]!.sendTransaction({ to: PREDEPLOYS.InteropHandler, value: 1n }));
  });

  test("makes calls from the sender's own account, in order, with value, and pays the relayer", async () => {
    const double = (argument: bigint): string => target.interface.encodeFunctionData("double", [argument]);
    const to = interoperable(b.chainId, await target.getAddress());
    const sent = await a.send(
      await center(a),
      "sendBundle",
      interoperable(b.chainId),
      [
        callStarter(to, double(2n), attribute("shadowAccount"), attribute("interopCallValue", 10n)),
        callStarter(to, double(4n), attribute("shadowAccount"), attribute("interopCallValue", 20n)),
      ],
      [attribute("relayerReward", 1000n)],
      { value: 1030n },
    );
    await ecosystem.settle();
    const relayer = b.users[2]!.address;
    const before = await ethBalance(b, relayer);
    const receipt = await execute(b, bundleOf(sent), 2);
    const account = await (await handler(b)).getFunction("interopAccount").staticCall(a.chainId, a.users[0]!.address);
    assert.deepEqual(await eventsOf(receipt, "CallTarget", "Called"), [
      [account, 2n, 10n],
      [account, 4n, 20n],
    ]);
    // Not asked for: no results.
    assert.deepEqual(await outcomeOf(receipt), [true, coder.encode(["bytes[]"], [[]])]);
    const spent = receipt.gasUsed * receipt.gasPrice;
    assert.equal((await ethBalance(b, relayer)) - before + spent, 1000n);
    assert.equal(await ethBalance(b, PREDEPLOYS.InteropHandler), 0n);
  });

  test("carries tokens to the sender's account, whose calls spend them", async () => {
    const user = a.users[0]!;
    await a.deposit(user.address, L1_TOKEN, 100n);
    const token = (await (await a.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const account = (await (await handler(b)).getFunction("interopAccount").staticCall(a.chainId, user.address)) as string;
    const bridged = await b.ethers.getContractAt("BridgedToken", token);
    const pay = bridged.interface.encodeFunctionData("transfer", ["0x000000000000000000000000000000000000beef", 60n]);
    const sent = await a.send(
      await center(a),
      "sendBundle",
      interoperable(b.chainId),
      [callStarter(interoperable(b.chainId, token), pay, attribute("shadowAccount"))],
      [attribute("transferToken", token, 80n, account)],
    );
    await ecosystem.settle();
    assert.equal((await outcomeOf(await execute(b, bundleOf(sent))))[0], true);
    assert.equal(await bridged.getFunction("balanceOf").staticCall("0x000000000000000000000000000000000000beef"), 60n);
    assert.equal(await bridged.getFunction("balanceOf").staticCall(account), 20n);
  });
});
