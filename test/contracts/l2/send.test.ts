import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress, Interface, Signature, type Contract, type TransactionReceipt } from "ethers";
import { AssetMessageKind, decodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";

const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const COIN = PREDEPLOYS.L2BaseToken;
const lower = (value: unknown): Hex => String(value).toLowerCase() as Hex;

describe("C7: one entry of the asset router for each route", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let router: Contract;
  let bridged: Contract;
  let native: Contract;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    const user = a.users[0]!;
    await a.deposit(user.address, ETH, 10n ** 18n);
    await a.deposit(user.address, L1_TOKEN, 1000n);
    router = await a.predeploy("L2AssetRouter", user);
    const address = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    bridged = (await a.ethers.getContractAt("BridgedToken", address, user)) as unknown as Contract;
    native = (await a.ethers.deployContract("PermitToken", [PREDEPLOYS.L2AssetRouter], user)) as unknown as Contract;
  });
  after(() => ecosystem.close());

  const addressOf = async (token: Contract): Promise<Hex> => lower(await token.getAddress());
  const balance = async (token: Contract | undefined, account: string, chain = a): Promise<bigint> =>
    token === undefined
      ? chain.ethers.provider.getBalance(account)
      : ((await token.getFunction("balanceOf").staticCall(account)) as bigint);
  const send = async (to: string, token: Contract | undefined, amount: bigint): Promise<TransactionReceipt> => {
    const address = token === undefined ? COIN : await addressOf(token);
    return a.send(router, "send", to, address, amount, { value: token === undefined ? amount : 0n });
  };
  const approve = (amount: bigint) => a.send(native, "approve", PREDEPLOYS.L2NativeTokenVault, amount);

  test("on the own chain it is paid at once, without a message, and the supply stays", async () => {
    await approve(5n);
    for (const token of [undefined, bridged, native]) {
      const total = async () => token?.getFunction("totalSupply").staticCall();
      const [had, supply] = [await balance(token, BOB), await total()];
      const receipt = await send(interoperable(a.chainId, BOB), token, 5n);
      assert.deepEqual(messagesOf(receipt), []);
      assert.equal((await balance(token, BOB)) - had, 5n);
      assert.equal(await total(), supply);
    }
    assert.equal(await balance(native, PREDEPLOYS.L2NativeTokenVault), 0n);
  });

  test("to L1 and to another chain it is the asset message of that route, in the caller's name", async () => {
    await approve(7n);
    const sent: Hex[] = [];
    for (const [destination, token, kind] of [
      [L1_CHAIN_ID, undefined, AssetMessageKind.withdrawal],
      [L1_CHAIN_ID, bridged, AssetMessageKind.withdrawal],
      [b.chainId, undefined, AssetMessageKind.hyperbridgeSend],
      [b.chainId, bridged, AssetMessageKind.hyperbridgeSend],
      [b.chainId, native, AssetMessageKind.hyperbridgeSend],
    ] as const) {
      const [message] = messagesOf(await send(interoperable(destination, BOB), token, 7n));
      const { nonce: _, ...transfer } = decodeAssetMessage(fromHex(message!.body))!;
      const isNative = token === native;
      assert.deepEqual(transfer, {
        kind,
        destinationChainId: destination,
        originChainId: isNative ? a.chainId : L1_CHAIN_ID,
        originToken: isNative ? await addressOf(native) : token === undefined ? ETH : L1_TOKEN,
        amount: 7n,
        recipient: BOB,
        sender: lower(a.users[0]!.address),
      });
      sent.push(message!.hash);
    }
    const before = await balance(undefined, BOB, b);
    await ecosystem.settle();
    const there = await b.predeploy("L2AssetRouter", b.users[0]);
    for (const hash of sent.slice(2)) await b.send(there, "deliver", ecosystem.prove(hash));
    assert.equal((await balance(undefined, BOB, b)) - before, 7n);
  });

  /** A permit of user 0 for the vault. */
  async function permit(amount: bigint, deadline = 10n ** 12n): Promise<readonly [bigint, number, string, string]> {
    const user = a.users[0]!;
    const nonce = (await native.getFunction("nonces").staticCall(user.address)) as bigint;
    const text = await user.signTypedData(
      { name: "Test token", version: "1", chainId: a.chainId, verifyingContract: await addressOf(native) },
      { Permit: ["owner:address", "spender:address", "value:uint256", "nonce:uint256", "deadline:uint256"].map(field) },
      { owner: user.address, spender: PREDEPLOYS.L2NativeTokenVault, value: amount, nonce, deadline },
    );
    const { v, r, s } = Signature.from(text);
    return [deadline, v, r, s];
  }
  const field = (text: string) => ({ name: text.split(":")[0]!, type: text.split(":")[1]! });

  test("a token of this chain leaves by one transaction with a permit, on each of its routes", async () => {
    await approve(0n);
    const token = await addressOf(native);
    for (const [destination, messages] of [
      [a.chainId, 0],
      [b.chainId, 1],
    ] as const) {
      const to = interoperable(destination, BOB);
      const signed = await permit(3n);
      const receipt = await a.send(router, "sendWithPermit", to, token, 3n, ...signed);
      assert.equal(messagesOf(receipt).length, messages);
      // The same permit does not pass twice, and no allowance is left.
      await assert.rejects(router.getFunction("sendWithPermit").staticCall(to, token, 3n, ...signed));
    }
  });

  test("attack: a stranger who uses up a permit stops nothing, and can send nothing with it", async () => {
    const token = await addressOf(native);
    const to = interoperable(a.chainId, BOB);
    const signed = await permit(4n);
    const stranger = await a.predeploy("L2AssetRouter", a.users[3]);
    await assert.rejects(stranger.getFunction("sendWithPermit").staticCall(to, token, 4n, ...signed));
    await a.send(
      native.connect(a.users[3]!) as Contract,
      "permit",
      a.users[0]!.address,
      PREDEPLOYS.L2NativeTokenVault,
      4n,
      ...signed,
    );
    const had = await balance(native, BOB);
    await a.send(router, "sendWithPermit", to, token, 4n, ...signed);
    assert.equal((await balance(native, BOB)) - had, 4n);
  });

  test("attack: wrong routes, lost value and recipients that would lose it are refused by name", async () => {
    const call = (to: string, token: string, amount: bigint, value: bigint) =>
      router.getFunction("send").staticCall(to, token, amount, { value });
    const here = interoperable(a.chainId, BOB);
    const router_ = "L2AssetRouter";
    await assertReverts(call(`0x000100000014${BOB.slice(2)}`, COIN, 1n, 1n), router_, "InvalidDestination", [0n]);
    await assert.rejects(call("0x00", COIN, 1n, 1n));
    for (const chainId of [a.chainId, b.chainId, L1_CHAIN_ID]) {
      await assertReverts(call(interoperable(chainId), COIN, 1n, 1n), router_, "ZeroRecipient", []);
      await assertReverts(call(interoperable(chainId, BOB), COIN, 0n, 0n), router_, "ZeroAmount", []);
      const handler = interoperable(chainId, PREDEPLOYS.InteropHandler);
      await assertReverts(call(handler, COIN, 1n, 1n), router_, "RecipientNotAllowed", [getAddress(PREDEPLOYS.InteropHandler)]);
      const to = interoperable(chainId, BOB);
      await assertReverts(call(to, COIN, 2n, 1n), "L2NativeTokenVault", "WrongValue", [2n, 1n]);
      await assertReverts(call(to, await addressOf(bridged), 1n, 1n), "L2NativeTokenVault", "WrongValue", [0n, 1n]);
    }
    await approve(1n);
    const token = await addressOf(native);
    const toL1 = interoperable(L1_CHAIN_ID, BOB);
    await assertReverts(call(toL1, token, 1n, 0n), router_, "AssetNotOnL1", [a.chainId, getAddress(token)]);
    await approve(0n);
    await assert.rejects(call(here, token, 1n, 0n));
  });

  test("attack: a recipient that refuses coins gets them on the own chain too", async () => {
    const refuses = await (await a.ethers.deployContract("RefusesPayment")).getAddress();
    await send(interoperable(a.chainId, refuses), undefined, 5n);
    assert.equal(await balance(undefined, refuses), 5n);
  });

  test("attack: a token that takes a fee, or calls the router again, leaves no other holder's tokens short", async () => {
    const user = a.users[0]!;
    const feeToken = (await a.ethers.deployContract("L2TestToken", [100n, true, false], user)) as unknown as Contract;
    await a.send(feeToken, "approve", PREDEPLOYS.L2NativeTokenVault, 10n);
    const refused = router.getFunction("send").staticCall(interoperable(a.chainId, BOB), await addressOf(feeToken), 10n);
    await assertReverts(refused, "L2NativeTokenVault", "TokenAmountMismatch", [10n, 9n]);

    // The token itself is a holder, and sends while another's payment is on its way out of the vault.
    const token = await addressOf(native);
    const vault = PREDEPLOYS.L2NativeTokenVault;
    const locked = await balance(native, vault);
    const again = new Interface(["function send(bytes,address,uint256)"]);
    await approve(6n);
    await a.send(native, "enter", again.encodeFunctionData("send", [interoperable(a.chainId, BOB), token, 6n]));
    // It has neither tokens nor an allowance: its own send fails, and the payment with it.
    await assert.rejects(router.getFunction("send").staticCall(interoperable(a.chainId, BOB), token, 6n));
    await a.send(native, "enter", "0x");
    await send(interoperable(a.chainId, BOB), native, 6n);
    assert.equal(await balance(native, vault), locked);
  });
});
