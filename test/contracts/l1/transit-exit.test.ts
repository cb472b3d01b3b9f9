import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, Signer } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { AssetMessageKind, BASE_TOKEN_ADDRESS, type AssetTransfer } from "../../../src/ground/protocol/asset-message.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { encodeListEntry, hashTransferList } from "../../../src/ground/protocol/transfer-list.ts";
import { accountsOf, assetMessage, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain, type FormedBatch } from "./support/chain.ts";
import { addressOf, as, defaultConfiguration, eventsOf, hexAddress, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit, deliveredMarks, deployExitScene, undeliveredProof, undeliveredTransfer } from "./support/exits.ts";

type Message = ReturnType<typeof assetMessage>;

describe("transfers to a chain that stopped", () => {
  let ecosystem: Ecosystem;
  let token: BaseContract;
  let tokenAddress: Hex;
  let sender: Signer;
  let senderAddress: Hex;
  let nextChainId = 270n;
  before(async () => {
    ({ ecosystem, token, tokenAddress, holder: sender, holderAddress: senderAddress } = await deployExitScene());
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));

  /** A chain on which 1,000 of the token were deposited. */
  async function source(): Promise<{ chain: TestChain; operation: Hex }> {
    const chain = await create();
    return { chain, operation: await depositToken(ecosystem, chain, tokenAddress, 1_000n) };
  }

  const transferTo = (destination: TestChain, amount: bigint, overrides: Partial<AssetTransfer> & { from?: Hex } = {}): Message =>
    assetMessage(ecosystem, {
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId: destination.configuration.chainId,
      originToken: tokenAddress,
      amount,
      sender: senderAddress,
      recipient: addressOf(0xabc),
      ...overrides,
    });

  /** The source's batch with these messages, executed. */
  const settle = async (
    { chain, operation }: { chain: TestChain; operation: Hex },
    messages: readonly Message[],
  ): Promise<FormedBatch> =>
    (await chain.settle({ canonicalTxHashes: [operation], logs: [{ type: "priorityOp", success: true }, ...messages] })).formed;

  /** Stops the destination with a last state in which these messages of the source were delivered; returns that state. */
  async function stop(destination: TestChain, sourceChainId: bigint, delivered: readonly Message[]): Promise<StateTree> {
    const tree = StateTree.genesis(deliveredMarks(sourceChainId, delivered), { compressor: referenceCompressor });
    await destination.settle({ newStateRoot: digestToHex(tree.root) });
    await destination.request();
    await activateExit(ecosystem, destination);
    return tree;
  }

  const refund = (signer: Signer, claim: unknown, recipient: string) =>
    send(as(ecosystem.stateExit, signer), "refundTransfer", claim, recipient);

  test("are refunded to their sender, once, from the sum in transit", async () => {
    const [from, destination] = [await source(), await create()];
    const messages = [transferTo(destination, 300n), transferTo(destination, 200n, { nonce: 1n })] as const;
    const formed = await settle(from, messages);
    const [sourceId, destinationId] = [from.chain.configuration.chainId, destination.configuration.chainId];
    assert.deepEqual(await accountsOf(ecosystem, destinationId, tokenAddress), [0n, 0n, 500n]);
    // The second message has arrived, the first has not.
    const tree = await stop(destination, sourceId, [messages[1]]);
    const claim = undeliveredTransfer(from.chain, formed, 1, messages[0], undeliveredProof(tree, from.chain, messages[0]));
    const receipt = await refund(sender, claim, addressOf(0xf1));
    assert.equal(await view(token, "balanceOf", addressOf(0xf1)), 300n);
    assert.deepEqual(await accountsOf(ecosystem, destinationId, tokenAddress), [0n, 0n, 200n]);
    const [event] = eventsOf(ecosystem.stateExit, receipt, "TransferRefunded");
    assert.deepEqual([...event!.args].slice(0, 3), [sourceId, keccak(messages[0].body), destinationId]);
    await assertReverts(refund(sender, claim, addressOf(0xf1)), "TransferAlreadyRefunded");
    assert.equal(await view(ecosystem.stateExit, "isTransferRefunded", sourceId, keccak(messages[0].body)), true);

    assert.equal(proveUndelivered(tree, sourceId, keccak(messages[1].body)), undefined);
    const other = undeliveredTransfer(from.chain, formed, 2, messages[1], undeliveredProof(tree, from.chain, messages[0]));
    await assertReverts(refund(sender, other, addressOf(0xf1)), "KeyNotBetween");
    // The other leaf of the tree: the outputs'.
    const leaf = tree.prove({ leafKind: 0, address: 0x800bn, slot: 0n });
    const low = { kind: 0, key: digestToHex(leaf.key), value: leaf.value };
    const path = {
      nextKey: digestToHex(leaf.nextKey),
      index: leaf.index,
      leafCount: leaf.leafCount,
      siblings: leaf.siblings.map(digestToHex),
    };
    await assertReverts(refund(sender, { ...other, low, path }, addressOf(0xf1)), "KeyNotBetween");
    // A gap that no tree of this root has.
    await assertReverts(
      refund(
        sender,
        { ...other, low: { kind: 0, key: wordToHex(0n), value: 0n }, path: { ...path, index: 0, nextKey: wordToHex(0n) } },
        addressOf(0xf1),
      ),
      "StateRootMismatch",
    );
  });

  test("are refunded only to the sender, whose alias represents a contract of L1", async () => {
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const [from, destination] = [await source(), await create()];
    const own = transferTo(destination, 10n);
    const aliased = transferTo(destination, 20n, { sender: aliasOf(270n, await hexAddress(contract)) });
    const returned = transferTo(destination, 30n, { sender: PREDEPLOYS.InteropHandler, recipient: senderAddress });
    const formed = await settle(from, [own, aliased, returned]);
    const tree = await stop(destination, from.chain.configuration.chainId, []);
    const claim = (index: number, message: Message) =>
      undeliveredTransfer(from.chain, formed, index, message, undeliveredProof(tree, from.chain, message));
    await assertReverts(refund(ecosystem.accounts[4]!, claim(1, own), addressOf(0xf2)), "NotTheOwner");
    await assertReverts(refund(sender, claim(2, aliased), addressOf(0xf2)), "NotTheOwner");
    const data = ecosystem.stateExit.interface.encodeFunctionData("refundTransfer", [claim(2, aliased), addressOf(0xf2)]);
    await send(as(contract, sender), "call", await ecosystem.stateExit.getAddress(), data);
    // What an interop handler returned was its recipient's.
    await refund(sender, claim(3, returned), addressOf(0xf2));
    assert.equal(await view(token, "balanceOf", addressOf(0xf2)), 50n);
    await assertReverts(refund(sender, claim(1, own), ZERO_ADDRESS), "ZeroRecipient()");
  });

  test("C12: entries of a list go to their recipients, each once, shown the whole list", async () => {
    const [from, destination] = [await source(), await create()];
    const other = ecosystem.accounts[4]!;
    const entries = [
      encodeListEntry({ recipient: senderAddress, amount: 300n }),
      encodeListEntry({ recipient: (await other.getAddress()).toLowerCase() as Hex, amount: 200n }),
      encodeListEntry({ recipient: senderAddress, amount: 1n }),
    ];
    const [ROUTER, number] = [PREDEPLOYS.L2AssetRouter, 3];
    const nonce = BigInt(hashTransferList(from.chain.batchCount, number, entries));
    const listed = { recipient: ROUTER, sender: ROUTER, nonce };
    const lie = [encodeListEntry({ recipient: senderAddress, amount: 999n })];
    const lying = { ...listed, nonce: BigInt(hashTransferList(from.chain.batchCount, number, lie)) };
    const messages = [transferTo(destination, 508n, listed), transferTo(destination, 2n, lying), transferTo(destination, 3n)];
    const formed = await settle(from, messages);
    const tree = await stop(destination, from.chain.configuration.chainId, []);
    const claim = (index: number) =>
      undeliveredTransfer(
        from.chain,
        formed,
        index,
        messages[index - 1]!,
        undeliveredProof(tree, from.chain, messages[index - 1]!),
      );
    const take = (signer: Signer, place: number, { index = 1, all = entries, list = number } = {}) =>
      send(as(ecosystem.stateExit, signer), "refundListed", claim(index), list, all, place, addressOf(0xf7));

    await assertReverts(take(other, 0), "NotTheOwner");
    await assertReverts(take(sender, 3), "NotInList(3)");
    await assertReverts(take(sender, 0, { all: entries.slice(0, 2) }), "ListMismatch");
    await assertReverts(take(sender, 0, { list: 2 }), "ListMismatch");
    await assertReverts(take(sender, 0, { index: 2, all: lie }), "ListMismatch");
    await assertReverts(take(sender, 0, { index: 3 }), "NotInList(0)");
    await assertReverts(refund(sender, claim(1), addressOf(0xf7)), "NotTheOwner");
    await take(sender, 0);
    await take(other, 1);
    await take(sender, 2);
    // With 7 for a delivery that never was, by the first entry.
    assert.equal(await view(token, "balanceOf", addressOf(0xf7)), 508n);
    await assertReverts(take(sender, 0), "TransferAlreadyRefunded");
    const messageHash = keccak(messages[0]!.body);
    assert.equal(await view(ecosystem.stateExit, "isEntryRefunded", from.chain.configuration.chainId, messageHash, 2), true);
  });

  test("wait until the destination has stopped, and the source's batch is executed", async () => {
    const [from, destination] = [await source(), await create()];
    const message = transferTo(destination, 10n);
    const formed = await from.chain.form({
      canonicalTxHashes: [from.operation],
      logs: [{ type: "priorityOp", success: true }, message],
    });
    const { stored } = await from.chain.commit(formed);
    await from.chain.prove(stored);
    const empty = StateTree.genesis([], { compressor: referenceCompressor });
    const early = undeliveredTransfer(from.chain, formed, 1, message, undeliveredProof(empty, from.chain, message));
    await assertReverts(refund(sender, early, addressOf(0xf3)), "MessageNotIncluded");
    await from.chain.execute(stored, formed);
    await assertReverts(refund(sender, early, addressOf(0xf3)), "ChainNotExited()");
    const tree = await stop(destination, from.chain.configuration.chainId, []);
    const claim = undeliveredTransfer(from.chain, formed, 1, message, undeliveredProof(tree, from.chain, message));
    await assertReverts(refund(sender, { ...claim, messageIndex: 0 }, addressOf(0xf3)), "MessageNotIncluded");
    await assertReverts(
      refund(sender, { ...claim, sourceChainId: destination.configuration.chainId }, addressOf(0xf3)),
      "MessageNotIncluded",
    );
    await refund(sender, claim, addressOf(0xf3));
    assert.equal(await view(token, "balanceOf", addressOf(0xf3)), 10n);
  });

  test("are transfers of L1's assets by the asset router, and nothing else", async () => {
    const [from, destination] = [await source(), await create()];
    const messages = [
      assetMessage(ecosystem, { originToken: tokenAddress, amount: 1n, sender: senderAddress }),
      transferTo(destination, 1n, { originChainId: from.chain.configuration.chainId }),
      transferTo(destination, 1n, { from: BASE_TOKEN_ADDRESS }),
    ] as const;
    const formed = await settle(from, messages);
    const tree = await stop(destination, from.chain.configuration.chainId, []);
    for (const [i, error] of ["NotATransfer()", "AssetNotOnL1", "MessageNotIncluded"].entries()) {
      const claim = undeliveredTransfer(
        from.chain,
        formed,
        i + 1,
        messages[i]!,
        undeliveredProof(tree, from.chain, messages[i]!),
      );
      await assertReverts(refund(sender, claim, addressOf(0xf4)), error);
    }
  });

  test("cannot take more than what is in transit, when the destination lied about a delivery", async () => {
    const [from, destination] = [await source(), await create()];
    const message = transferTo(destination, 400n);
    const formed = await settle(from, [message]);
    // The destination takes the amount and sets no flag.
    const delivery = assetMessage(ecosystem, {
      kind: AssetMessageKind.hyperbridgeDelivery,
      destinationChainId: destination.configuration.chainId,
      originToken: tokenAddress,
      amount: 400n,
    });
    await destination.settle({ logs: [delivery] });
    const tree = await stop(destination, from.chain.configuration.chainId, []);
    const claim = undeliveredTransfer(from.chain, formed, 1, message, undeliveredProof(tree, from.chain, message));
    await assertReverts(refund(sender, claim, addressOf(0xf5)), "TransitOverdraft");
    assert.deepEqual(await accountsOf(ecosystem, from.chain.configuration.chainId, tokenAddress), [600n, 0n, 0n]);
  });

  test("are paid by the bridge at the state exit's word only", async () => {
    await assertReverts(send(ecosystem.bridge, "payTransit", 270n, tokenAddress, senderAddress, 1n), "OnlyStateExit");
  });
});
