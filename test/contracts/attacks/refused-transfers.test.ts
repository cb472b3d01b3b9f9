import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress, type Contract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { hashRefusedDestinations } from "../../../src/ground/protocol/batch-record.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable, messagesOf } from "../l2/support/bundles.ts";
import {
  ETH,
  FIRST_TIMESTAMP,
  L1_CHAIN_ID,
  L1_TOKEN,
  startEcosystem,
  type Ecosystem,
  type MessageInclusionProof,
  type SimulatedChain,
} from "../l2/support/ecosystem.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const NO_CHAIN = 999n;
/** Words of a message's proof before the record, and the record's last word. */
const [RECORD_AT, REFUSED_AT] = [49, 59];

/** Transfers to an id that no chain had are refunded on the sending chain; attackers want a second refund, or the money. */
describe("refunds of transfers that L1 refused", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let router: Contract;
  let sender: Hex;
  before(async () => {
    // Chain b is created in the second in which the first batches begin.
    ecosystem = await startEcosystem([ETH, ETH], [0n, FIRST_TIMESTAMP]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    sender = a.users[0]!.address.toLowerCase() as Hex;
    router = await a.predeploy("L2AssetRouter", a.users[0]);
    await a.deposit(sender, ETH, 10_000n);
    await a.deposit(sender, L1_TOKEN, 1_000n);
  });
  after(() => ecosystem.close());

  const transfer = async (destination: bigint, amount: bigint): Promise<Hex> =>
    messagesOf(await a.send(router, "sendToChain", destination, PREDEPLOYS.L2BaseToken, amount, sender, { value: amount }))[0]!
      .hash;
  const balanceOf = (account: string): Promise<bigint> => a.ethers.provider.getBalance(account);
  /** Refunds from an unrelated account. */
  const refund = async (hash: Hex, recipient: string, by = 3, gasPrice = 0n) =>
    a.send(
      await a.predeploy("L2AssetRouter", a.users[by]),
      "refundTransfer",
      ecosystem.prove(hash),
      ecosystem.refusedWith(hash),
      recipient,
      { gasPrice },
    );
  const refused = (error: string, args: readonly unknown[] | undefined, ...call: unknown[]): Promise<void> =>
    assertReverts(router.getFunction("refundTransfer").staticCall(...call), "L2AssetRouter", error, args);
  const held = (asset: Hex): bigint => ecosystem.settlement.heldFor(a.chainId, asset);
  const deploy = async (name: string, ...args: unknown[]): Promise<Contract> =>
    (await a.ethers.deployContract(name, args, a.users[0])) as unknown as Contract;
  const tokenAt = async (address: string): Promise<Contract> =>
    (await a.ethers.getContractAt("BridgedToken", address, a.users[0])) as unknown as Contract;
  const supply = async (): Promise<bigint> =>
    (await a.predeploy("L2BaseToken")).getFunction("totalSupply").staticCall() as Promise<bigint>;

  test("double refund: a transfer is refunded once, whichever account asks, and the chain's coin equals its balance on L1", async () => {
    const before = await supply();
    const hash = await transfer(NO_CHAIN, 5n);
    await ecosystem.settle();
    assert.deepEqual(ecosystem.refusedWith(hash), [NO_CHAIN]);
    const balance = await balanceOf(sender);
    await refund(hash, sender);
    assert.equal((await balanceOf(sender)) - balance, 5n);
    assert.equal(await supply(), before);
    assert.equal(held(a.baseAsset), 10_000n);
    await refused("AlreadyRefunded", [hash], ecosystem.prove(hash), [NO_CHAIN], sender);
    assert.equal(await router.getFunction("isDelivered").staticCall(a.chainId, hash), true);
  });

  test("refund then delivery: the chain that has the id by now refuses what went back, and L1 has nothing in transit to it", async () => {
    const young = await startEcosystem([ETH, ETH], [0n, FIRST_TIMESTAMP]);
    try {
      const [from, to] = [young.chains[0]!, young.chains[1]!];
      await from.deposit(sender, ETH, 100n);
      const sending = await from.predeploy("L2AssetRouter", from.users[0]);
      const hash = messagesOf(
        await from.send(sending, "sendToChain", to.chainId, PREDEPLOYS.L2BaseToken, 7n, sender, { value: 7n }),
      )[0]!.hash;
      await young.settle();
      assert.equal(young.settlement.inTransitTo(to.chainId, from.baseAsset), 0n);
      await from.send(sending, "refundTransfer", young.prove(hash), young.refusedWith(hash), sender);
      const receiving = await to.predeploy("L2AssetRouter", to.users[0]);
      const delivery = receiving.getFunction("deliver").staticCall(young.prove(hash));
      await assertReverts(delivery, "L2AssetRouter", "SentBeforeChain", [FIRST_TIMESTAMP, FIRST_TIMESTAMP]);
    } finally {
      await young.close();
    }
  });

  test("delivery then refund: transfers that a chain has taken, or may still take, are not refunded", async () => {
    await ecosystem.settle();
    const [taken, waiting] = [await transfer(b.chainId, 11n), await transfer(b.chainId, 12n)];
    await ecosystem.settle();
    await b.send(await b.predeploy("L2AssetRouter", b.users[0]), "deliver", ecosystem.prove(taken));
    for (const hash of [taken, waiting]) {
      await refused("NotRefused", [b.chainId], ecosystem.prove(hash), [], sender);
      await refused("RefusedMismatch", undefined, ecosystem.prove(hash), [b.chainId], sender);
    }
  });

  test("delivery then refund: of a batch with another refused id, only transfers to that id are refunded", async () => {
    const [gone, accepted] = [await transfer(NO_CHAIN, 3n), await transfer(b.chainId, 4n)];
    await ecosystem.settle();
    assert.deepEqual(ecosystem.refusedWith(accepted), [NO_CHAIN]);
    await refused("NotRefused", [b.chainId], ecosystem.prove(accepted), [NO_CHAIN], sender);
    await refused("RefusedMismatch", undefined, ecosystem.prove(accepted), [NO_CHAIN, b.chainId], sender);
    await refund(gone, sender);
  });

  test("forged leaf: no record is believed but the one that L1 wrote, and no message that is not in the batch", async () => {
    const hash = await transfer(b.chainId, 6n);
    await ecosystem.settle();
    const honest = ecosystem.prove(hash);
    const forged = (index: number, word: Hex): MessageInclusionProof => ({
      ...honest,
      proof: honest.proof.map((value, i) => (i === index ? word : value)),
    });
    assert.equal(honest.proof.length, REFUSED_AT + 1);
    await refused("InvalidMessageProof", [], forged(REFUSED_AT, hashRefusedDestinations([b.chainId])), [b.chainId], sender);
    for (let i = RECORD_AT; i < REFUSED_AT; i++) await refused("InvalidMessageProof", [], forged(i, wordToHex(77n)), [], sender);
    const data = `${honest.message.data.slice(0, -2)}77` as Hex;
    await refused("InvalidMessageProof", [], { ...honest, message: { ...honest.message, data } }, [], sender);
    const byUser = { ...honest, message: { ...honest.message, sender } };
    await refused("WrongMessageSender", [PREDEPLOYS.L2AssetRouter, getAddress(sender)], byUser, [], sender);
  });

  test("forged leaf: a batch that is not under an imported root gives nothing back", async () => {
    const hash = await transfer(NO_CHAIN, 2n);
    await a.sealBatch();
    // L1 has executed it; the chain has not seen the root.
    await refused("InvalidMessageProof", [], ecosystem.prove(hash), [NO_CHAIN], sender);
    await a.importRoot();
    await refund(hash, sender);
  });

  test("replay on another chain: only the chain that sent a transfer gives it back", async () => {
    const hash = await transfer(NO_CHAIN, 8n);
    await ecosystem.settle();
    const elsewhere = await b.predeploy("L2AssetRouter", b.users[0]);
    const call = elsewhere.getFunction("refundTransfer").staticCall(ecosystem.prove(hash), [NO_CHAIN], sender);
    await assertReverts(call, "L2AssetRouter", "WrongSourceChain", [b.chainId, a.chainId]);
    const renamed = { ...ecosystem.prove(hash), chainId: b.chainId };
    const lie = elsewhere.getFunction("refundTransfer").staticCall(renamed, [NO_CHAIN], sender);
    await assertReverts(lie, "L2AssetRouter", "InvalidMessageProof", []);
    await refund(hash, sender);
  });

  test("a third party that claims for another account can pay the sender, and no other account", async () => {
    const hash = await transfer(NO_CHAIN, 9n);
    await ecosystem.settle();
    const thief = a.users[3]!.address;
    const stealing = (await a.predeploy("L2AssetRouter", a.users[3])).getFunction("refundTransfer");
    const proof = ecosystem.prove(hash);
    await assertReverts(stealing.staticCall(proof, [NO_CHAIN], thief), "L2AssetRouter", "NotTheSender");
    await assertReverts(stealing.staticCall(proof, [NO_CHAIN], ETH), "L2AssetRouter", "ZeroRecipient");
    await refused("RecipientNotAllowed", [getAddress(PREDEPLOYS.InteropHandler)], proof, [NO_CHAIN], PREDEPLOYS.InteropHandler);
    const heir = `0x${"e1".repeat(20)}`;
    await a.send(router, "refundTransfer", proof, [NO_CHAIN], heir);
    assert.equal(await balanceOf(heir), 9n);
  });

  test("contract sender: it gets its coin back at anyone's call, or wherever it asks, and its tokens too", async () => {
    const contract = await deploy("RefundedContract");
    const address = await contract.getAddress();
    const sending = router.interface;
    const sendFrom = async (token: string, amount: bigint, value: bigint): Promise<Hex> => {
      const data = sending.encodeFunctionData("sendToChain", [NO_CHAIN, token, amount, sender]);
      const sent = messagesOf(await a.send(contract, "call", PREDEPLOYS.L2AssetRouter, data, value, { value }));
      return sent.find(({ sender: by }) => by === PREDEPLOYS.L2AssetRouter)!.hash;
    };
    const bridged = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const token = await tokenAt(bridged);
    await a.send(token, "transfer", address, 40n);
    const [coin, chosen, tokens] = [
      await sendFrom(PREDEPLOYS.L2BaseToken, 5n, 5n),
      await sendFrom(PREDEPLOYS.L2BaseToken, 6n, 6n),
      await sendFrom(bridged, 40n, 0n),
    ];
    await ecosystem.settle();
    await refund(coin, address);
    assert.equal(await balanceOf(address), 5n);
    await refund(tokens, address);
    assert.equal(await token.getFunction("balanceOf").staticCall(address), 40n);
    const heir = `0x${"e2".repeat(20)}`;
    const data = sending.encodeFunctionData("refundTransfer", [ecosystem.prove(chosen), [NO_CHAIN], heir]);
    await a.send(contract, "call", PREDEPLOYS.L2AssetRouter, data, 0n);
    assert.equal(await balanceOf(heir), 6n);
    assert.equal(held(assetId(L1_CHAIN_ID, L1_TOKEN)), 1_000n);
  });

  test("double refund: a token of the chain that calls its recipient does not pay it twice", async () => {
    const contract = await deploy("RefundedContract");
    const address = await contract.getAddress();
    const token = await deploy("TellingToken", address, 100n);
    const tokenAddress = await token.getAddress();
    const vault = PREDEPLOYS.L2NativeTokenVault;
    const data = router.interface.encodeFunctionData("sendToChain", [NO_CHAIN, tokenAddress, 60n, sender]);
    const sent = messagesOf(await a.send(contract, "call", PREDEPLOYS.L2AssetRouter, data, 0n));
    const hash = sent.find(({ sender: by }) => by === PREDEPLOYS.L2AssetRouter)!.hash;
    assert.equal(await token.getFunction("balanceOf").staticCall(vault), 60n);
    await ecosystem.settle();
    const again = router.interface.encodeFunctionData("refundTransfer", [ecosystem.prove(hash), [NO_CHAIN], address]);
    await a.send(contract, "callAgain", PREDEPLOYS.L2AssetRouter, again);
    // Paid for: at no price the token would have too little gas to try it.
    await refund(hash, address, 3, 1n);
    assert.equal(await contract.getFunction("reenteredInVain").staticCall(), true);
    assert.equal(await token.getFunction("balanceOf").staticCall(address), 100n);
  });

  test("a bundle's assets are refunded to the bundle's sender, asset by asset", async () => {
    const to = interoperable(NO_CHAIN, sender);
    const calls = [{ to, data: "0x", callAttributes: [attribute("interopCallValue", 7n), attribute("shadowAccount")] }];
    const center = await a.predeploy("InteropCenter", a.users[0]);
    const bridged = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const extra = [attribute("transferToken", bridged, 30n, sender)];
    const [value, token] = messagesOf(await a.send(center, "sendBundle", interoperable(NO_CHAIN), calls, extra, { value: 7n }));
    await ecosystem.settle();
    const balance = await balanceOf(sender);
    await refund(value!.hash, sender);
    assert.equal((await balanceOf(sender)) - balance, 7n);
    await refund(token!.hash, sender);
    const held = await tokenAt(bridged);
    assert.equal(await held.getFunction("balanceOf").staticCall(sender), 960n);
  });

  test("what a handler had sent back to a chain that L1 did not know yet is sent there again, since its recipient lives there", async () => {
    const young = await startEcosystem([ETH, ETH], [0n, FIRST_TIMESTAMP + 5n]);
    try {
      const [from, to] = [young.chains[0]!, young.chains[1]!];
      await from.deposit(from.users[0]!.address, ETH, 100n);
      const wallet: Hex = `0x${"c0".repeat(20)}`;
      // As after a bundle of `to` that failed here, in a batch that had begun before L1 created `to`.
      const handler = await from.predeploy("L2AssetRouter", await from.impersonate(PREDEPLOYS.InteropHandler));
      const first = messagesOf(await from.send(handler, "sendBack", to.chainId, L1_CHAIN_ID, ETH, wallet, 13n))[0]!.hash;
      await young.settle();
      assert.deepEqual(young.refusedWith(first), [to.chainId]);
      const anyone = await from.predeploy("L2AssetRouter", from.users[3]);
      const proof = young.prove(first);
      const handlerAddress = PREDEPLOYS.InteropHandler;
      await assertReverts(
        anyone.getFunction("refundTransfer").staticCall(proof, [to.chainId], wallet),
        "L2AssetRouter",
        "NotTheSender",
      );
      const receipt = await from.send(anyone, "refundTransfer", proof, [to.chainId], handlerAddress);
      const second = messagesOf(receipt)[0]!.hash;
      assert.notEqual(second, first);
      await young.settle();
      await to.send(await to.predeploy("L2AssetRouter", to.users[0]), "deliver", young.prove(second));
      assert.equal(await to.ethers.provider.getBalance(wallet), 13n);
    } finally {
      await young.close();
    }
  });
});
