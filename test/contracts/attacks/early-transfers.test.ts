import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, Signer } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { AssetMessageKind, assetId } from "../../../src/protocol/asset-message.ts";
import type { AssetTransfer } from "../../../src/protocol/asset-message.ts";
import { digestToHex } from "../../../src/protocol/digest.ts";
import { keccak } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/protocol/predeploys.ts";
import { accountsOf, assetMessage, depositToken } from "../l1/support/assets.ts";
import { TestChain } from "../l1/support/chain.ts";
import type { FormedBatch } from "../l1/support/chain.ts";
import { addressOf, as, defaultConfiguration, send, view } from "../l1/support/ecosystem.ts";
import type { Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit, deployExitScene, NO_STATE_PROOF, undeliveredProof, undeliveredTransfer } from "../l1/support/exits.ts";

type Message = ReturnType<typeof assetMessage>;

const HEIR = addressOf(0xe1);

/** Transfers to a chain id that no chain has yet: its later creator wants them. */
describe("transfers to a chain that does not exist", () => {
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

  const create = async (chainId = nextChainId++): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
  const transferTo = (destinationChainId: bigint, amount: bigint, overrides: Partial<AssetTransfer> = {}): Message =>
    assetMessage(ecosystem, {
      kind: AssetMessageKind.hyperbridgeSend, destinationChainId, originToken: tokenAddress, amount, sender: senderAddress, ...overrides,
    });
  /** A chain on which 1,000 of the token were deposited, and its executed batch with these messages. */
  async function sourceOf(messages: readonly Message[]): Promise<{ from: TestChain; formed: FormedBatch }> {
    const from = await create();
    const operation = await depositToken(ecosystem, from, tokenAddress, 1_000n);
    const { formed } = await from.settle({ canonicalTxHashes: [operation], logs: [{ type: "priorityOp", success: true }, ...messages] });
    return { from, formed };
  }
  const claimOf = (from: TestChain, formed: FormedBatch, index: number, message: Message) =>
    undeliveredTransfer(from, formed, index, message, NO_STATE_PROOF);
  const refund = (signer: Signer, claim: unknown, recipient = HEIR) => send(as(ecosystem.stateExit, signer), "refundTransfer", claim, recipient);
  const accounts = (chainId: bigint) => accountsOf(ecosystem, chainId, tokenAddress);
  const leftOf = async (from: TestChain, batchNumber: bigint, destination: bigint): Promise<bigint> => {
    const id = assetId(ecosystem.chainId, tokenAddress);
    return (await view<{ amount: bigint }>(ecosystem.bridge, "earlyTransfers", from.configuration.chainId, batchNumber, destination, id)).amount;
  };
  const balanceOf = (account: string): Promise<bigint> => view(token, "balanceOf", account);

  test("are not paid to the chain that takes the id afterwards, and go back to their sender", async () => {
    const chainId = 6_666n;
    const messages = [transferTo(chainId, 300n), transferTo(chainId, 200n, { nonce: 1n })] as const;
    const { from, formed } = await sourceOf(messages);
    assert.deepEqual(await accounts(chainId), [0n, 0n, 0n]);
    assert.equal(await leftOf(from, 0n, chainId), 500n);

    const before = await balanceOf(HEIR);
    await refund(sender, claimOf(from, formed, 1, messages[0]));
    assert.equal((await balanceOf(HEIR)) - before, 300n);

    const thief = await create(chainId);
    assert.equal(await view(ecosystem.factory, "bornAt", chainId), await view(ecosystem.roots, "latestRootIndex"));
    const delivery = assetMessage(ecosystem, { kind: AssetMessageKind.hyperbridgeDelivery, destinationChainId: chainId, originToken: tokenAddress, amount: 200n });
    await assertReverts(thief.settle({ logs: [delivery] }), `TransitOverdraft(6666, ${assetId(ecosystem.chainId, tokenAddress)}, 0, 200)`);

    await refund(sender, claimOf(from, formed, 2, messages[1]));
    assert.equal((await balanceOf(HEIR)) - before, 500n);
    assert.equal(await leftOf(from, 0n, chainId), 0n);
    assert.deepEqual(await accounts(from.configuration.chainId), [500n, 0n, 0n]);
    for (const [i, message] of messages.entries()) {
      await assertReverts(refund(sender, claimOf(from, formed, i + 1, message)), "TransferAlreadyRefunded");
    }
  });

  test("are refunded to nobody else, out of no other batch's money, and not before their batch is executed", async () => {
    const chainId = 6_667n;
    const early = transferTo(chainId, 100n);
    const returned = transferTo(chainId, 50n, { sender: PREDEPLOYS.InteropHandler, recipient: senderAddress });
    const { from, formed } = await sourceOf([early, returned]);
    await assertReverts(refund(ecosystem.accounts[4]!, claimOf(from, formed, 1, early)), "NotTheOwner");
    await assertReverts(refund(sender, { ...claimOf(from, formed, 1, early), messageIndex: 2 }), "MessageNotIncluded");
    await assertReverts(refund(sender, { ...claimOf(from, formed, 1, early), batchNumber: 1n }), "MessageNotIncluded");

    // The same chain sends again when the id is taken: that is on its way there, and waits for the chain to take it.
    const destination = await create(chainId);
    const later = transferTo(chainId, 25n, { nonce: 7n });
    const { formed: second } = await from.settle({ logs: [later] });
    assert.deepEqual([await accounts(chainId), await leftOf(from, 1n, chainId)], [[0n, 0n, 25n], 0n]);
    await assertReverts(refund(sender, claimOf(from, second, 0, later)), "ChainNotExited()");

    const before = await balanceOf(HEIR);
    const tree = StateTree.genesis([], { compressor: referenceCompressor });
    await destination.settle({ newStateRoot: digestToHex(tree.root) });
    await destination.request();
    await activateExit(ecosystem, destination);
    await refund(sender, claimOf(from, formed, 2, returned));
    // A proof about the stopped chain's state changes nothing: what was sent before it existed is never paid from its transit.
    await refund(sender, undeliveredTransfer(from, formed, 1, early, undeliveredProof(tree, from, early)));
    assert.deepEqual([await accounts(chainId), await leftOf(from, 0n, chainId)], [[0n, 0n, 25n], 0n]);
    await refund(sender, undeliveredTransfer(from, second, 0, later, undeliveredProof(tree, from, later)));
    assert.deepEqual(await accounts(chainId), [0n, 0n, 0n]);
    assert.equal((await balanceOf(HEIR)) - before, 175n);
  });

  test("to an id that never can be a chain's are refunded too", async () => {
    const ids = [0n, ecosystem.chainId, (1n << 256n) - 1n];
    const messages = ids.map((id, i) => transferTo(id, 10n, { nonce: BigInt(i) }));
    const { from, formed } = await sourceOf(messages);
    const before = await balanceOf(HEIR);
    for (const [i, message] of messages.entries()) await refund(sender, claimOf(from, formed, i + 1, message));
    assert.equal((await balanceOf(HEIR)) - before, 30n);
    assert.equal(await view(ecosystem.stateExit, "isTransferRefunded", from.configuration.chainId, keccak(messages[0]!.body)), true);
  });

  test("of which a lying source sends one message twice are refunded once, out of that source's money", async () => {
    const chainId = 6_668n;
    const message = transferTo(chainId, 40n);
    const { from, formed } = await sourceOf([message, message]);
    assert.equal(await leftOf(from, 0n, chainId), 80n);
    await refund(sender, claimOf(from, formed, 1, message));
    await assertReverts(refund(sender, claimOf(from, formed, 2, message)), "TransferAlreadyRefunded");
    assert.deepEqual([await accounts(from.configuration.chainId), await leftOf(from, 0n, chainId)], [[920n, 0n, 0n], 40n]);
  });

  test("are paid by the bridge at the state exit's word only", async () => {
    await assertReverts(send(ecosystem.bridge, "payEarly", 270n, 0n, 1n, tokenAddress, senderAddress, 1n), "OnlyStateExit");
  });
});
