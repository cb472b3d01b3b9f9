import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Contract } from "ethers";
import { fromHex } from "../../../src/ground/protocol/hex.ts";
import { bundleAssetMessages, decodeInteropBundle, encodeInteropBundle } from "../../../src/ground/protocol/interop-message.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { callStarter, startInteropFixture, type InteropFixture } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

describe("calls on their way to another chain", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let recipient: Contract;
  let center: InteropFixture["center"];
  before(async () => {
    ({ ecosystem, a, b, c, recipient, center } = await startInteropFixture());
  });
  beforeEach(() => ecosystem.settle());
  after(() => ecosystem.close());

  test("sends bundles that TypeScript reads and writes alike", async () => {
    const to = await recipient.getAddress();
    const user = a.users[0]!.address;
    await a.deposit(user, L1_TOKEN, 5n);
    const token = await (await a.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(L1_TOKEN);
    const sent = await a.send(
      await center(a),
      "sendBundle",
      interoperable(b.chainId),
      [
        callStarter(interoperable(b.chainId, to), "0x0102", attribute("interopCallValue", 3n)),
        callStarter(interoperable(b.chainId, user), "0x", attribute("shadowAccount")),
      ],
      [
        attribute("relayerReward", 4n),
        attribute("transferToken", token, 5n, to),
        attribute("gasLimit", 6n),
        attribute("refundRecipient", L1_TOKEN),
        attribute("callback", 7n, 8n),
        attribute("executionAddress", interoperable(b.chainId, to)),
        attribute("expiresAt", 9_999_999_999n),
      ],
      { value: 15n },
    );
    const [value, tokens, center_] = messagesOf(sent);
    const body = fromHex(center_!.body);
    const bundle = decodeInteropBundle(body)!;
    assert.deepEqual(bundle, {
      sourceChainId: a.chainId,
      destinationChainId: b.chainId,
      sender: user.toLowerCase(),
      nonce: bundle.nonce,
      calls: [
        { fromAccount: false, to: to.toLowerCase(), value: 3n, data: "0x0102" },
        { fromAccount: true, to: user.toLowerCase(), value: 0n, data: "0x" },
      ],
      valueMessageHash: value!.hash,
      value: 3n,
      relayerReward: 4n,
      tokens: [{ messageHash: tokens!.hash, recipient: to.toLowerCase() }],
      gasLimit: 6n,
      executionAddress: to.toLowerCase(),
      refundRecipient: L1_TOKEN,
      callbackGasLimit: 7n,
      callbackReward: 8n,
      expiresAt: 9_999_999_999n,
    });
    assert.deepEqual(bundleAssetMessages(bundle), [value!.hash, tokens!.hash]);
    assert.deepEqual(encodeInteropBundle(bundle), body);
    assert.equal(decodeInteropBundle(body.subarray(0, 100)), undefined);
    assert.equal(decodeInteropBundle(body.with(0, 2)), undefined);
    assert.equal(decodeInteropBundle(new Uint8Array(0)), undefined);
    assert.equal(decodeInteropBundle(new Uint8Array(700).fill(1)), undefined);
  });

  test("checks what is sent: attributes, value, limits, destinations", async () => {
    const centerA = await center(a);
    const to = interoperable(b.chainId, await recipient.getAddress());
    const message = (attributes: string[], overrides: object = {}, recipientAddress = to): Promise<unknown> =>
      centerA.getFunction("sendMessage").staticCall(recipientAddress, "0x", attributes, overrides);
    const bundle = (chain: string, calls: unknown[], attributes: string[]): Promise<unknown> =>
      centerA.getFunction("sendBundle").staticCall(chain, calls, attributes);
    const refused = (call: Promise<unknown>, error: string, args?: unknown[]) =>
      assertReverts(call, "InteropCenter", error, args);

    await refused(message(["0x12345678"]), "UnsupportedAttribute", ["0x12345678"]);
    await refused(message(["0x12"]), "UnsupportedAttribute", ["0x00000000"]);
    await refused(message([], { value: 1n }), "WrongValue", [0n, 1n]);
    await refused(message([attribute("interopCallValue", 2n)], { value: 3n }), "WrongValue", [2n, 3n]);
    await refused(message([attribute("callback", 0n, 5n)], { value: 5n }), "WrongValue", [0n, 5n]);
    await refused(message([attribute("gasLimit", 5_000_001n)]), "GasLimitTooHigh", [5_000_000n, 5_000_001n]);
    await refused(message([attribute("gasLimit", 2n ** 256n - 1n)]), "GasLimitTooHigh", [5_000_000n, 2n ** 256n - 1n]);
    // The calls have 1,000,000 where the sender says nothing.
    await refused(message([attribute("callback", 4_000_001n, 0n)]), "GasLimitTooHigh", [4_000_000n, 4_000_001n]);
    const [calls, callback] = [attribute("gasLimit", 3_000_000n), attribute("callback", 2_000_001n, 0n)];
    for (const order of [
      [calls, callback],
      [callback, calls],
    ])
      await refused(message(order), "GasLimitTooHigh", [2_000_000n, 2_000_001n]);
    await message([attribute("callback", 2_000_000n, 0n), calls]);
    await refused(message([attribute("refundRecipient", ETH)]), "InvalidRecipient");
    await refused(message([attribute("transferToken", L1_TOKEN, 1n, PREDEPLOYS.InteropHandler)]), "InvalidRecipient");
    await refused(message(Array.from({ length: 9 }, () => attribute("transferToken", L1_TOKEN, 1n, L1_TOKEN))), "TooManyTokens", [
      8n,
      9n,
    ]);
    for (const chainId of [a.chainId, L1_CHAIN_ID]) {
      await refused(message([], {}, interoperable(chainId, L1_TOKEN)), "InvalidDestination", [chainId]);
    }
    await refused(message([], {}, interoperable(b.chainId)), "InvalidRecipient");
    await refused(bundle(to, [], []), "InvalidRecipient");
    await refused(
      bundle(interoperable(b.chainId), [callStarter(interoperable(c.chainId, L1_TOKEN), "0x")], []),
      "InvalidRecipient",
    );
    await refused(
      bundle(
        interoperable(b.chainId),
        Array.from({ length: 17 }, () => callStarter(to, "0x")),
        [],
      ),
      "TooManyCalls",
      [16n, 17n],
    );
    await refused(bundle(interoperable(b.chainId), [], [attribute("shadowAccount")]), "UnsupportedAttribute");
    await refused(
      bundle(interoperable(b.chainId), [callStarter(to, "0x", attribute("gasLimit", 1n))], []),
      "UnsupportedAttribute",
    );
    for (const name of ["interopCallValue", "shadowAccount", "executionAddress", "relayerReward", "gasLimit", "callback"]) {
      const args = { interopCallValue: [1], shadowAccount: [], executionAddress: ["0x"], callback: [1, 1] }[name] ?? [1];
      assert.equal(await centerA.getFunction("supportsAttribute").staticCall(attribute(name, ...args).slice(0, 10)), true);
    }
    assert.equal(await centerA.getFunction("supportsAttribute").staticCall("0x12345678"), false);
  });
});
