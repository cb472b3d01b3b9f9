import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract, TransactionReceipt } from "ethers";
import { decodeAssetMessage, deliveryFee, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { eventsOf, interoperable, messagesOf } from "../l2/support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "../l2/support/ecosystem.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const BASE = PREDEPLOYS.L2BaseToken;
const [AMOUNT, FEE] = [700n, 33n];
const BOB = "0x0000000000000000000000000000000000000b0b";
const NO_CHAIN = 999n;

describe("fees of deliveries", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let hostile: Contract;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = ecosystem.chains as [SimulatedChain, SimulatedChain];
    for (const chain of [a, b]) await chain.deposit(chain.users[0]!.address, ETH, 10n ** 18n);
    hostile = (await b.ethers.deployContract("HostileFeeToken", b.users[0])) as unknown as Contract;
  });
  after(() => ecosystem.close());

  const routerOf = (chain: SimulatedChain, user = 0): Promise<Contract> => chain.predeploy("L2AssetRouter", chain.users[user]);
  const coinsOf = (chain: SimulatedChain, account: string): Promise<bigint> => chain.ethers.provider.getBalance(account);

  /** Sends coins of a to an account on another chain; the message's hash. */
  async function send(to: string, chainId = b.chainId): Promise<Hex> {
    const value = AMOUNT + FEE;
    const sent = await a.send(await routerOf(a), "sendWithFee", interoperable(chainId, to), BASE, AMOUNT, FEE, { value });
    await ecosystem.settle();
    return messagesOf(sent)[0]!.hash;
  }

  const deliver = async (hash: Hex, user: number): Promise<TransactionReceipt> =>
    b.send(await routerOf(b, user), "deliver", ecosystem.prove(hash));

  test("the account that delivers gets the fee, whichever it is, once, and the recipient the amount", async () => {
    const hash = await send(BOB);
    const [bob, stranger] = [await coinsOf(b, BOB), await coinsOf(b, b.users[2]!.address)];
    const delivered = await deliver(hash, 2);
    assert.equal((await coinsOf(b, BOB)) - bob, AMOUNT);
    assert.equal((await coinsOf(b, b.users[2]!.address)) - stranger + delivered.fee, FEE);
    assert.deepEqual(await eventsOf(delivered, "L2AssetRouter", "DeliveryPaid"), [[hash, b.users[2]!.address, FEE]]);
    for (const user of [1, 2]) {
      const again = (await routerOf(b, user)).getFunction("deliver").staticCall(ecosystem.prove(hash));
      await assertReverts(again, "L2AssetRouter", "AlreadyDelivered");
    }
    // A recipient that delivers receives both.
    const own = b.users[3]!.address;
    const [before, to] = [await coinsOf(b, own), await send(own)];
    const receipt = await deliver(to, 3);
    assert.equal((await coinsOf(b, own)) - before + receipt.fee, AMOUNT + FEE);
  });

  test("no gas with which a stranger delivers pays one of the two alone", async () => {
    const hash = await send("0x0000000000000000000000000000000000000b0c");
    const data = (await routerOf(b)).interface.encodeFunctionData("deliver", [ecosystem.prove(hash)]);
    let snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
    let paid = 0;
    for (let gasLimit = 80_000n; gasLimit < 330_000n; gasLimit += 3_777n) {
      const run = await b.users[2]!.sendTransaction({ to: PREDEPLOYS.L2AssetRouter, data, gasLimit }).then(
        (response) => response.wait(),
        () => null,
      );
      const held = await coinsOf(b, "0x0000000000000000000000000000000000000b0c");
      assert.equal(held, run?.status === 1 ? AMOUNT : 0n, `${gasLimit} gas`);
      if (run?.status !== 1) continue;
      assert.equal((await eventsOf(run, "L2AssetRouter", "DeliveryPaid")).length, 1);
      paid++;
      await b.ethers.provider.send("evm_revert", [snapshot]);
      snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
    }
    assert.ok(paid > 10, `${paid} runs had enough gas`);
  });

  test("a refund to the sender includes the fee: an id without a chain", async () => {
    const before = await coinsOf(a, a.users[0]!.address);
    const value = AMOUNT + FEE;
    const to = interoperable(NO_CHAIN, BOB);
    const sent = await a.send(await routerOf(a), "sendWithFee", to, BASE, AMOUNT, FEE, { value });
    await ecosystem.settle();
    const router = await routerOf(a, 3);
    const proof = ecosystem.prove(messagesOf(sent)[0]!.hash);
    await a.send(router, "refundTransfer", proof, [NO_CHAIN], a.users[0]!.address);
    assert.equal((await coinsOf(a, a.users[0]!.address)) + sent.fee, before);
  });

  test("a token of the destination that refuses a deliverer, or calls back, pays no fee twice and holds up no other deliverer", async () => {
    const token = await hostile.getAddress();
    await b.send(hostile, "mint", b.users[0]!.address, 1_000n);
    const home = await b.send(await routerOf(b), "sendToChain", a.chainId, token, 1_000n, a.users[0]!.address);
    await ecosystem.settle();
    await a.send(await routerOf(a), "deliver", ecosystem.prove(messagesOf(home)[0]!.hash));
    const [arrived] = await eventsOf(
      await a.send(await routerOf(a), "sendWithFee", interoperable(b.chainId, BOB), await hostileOnA(token), AMOUNT, FEE),
      "L2AssetRouter",
      "TransferSent",
    );
    await ecosystem.settle();
    const hash = arrived!.at(-1) as Hex;
    const proof = ecosystem.prove(hash);
    await b.send(hostile, "refuse", b.users[1]!.address);
    const refused = (await routerOf(b, 1)).getFunction("deliver").staticCall(proof);
    await assertReverts(refused, "L2NativeTokenVault", "TokenCallFailed", [token]);
    const router = await routerOf(b, 2);
    await b.send(hostile, "prepare", PREDEPLOYS.L2AssetRouter, router.interface.encodeFunctionData("deliver", [proof]));
    // With a price: in what is free a token's code has too little gas to call back.
    const delivered = await b.send(router, "deliver", proof, { gasLimit: 3_000_000n, gasPrice: 1n });
    const already = router.interface.encodeErrorResult("AlreadyDelivered", [a.chainId, hash]);
    assert.deepEqual(await eventsOf(delivered, "HostileFeeToken", "Tried"), [
      [false, already],
      [false, already],
    ]);
    const held = async (account: string) => (await hostile.getFunction("balanceOf").staticCall(account)) as bigint;
    assert.deepEqual([await held(BOB), await held(b.users[2]!.address)], [AMOUNT, FEE]);
    assert.equal(await held(PREDEPLOYS.L2NativeTokenVault), 1_000n - AMOUNT - FEE);
  });

  const hostileOnA = async (token: string): Promise<string> => {
    const vault = await a.predeploy("L2NativeTokenVault");
    const id = (await (await b.predeploy("L2NativeTokenVault")).getFunction("assetId").staticCall(token)) as string;
    return (await vault.getFunction("tokenAddress").staticCall(id)) as string;
  };

  test("a chain that lies of a fee can have no more than it sent, and its message is still delivered", async () => {
    const honest = messagesOf(
      await a.send(await routerOf(a), "sendToChain", b.chainId, BASE, AMOUNT, BOB, { value: AMOUNT }),
    )[0]!;
    const transfer = decodeAssetMessage(fromHex(honest.body))!;
    assert.equal(deliveryFee(transfer), 0n);
    const lie = encodeAssetMessage({ ...transfer, nonce: (2n ** 128n - 1n) * 2n ** 128n + transfer.nonce });
    assert.equal(deliveryFee(decodeAssetMessage(lie)!), AMOUNT);
    const router = await a.impersonate(PREDEPLOYS.L2AssetRouter);
    await a.send(await a.predeploy("L1Messenger", router), "sendToL1", toHex(lie));
    await ecosystem.settle();
    const bob = await coinsOf(b, BOB);
    const delivered = await deliver(keccak(lie), 2);
    assert.deepEqual(await eventsOf(delivered, "L2AssetRouter", "DeliveryPaid"), [[keccak(lie), b.users[2]!.address, AMOUNT]]);
    assert.equal(await coinsOf(b, BOB), bob);
  });

  test("only transfers to accounts of other chains have one, and amount and fee are both attached", async () => {
    const router = await routerOf(a);
    const ask = (to: string, amount: bigint, fee: bigint, value: bigint, token: string = BASE): Promise<unknown> =>
      router.getFunction("sendWithFee").staticCall(to, token, amount, fee, { value });
    for (const chainId of [a.chainId, L1_CHAIN_ID])
      await assertReverts(ask(interoperable(chainId, BOB), 1n, 1n, 2n), "L2AssetRouter", "InvalidDestination", [chainId]);
    const there = (account: string): string => interoperable(b.chainId, account);
    for (const account of [PREDEPLOYS.InteropHandler, PREDEPLOYS.L2AssetRouter])
      await assertReverts(ask(there(account), 1n, 1n, 2n), "L2AssetRouter", "RecipientNotAllowed");
    await assertReverts(ask(there(BOB), 0n, 2n, 2n), "L2AssetRouter", "ZeroAmount");
    for (const value of [0n, 5n, 7n, 13n]) await assert.rejects(ask(there(BOB), 5n, 7n, value));
    assert.notEqual(await ask(there(BOB), 5n, 7n, 12n), 0n);
    await assert.rejects(ask(there(BOB), 2n ** 255n, 2n ** 255n, 0n, L1_TOKEN));
    await assert.rejects(ask(there(BOB), 1n, 2n ** 256n - 1n, 0n));
  });
});
