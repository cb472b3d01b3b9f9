import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder } from "ethers";
import type { Contract, TransactionReceipt } from "ethers";
import { assetId } from "../../../src/protocol/asset-message.ts";
import { fromHex } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import {
  bundleAssetMessages,
  decodeInteropBundle,
  decodeInteropResult,
  encodeInteropBundle,
} from "../../../src/protocol/interop-message.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem } from "./support/ecosystem.ts";
import type { Ecosystem, MessageInclusionProof, SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();
const STARTER = (to: string, data: string, ...attributes: string[]) => ({ to, data, callAttributes: attributes });

describe("calls between chains", () => {
  let ecosystem: Ecosystem;
  // a and b pay gas in ETH, c in an L1 token.
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let recipient: Contract;
  let target: Contract;
  let caller: Contract;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH, L1_TOKEN]);
    [a, b, c] = [ecosystem.chains[0]!, ecosystem.chains[1]!, ecosystem.chains[2]!];
    recipient = (await b.ethers.deployContract("InteropRecipient")) as unknown as Contract;
    target = (await b.ethers.deployContract("CallTarget")) as unknown as Contract;
    caller = (await a.ethers.deployContract("InteropCaller", [PREDEPLOYS.InteropCenter])) as unknown as Contract;
    for (const chain of [a, b]) await chain.deposit(chain.users[0]!.address, ETH, 10n ** 20n);
    await a.deposit(await caller.getAddress(), ETH, 10n ** 18n);
  });
  beforeEach(() => ecosystem.settle());
  after(() => ecosystem.close());

  const center = (chain: SimulatedChain, user = 0): Promise<Contract> => chain.predeploy("InteropCenter", chain.users[user]);
  const handler = (chain: SimulatedChain, user = 1): Promise<Contract> => chain.predeploy("InteropHandler", chain.users[user]);
  const ethBalance = (chain: SimulatedChain, address: string): Promise<bigint> => chain.ethers.provider.getBalance(address);
  const statusOf = async (chain: SimulatedChain, hash: string): Promise<bigint> =>
    (await (await handler(chain)).getFunction("bundleStatus").staticCall(hash)) as bigint;

  /** The bundle that a transaction sent: its hash, and what the relayer brings to the other side once it is settled. */
  const bundleOf = (receipt: TransactionReceipt) => {
    const messages = messagesOf(receipt);
    const bundle = messages.at(-1)!;
    assert.equal(bundle.sender, PREDEPLOYS.InteropCenter);
    return {
      ...bundle,
      arguments: (): [MessageInclusionProof, MessageInclusionProof[]] => [
        ecosystem.prove(bundle.hash),
        messages.slice(0, -1).map(({ hash }) => ecosystem.prove(hash)),
      ],
    };
  };
  const execute = async (chain: SimulatedChain, bundle: ReturnType<typeof bundleOf>, user = 1): Promise<TransactionReceipt> =>
    chain.send(await handler(chain, user), "executeBundle", ...bundle.arguments());
  const outcomeOf = async (receipt: TransactionReceipt): Promise<[boolean, string]> => {
    const [executed] = await eventsOf(receipt, "InteropHandler", "BundleExecuted");
    return [executed![3] as boolean, executed![4] as string];
  };

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
      [PREDEPLOYS.InteropHandler, sendId, sender, "0x1234", 7n].map((x, i) => (i === 0 ? b.ethers.getAddress(String(x)) : x)),
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
      [STARTER(to, "0x01", attribute("interopCallValue", 5n))],
      [attribute("executionAddress", interoperable(b.chainId, b.users[1]!.address)), attribute("relayerReward", 2n)],
      { value: 7n },
    );
    const other = messagesOf(
      await a.send(await a.predeploy("L2AssetRouter", a.users[0]), "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, 7n, b.users[4]!.address, {
        value: 7n,
      }),
    )[0]!;
    await ecosystem.settle();
    const [bundle, assets] = bundleOf(sent).arguments();
    const run = async (...args: unknown[]): Promise<unknown> => (await handler(b)).getFunction("executeBundle").staticCall(...args);
    const message = (fields: Partial<MessageInclusionProof["message"]>) => ({ ...bundle, message: { ...bundle.message, ...fields } });
    const changedByte = (position: number): Hex => {
      const bytes = Buffer.from(bundle.message.data.slice(2), "hex");
      bytes[position]! ^= 1;
      return `0x${bytes.toString("hex")}`;
    };
    await assertReverts(run({ ...bundle, chainId: c.chainId }, assets), "InteropHandler", "WrongSourceChain", [c.chainId, a.chainId]);
    await assertReverts(run({ ...bundle, l2MessageIndex: 9n }, assets), "InteropHandler", "InvalidMessageProof");
    await assertReverts(run({ ...bundle, proof: bundle.proof.with(3, bundle.proof[4]!) }, assets), "InteropHandler", "InvalidMessageProof");
    await assertReverts(run(message({ sender: PREDEPLOYS.InteropHandler }), assets), "InteropHandler", "WrongMessageSender");
    await assertReverts(run(message({ data: changedByte(0) }), assets), "InteropHandler", "NotABundle");
    await assertReverts(run(message({ data: "0x" }), assets), "InteropHandler", "NotABundle");
    // The nonce: the fifth word behind the first byte.
    await assertReverts(run(message({ data: changedByte(1 + 32 * 5 - 1) }), assets), "InteropHandler", "InvalidMessageProof");
    await assertReverts(run(bundle, []), "InteropHandler", "WrongAssetCount", [0n, 1n]);
    await assertReverts(run(bundle, [assets[0], assets[0]]), "InteropHandler", "WrongAssetCount", [2n, 1n]);
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
      [b.users[2]!.address, b.users[1]!.address],
    );
    await assertReverts((await handler(c)).getFunction("executeBundle").staticCall(bundle, assets), "InteropHandler", "WrongDestination", [
      b.chainId,
      c.chainId,
    ]);
    await run(bundle, assets);
  });

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
        STARTER(interoperable(b.chainId, to), "0x0102", attribute("interopCallValue", 3n)),
        STARTER(interoperable(b.chainId, user), "0x", attribute("shadowAccount")),
      ],
      [
        attribute("relayerReward", 4n),
        attribute("transferToken", token, 5n, to),
        attribute("gasLimit", 6n),
        attribute("refundRecipient", L1_TOKEN),
        attribute("callback", 7n, 8n),
        attribute("executionAddress", interoperable(b.chainId, to)),
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
    });
    assert.deepEqual(bundleAssetMessages(bundle), [value!.hash, tokens!.hash]);
    assert.deepEqual(encodeInteropBundle(bundle), body);
    assert.equal(decodeInteropBundle(body.subarray(0, 100)), undefined);
    assert.equal(decodeInteropBundle(body.with(0, 2)), undefined);
    assert.equal(decodeInteropBundle(new Uint8Array(0)), undefined);
    assert.equal(decodeInteropBundle(new Uint8Array(700).fill(1)), undefined);
  });

  test("lets nobody execute calls, take assets or settle callbacks but the predeploys themselves", async () => {
    const empty = [1, 2, ETH, 0, [], `0x${"0".repeat(64)}`, 0, 0, [], 0, ETH, ETH, 0, 0];
    await assertReverts(
      (await handler(b)).getFunction("executeCalls").staticCall(`0x${"0".repeat(64)}`, empty, []),
      "InteropHandler",
      "CallerNotAllowed",
      [b.users[1]!.address, b.ethers.getAddress(PREDEPLOYS.InteropHandler)],
    );
    await assertReverts(
      (await center(a)).getFunction("settleCallback").staticCall(`0x${"0".repeat(64)}`, a.users[0]!.address, 1),
      "InteropCenter",
      "CallerNotAllowed",
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
        STARTER(to, double(2n), attribute("shadowAccount"), attribute("interopCallValue", 10n)),
        STARTER(to, double(4n), attribute("shadowAccount"), attribute("interopCallValue", 20n)),
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
      [STARTER(to, "0x01", attribute("interopCallValue", 40n)), STARTER(to, "0xffff", attribute("interopCallValue", 2n))],
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
      assetId(L1_CHAIN_ID, ETH),
      assetId(L1_CHAIN_ID, L1_TOKEN),
    ]);
    assert.deepEqual(await outcomeOf(failed), [false, reason]);
    assert.equal((await eventsOf(failed, "InteropHandler", "BundleRefunded")).length, 1);
    assert.equal((await outcomeOf(await execute(c, bundleOf(right))))[0], true);
    assert.equal(await ethBalance(c, await cRecipient.getAddress()), 9n);
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
      [STARTER(interoperable(b.chainId, token), pay, attribute("shadowAccount"))],
      [attribute("transferToken", token, 80n, account)],
    );
    await ecosystem.settle();
    assert.equal((await outcomeOf(await execute(b, bundleOf(sent))))[0], true);
    assert.equal(await bridged.getFunction("balanceOf").staticCall("0x000000000000000000000000000000000000beef"), 60n);
    assert.equal(await bridged.getFunction("balanceOf").staticCall(account), 20n);
  });

  test("tells a contract the results of its calls, once, and pays who brings them", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const double = (argument: bigint): string => target.interface.encodeFunctionData("double", [argument]);
    const sent = await a.send(
      caller,
      "send",
      interoperable(b.chainId),
      [STARTER(to, double(21n * 2n), attribute("shadowAccount")), STARTER(to, double(4n), attribute("shadowAccount"))],
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

  test("tells a contract why its calls failed, and does not care if it will not listen", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const odd = target.interface.encodeFunctionData("double", [3n]);
    for (const refuses of [false, true]) {
      await a.send(caller, "setRefuses", refuses);
      const sent = await a.send(
        caller,
        "send",
        interoperable(b.chainId),
        [STARTER(to, odd, attribute("shadowAccount"), attribute("interopCallValue", 6n))],
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

  test("fails calls whose results are longer than can be reported", async () => {
    const to = interoperable(b.chainId, await target.getAddress());
    const answer = (length: bigint) => STARTER(to, target.interface.encodeFunctionData("longAnswer", [length]), attribute("shadowAccount"));
    // abi.encode of n bytes: 64 more, and whole words. 16 answers fill the limit of 4,096 bytes with 256 each.
    const send = async (calls: unknown[], ...attributes: string[]) =>
      bundleOf(await a.send(caller, "send", interoperable(b.chainId), calls, attributes));
    const wanted = attribute("callback", 100_000n, 0n);
    const fits = await send(Array.from({ length: 16 }, () => answer(192n)), wanted);
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
      (await handler(b)).interface.encodeErrorResult("ResultTooLong", [4096n + 32n, 4096n]),
    ]);
    assert.equal((await outcomeOf(await execute(b, unreported)))[0], true);
  });

  test("checks what is sent: attributes, value, limits, destinations", async () => {
    const centerA = await center(a);
    const to = interoperable(b.chainId, await recipient.getAddress());
    const message = (attributes: string[], overrides: object = {}, recipientAddress = to): Promise<unknown> =>
      centerA.getFunction("sendMessage").staticCall(recipientAddress, "0x", attributes, overrides);
    const bundle = (chain: string, calls: unknown[], attributes: string[]): Promise<unknown> =>
      centerA.getFunction("sendBundle").staticCall(chain, calls, attributes);
    const refused = (call: Promise<unknown>, error: string, args?: unknown[]) => assertReverts(call, "InteropCenter", error, args);

    await refused(message(["0x12345678"]), "UnsupportedAttribute", ["0x12345678"]);
    await refused(message(["0x12"]), "UnsupportedAttribute", ["0x00000000"]);
    await refused(message([], { value: 1n }), "WrongValue", [0n, 1n]);
    await refused(message([attribute("interopCallValue", 2n)], { value: 3n }), "WrongValue", [2n, 3n]);
    await refused(message([attribute("callback", 0n, 5n)], { value: 5n }), "WrongValue", [0n, 5n]);
    await refused(message([attribute("gasLimit", 8_000_001n)]), "GasLimitTooHigh", [8_000_001n, 8_000_000n]);
    await refused(message([attribute("callback", 8_000_001n, 0n)]), "GasLimitTooHigh", [8_000_001n, 8_000_000n]);
    await refused(message([attribute("refundRecipient", ETH)]), "InvalidRecipient");
    await refused(message([attribute("transferToken", L1_TOKEN, 1n, PREDEPLOYS.InteropHandler)]), "InvalidRecipient");
    await refused(message(Array.from({ length: 9 }, () => attribute("transferToken", L1_TOKEN, 1n, L1_TOKEN))), "TooManyTokens", [9n, 8n]);
    for (const chainId of [a.chainId, L1_CHAIN_ID]) {
      await refused(message([], {}, interoperable(chainId, L1_TOKEN)), "InvalidDestination", [chainId]);
    }
    await refused(message([], {}, interoperable(b.chainId)), "InvalidRecipient");
    await refused(bundle(to, [], []), "InvalidRecipient");
    await refused(bundle(interoperable(b.chainId), [STARTER(interoperable(c.chainId, L1_TOKEN), "0x")], []), "InvalidRecipient");
    await refused(bundle(interoperable(b.chainId), Array.from({ length: 17 }, () => STARTER(to, "0x")), []), "TooManyCalls", [17n, 16n]);
    await refused(bundle(interoperable(b.chainId), [], [attribute("shadowAccount")]), "UnsupportedAttribute");
    await refused(bundle(interoperable(b.chainId), [STARTER(to, "0x", attribute("gasLimit", 1n))], []), "UnsupportedAttribute");
    for (const name of ["interopCallValue", "shadowAccount", "executionAddress", "relayerReward", "gasLimit", "callback"]) {
      const args = { interopCallValue: [1], shadowAccount: [], executionAddress: ["0x"], callback: [1, 1] }[name] ?? [1];
      assert.equal(await centerA.getFunction("supportsAttribute").staticCall(attribute(name, ...args).slice(0, 10)), true);
    }
    assert.equal(await centerA.getFunction("supportsAttribute").staticCall("0x12345678"), false);
  });
});
