import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { concat, keccak256, toBeHex, zeroPadValue, type Contract, type ContractTransactionReceipt, type Signer } from "ethers";
import hre from "hardhat";
import { attribute, interoperable } from "../l2/support/bundles.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { deployBy, send } from "./support/contracts.ts";

const [B, C] = [272n, 273n];
/** Domains: A is this chain. */
const [A_ID, B_ID, C_ID] = [84_531n, 84_532n, 11_155_111n];
const PEER = "0x00000000000000000000000000000000000000Be";
const BOB = "0x00000000000000000000000000000000000000B0";
const NO_ONE = `0x${"00".repeat(20)}`;
const GWEI = 10n ** 9n;

/** A message as Hyperlane's `Message.sol` lays it out. */
function messageOf(origin: bigint, destination: bigint, nonce: number, { sender = BOB, body = "0x1234" } = {}): string {
  const accounts = [zeroPadValue(sender, 32), zeroPadValue(PEER, 32)] as const;
  return concat(["0x03", toBeHex(nonce, 4), toBeHex(origin, 4), accounts[0], toBeHex(destination, 4), accounts[1], body]);
}
/** Hook metadata as its `StandardHookMetadata.sol` does. */
const metadataOf = (gas: bigint, refund = BOB, { variant = 1, token }: { variant?: number; token?: string } = {}): string =>
  concat([toBeHex(variant, 2), toBeHex(7, 32), toBeHex(gas, 32), refund, token ?? "0x"]);
/** 500,000 for the record, 150,000 for mailbox and module, and what `handle` gets. */
const feeOf = (gas: bigint): bigint => (650_000n + gas) * GWEI;

describe("C14 the hook and security module of Hyperlane's messages, on chain A with B and C as remotes", () => {
  let connection: Awaited<ReturnType<typeof hre.network.create>>;
  let operator: Signer;
  let stranger: Signer;
  let center: Contract;
  let otherGateway: Contract;
  let mailbox: Contract;
  let hook: Contract;
  before(async () => {
    connection = await hre.network.create("local");
    [operator, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer];
    [center, otherGateway] = [await deployed("BridgeTestGateway"), await deployed("BridgeTestGateway")];
    mailbox = await deployed("BridgeTestMailbox");
    hook = await deployed("ProvenHook", await operator.getAddress(), mailbox.target);
    await send(hook, "setRemote", [B, { id: B_ID, peer: PEER, gateway: center.target }]);
    await send(hook, "setRemote", [C, { id: C_ID, peer: PEER, gateway: otherGateway.target }]);
    await send(hook, "setPrice", [B_ID, GWEI]);
    await send(hook, "open", [B]);
  });
  after(() => connection.close());

  const deployed = (name: string, ...args: unknown[]): Promise<Contract> => deployBy(operator, name, ...args);

  const dispatch = (message: string, metadata: string, value: bigint) =>
    send(mailbox, "dispatch", [hook.target, metadata, message], { value });
  const quote = (metadata: string, message: string): Promise<unknown> =>
    hook.getFunction("quoteDispatch").staticCall(metadata, message);
  const verified = (message: string): Promise<unknown> => hook.getFunction("verify").staticCall("0x", message);
  const hand = (gateway: Contract, chain: bigint, payload: string, account = PEER) =>
    gateway.getFunction("hand").staticCall(hook.target, interoperable(chain, account), payload);
  const refuses = (sending: Promise<unknown>, error: string, ...args: unknown[]): Promise<void> =>
    assertReverts(sending, "ProvenHook", error, args);
  const argsIn = ({ logs }: ContractTransactionReceipt, { interface: known }: Contract) =>
    logs.map((log) => known.parseLog(log)?.args).filter((args) => args !== undefined);
  const balance = (account: string): Promise<bigint> => operator.provider!.getBalance(account);

  test("quotes what a record, the mailbox and `handle` take: 50,000 gas where nothing else is asked for", async () => {
    const message = messageOf(A_ID, B_ID, 1);
    assert.equal(await quote("0x", message), feeOf(50_000n));
    assert.equal(await quote(metadataOf(200_000n), message), feeOf(200_000n));
    // Routers quote without the body.
    assert.equal(await quote("0x", message), await quote("0x", messageOf(A_ID, B_ID, 1, { body: "0x" })));
    // Like Hyperlane's paymaster, which reads the existing bytes.
    assert.equal(await quote(toBeHex(1, 2), message), feeOf(50_000n));
    assert.deepEqual(
      [await hook.getFunction("hookType").staticCall(), await hook.getFunction("moduleType").staticCall()],
      [6n, 6n],
    );
  });

  test("forwards the id of a dispatched message, reports the gas that was paid for, and refunds the rest", async () => {
    const message = messageOf(A_ID, B_ID, 2);
    const fee = feeOf(70_000n);
    const before = await balance(PEER);
    const receipt = await dispatch(message, metadataOf(70_000n, PEER), fee + 5n);
    const [sent] = argsIn(receipt, center);
    const expected = [hook.target, interoperable(B, PEER), keccak256(message), attribute("gasLimit", 300_000n)];
    assert.deepEqual([...sent!], expected);
    const [passed] = argsIn(receipt, hook);
    assert.deepEqual([...passed!], [keccak256(message), B_ID, 70_000n, fee]);
    assert.equal(await balance(PEER), before + 5n);
    // Without an address the rest goes to the message's sender.
    const own = messageOf(A_ID, B_ID, 3, { sender: "0x00000000000000000000000000000000000000d1" });
    await dispatch(own, "0x", feeOf(50_000n) + 3n);
    assert.equal(await balance("0x00000000000000000000000000000000000000d1"), 3n);
  });

  test("refuses too low a fee, too much gas, fees in tokens, metadata of another variant, and members that it cannot reach", async () => {
    const message = messageOf(A_ID, B_ID, 4);
    const fee = feeOf(50_000n);
    const value = fee - 1n;
    const low = mailbox.getFunction("dispatch").staticCall(hook.target, "0x", message, { value });
    await refuses(low, "FeeTooLow", fee, value);
    await refuses(quote(metadataOf(5_000_001n), message), "GasTooHigh", 5_000_000n, 5_000_001n);
    await refuses(quote(metadataOf(1n, BOB, { token: PEER }), message), "UnsupportedMetadata", 1n, PEER);
    await refuses(quote(metadataOf(1n, BOB, { variant: 2 }), message), "UnsupportedMetadata", 2n, NO_ONE);
    await refuses(quote("0x01", message), "UnsupportedMetadata", 0n, NO_ONE);
    await refuses(quote("0x", messageOf(A_ID, C_ID, 4)), "NotOpen", C_ID);
    await refuses(quote("0x", messageOf(A_ID, 99n, 4)), "NoRemote", 99n);
    await refuses(quote("0x", message.slice(0, 2 + 76 * 2)), "MessageTooShort", 77n, 76n);
    const supported = (metadata: string) => hook.getFunction("supportsMetadata").staticCall(metadata);
    const all = ["0x", metadataOf(1n), metadataOf(1n, BOB, { token: NO_ONE }), metadataOf(1n, BOB, { token: PEER }), "0x0002"];
    assert.deepEqual(await Promise.all(all.map(supported)), [true, true, true, false, false]);
  });

  test("a stranger calls postDispatch: refused, or pays the fee of a message that was dispatched, once", async () => {
    const message = messageOf(A_ID, B_ID, 5);
    const posted = (hook.connect(stranger) as Contract).getFunction("postDispatch");
    const value = feeOf(50_000n);
    const latest = (await mailbox.getFunction("latestDispatchedId").staticCall()) as string;
    await refuses(posted.staticCall("0x", message, { value }), "NotTheLatestMessage", latest, keccak256(message));
    await send(mailbox, "dispatchElsewhere", [message]);
    await refuses(posted.staticCall("0x", message), "FeeTooLow", value, 0n);
    await (await posted.send("0x", message, { value })).wait();
    await refuses(posted.staticCall("0x", message, { value }), "AlreadyPassed", keccak256(message));
    assert.equal(await verified(message), false);
  });

  test("what is refunded may reenter: the same message is passed on once; and a refund that is refused undoes all", async () => {
    const refunded = await deployed("BridgeTestRefunded", hook.target);
    const message = messageOf(A_ID, B_ID, 6);
    await send(refunded, "repeats", [message]);
    const fee = feeOf(50_000n);
    await dispatch(message, metadataOf(50_000n, String(refunded.target)), 2n * fee);
    const thrown = (await refunded.getFunction("reason").staticCall()) as string;
    assert.equal(hook.interface.parseError(thrown)?.name, "AlreadyPassed");
    const other = messageOf(A_ID, B_ID, 7);
    const metadata = metadataOf(50_000n, String(center.target));
    const call = mailbox.getFunction("dispatch").staticCall(hook.target, metadata, other, { value: fee + 1n });
    await refuses(call, "PaymentFailed", center.target, 1n);
  });

  test("accepts a message whose id its origin has sent, and no message that differs in a byte", async () => {
    const message = messageOf(B_ID, A_ID, 1);
    assert.equal(await verified(message), false);
    await send(center, "hand", [hook.target, interoperable(B, PEER), keccak256(message)]);
    assert.equal(await verified(message), true);
    assert.equal(await verified(`${message.slice(0, -2)}35`), false);
  });

  test("a lying chain attests another chain's message: it has no effect for the origin that the message names", async () => {
    const message = messageOf(C_ID, A_ID, 7);
    await send(center, "hand", [hook.target, interoperable(B, PEER), keccak256(message)]);
    assert.equal(await verified(message), false);
    // Nor in the other chain's name: each chain is heard by its own gateway.
    await refuses(hand(center, C, keccak256(message)), "NotAGateway", otherGateway.target, center.target);
  });

  test("a lying chain takes a third chain's id first: the third chain's own record counts all the same", async () => {
    const message = messageOf(C_ID, A_ID, 8);
    await send(center, "hand", [hook.target, interoperable(B, PEER), keccak256(message)]);
    await send(otherGateway, "hand", [hook.target, interoperable(C, PEER), keccak256(message)]);
    assert.equal(await verified(message), true);
    assert.equal(await hook.getFunction("isProven").staticCall(C_ID, keccak256(message)), true);
  });

  test("a stranger poses as the gateway, or by its interop account as the peer: refused; so is a malformed id, or one with coins", async () => {
    const id = keccak256(messageOf(B_ID, A_ID, 9));
    const posing = (hook.connect(stranger) as Contract).getFunction("receiveMessage");
    const call = posing.staticCall(`0x${"00".repeat(32)}`, interoperable(B, PEER), id);
    await refuses(call, "NotAGateway", center.target, await stranger.getAddress());
    await refuses(hand(center, B, id, BOB), "NotThePeer", PEER, BOB);
    await refuses(hand(center, B, `${id}00`), "NotAnId", 32n, 33n);
    const paid = center.getFunction("hand").staticCall(hook.target, interoperable(B, PEER), id, { value: 1n });
    await refuses(paid, "ValueNotTaken", 1n);
  });

  test("others withdraw fees, or set prices: refused; its operator withdraws them", async () => {
    const call = hook.connect(stranger) as Contract;
    const [owner, caller] = [await operator.getAddress(), await stranger.getAddress()];
    for (const [name, ...args] of [
      ["withdrawFee", caller, 1n],
      ["setPrice", B_ID, 0n],
    ] as const)
      await refuses(call.getFunction(name).staticCall(...args), "NotTheOperator", owner, caller);
    const to = "0x00000000000000000000000000000000000000fe";
    const owed = await balance(String(hook.target));
    await send(hook, "withdrawFee", [to, owed]);
    assert.deepEqual([await balance(to), await balance(String(hook.target))], [owed, 0n]);
    await refuses(hook.getFunction("withdrawFee").staticCall(to, 1n), "PaymentFailed", to, 1n);
  });

  test("the free hook of the same contract takes no coins", async () => {
    const free = await deployed("FreeHook");
    assert.equal(await free.getFunction("quoteDispatch").staticCall("0x", "0x"), 0n);
    await free.getFunction("postDispatch").staticCall("0x", "0x");
    const paid = free.getFunction("postDispatch").staticCall("0x", "0x", { value: 1n });
    await assertReverts(paid, "FreeHook", "ValueNotTaken", [1n]);
  });
});
