import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, ContractTransactionReceipt, Signer } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { AssetMessageKind, assetId, type AssetTransfer } from "../../../src/ground/protocol/asset-message.ts";
import { hashRefusedDestinations } from "../../../src/ground/protocol/batch-record.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { registryInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { accountsOf, assetMessage, depositToken, ZERO_ADDRESS } from "../l1/support/assets.ts";
import { TestChain } from "../l1/support/chain.ts";
import { addressOf, as, defaultConfiguration, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit, deliveredMarks, deployExitScene, undeliveredProof, undeliveredTransfer } from "../l1/support/exits.ts";

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
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId,
      originToken: tokenAddress,
      amount,
      sender: senderAddress,
      ...overrides,
    });
  /** A chain on which 1,000 of the token were deposited, and its executed batch with these messages. */
  async function sourceOf(messages: readonly Message[]) {
    const from = await create();
    const operation = await depositToken(ecosystem, from, tokenAddress, 1_000n);
    const { formed, receipt } = await from.settle({
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }, ...messages],
    });
    return { from, formed, receipt };
  }
  const balanceOf = (account: string): Promise<bigint> => view(token, "balanceOf", account);
  const accounts = (chainId: bigint) => accountsOf(ecosystem, chainId, tokenAddress);
  const isRefused = (from: TestChain, batchNumber: bigint, destination: bigint): Promise<boolean> =>
    view(ecosystem.bridge, "isRefused", from.configuration.chainId, batchNumber, destination);
  const delivery = (chainId: bigint, amount: bigint): Message =>
    assetMessage(ecosystem, {
      kind: AssetMessageKind.hyperbridgeDelivery,
      destinationChainId: chainId,
      originToken: tokenAddress,
      amount,
    });
  /** Stops a chain with this last state. */
  async function stop(chain: TestChain, tree: StateTree): Promise<void> {
    await chain.settle({ newStateRoot: digestToHex(tree.root) });
    await chain.request();
    await activateExit(ecosystem, chain);
  }
  const treeOf = (from: TestChain, refunded: readonly Message[]): StateTree =>
    StateTree.genesis(deliveredMarks(from.configuration.chainId, refunded), { compressor: referenceCompressor });
  const refund = (signer: Signer, claim: unknown) => send(as(ecosystem.stateExit, signer), "refundTransfer", claim, HEIR);

  test("stay in the balance of the chain that sent them, and are not paid to the chain that takes the id afterwards", async () => {
    const chainId = 6_666n;
    const messages = [transferTo(chainId, 300n), transferTo(chainId, 200n, { nonce: 1n })] as const;
    const { from, receipt } = await sourceOf(messages);
    assert.deepEqual(await accounts(chainId), [0n, 0n, 0n]);
    assert.deepEqual(await accounts(from.configuration.chainId), [1_000n, 0n, 0n]);
    assert.equal(await isRefused(from, 0n, chainId), true);
    assert.equal(recordIn(receipt).refused, hashRefusedDestinations([chainId]));
    assert.deepEqual(refusedIn(from, receipt), [0n, [chainId]]);

    const thief = await create(chainId);
    assert.equal(await view(ecosystem.factory, "bornAt", chainId), (await ecosystem.latestTimestamp()) - 1n);
    const overdraft = `TransitOverdraft(6666, ${assetId(ecosystem.chainId, tokenAddress)}, 0, 200)`;
    await assertReverts(thief.settle({ logs: [delivery(chainId, 200n)] }), overdraft);
  });

  test("are not paid to a chain that is created between their sending and their batch's execution, or within the batch's time", async () => {
    for (const [chainId, isWithin] of [
      [6_669n, false],
      [6_670n, true],
    ] as const) {
      const from = await create();
      const operation = await depositToken(ecosystem, from, tokenAddress, 1_000n);
      const content = {
        canonicalTxHashes: [operation],
        logs: [{ type: "priorityOp", success: true } as const, transferTo(chainId, 300n)],
      };
      const firstTimestamp = await ecosystem.latestTimestamp();
      // Its creator has seen the transfer: in the open batch, or in the one that is committed.
      const formed = isWithin ? undefined : await from.form(content);
      const committed = formed === undefined ? undefined : await from.commit(formed);
      const thief = await create(chainId);
      const batch = formed ?? (await from.form({ ...content, firstTimestamp }));
      const { stored } = committed ?? (await from.commit(batch));
      assert.equal(stored.lastTimestamp >= (await view<bigint>(ecosystem.factory, "bornAt", chainId)), isWithin);
      await from.prove(stored);
      await from.execute(stored, batch);
      assert.deepEqual([await accounts(chainId), await isRefused(from, 0n, chainId)], [[0n, 0n, 0n], true]);
      await assertReverts(thief.settle({ logs: [delivery(chainId, 300n)] }), "TransitOverdraft");
    }
  });

  test("are paid to a chain that existed before the first block of their batch, and to none that was created in its second", async () => {
    const destination = await create();
    const { chainId } = destination.configuration;
    const bornAt = await view<bigint>(ecosystem.factory, "bornAt", chainId);
    for (const [firstTimestamp, inTransit] of [
      [bornAt, 0n],
      [bornAt + 1n, 70n],
    ] as const) {
      const from = await create();
      const operation = await depositToken(ecosystem, from, tokenAddress, 1_000n);
      const logs = [{ type: "priorityOp", success: true } as const, transferTo(chainId, 70n)];
      await from.settle({ canonicalTxHashes: [operation], logs, firstTimestamp });
      assert.deepEqual([await accounts(chainId), await isRefused(from, 0n, chainId)], [[0n, 0n, inTransit], inTransit === 0n]);
      assert.deepEqual(await accounts(from.configuration.chainId), [1_000n - inTransit, 0n, 0n]);
    }
  });

  test("are listed by id, each once, in the order in which they appear, including ids that can never be a chain's", async () => {
    const known = (await create()).configuration.chainId;
    const ids = [(1n << 256n) - 1n, 0n, ecosystem.chainId];
    const messages = [...ids, known, ...ids].map((id, i) => transferTo(id, 10n, { nonce: BigInt(i) }));
    const ether = ids.map((id) => transferTo(id, 10n, { originToken: ZERO_ADDRESS as Hex }));
    const own = transferTo(5_555n, 10n, { originChainId: nextChainId, originToken: addressOf(0x77) });
    const { from, receipt } = await sourceOf([...messages, ...ether, own]);
    assert.deepEqual(refusedIn(from, receipt), [0n, [...ids, 5_555n]]);
    assert.equal(recordIn(receipt).refused, hashRefusedDestinations([...ids, 5_555n]));
    assert.deepEqual(await accounts(from.configuration.chainId), [990n, 0n, 0n]);
    const { receipt: silent } = await from.settle({ logs: [transferTo(known, 5n, { nonce: 99n })] });
    assert.deepEqual([refusedIn(from, silent), recordIn(silent).refused], [undefined, hashRefusedDestinations([])]);
  });

  test("are refunded on L1 to their sender alone, once, after the sending chain has stopped without a refund", async () => {
    const chainId = 6_667n;
    const returned = transferTo(chainId, 50n, { sender: PREDEPLOYS.InteropHandler, recipient: senderAddress });
    const messages = [transferTo(chainId, 100n), transferTo(chainId, 70n, { nonce: 1n }), returned] as const;
    const { from, formed } = await sourceOf(messages);
    // The second was refunded on the chain before it stopped.
    const tree = treeOf(from, [messages[1]]);
    const claim = (i: 0 | 2) => undeliveredTransfer(from, formed, i + 1, messages[i], undeliveredProof(tree, from, messages[i]));
    await assertReverts(refund(sender, claim(0)), "ChainNotExited()");
    await stop(from, tree);
    await assertReverts(refund(ecosystem.accounts[4]!, claim(0)), "NotTheOwner");
    await assertReverts(refund(sender, { ...claim(0), messageIndex: 2 }), "MessageNotIncluded");
    await assertReverts(refund(sender, { ...claim(0), batchNumber: 1n }), "MessageNotIncluded");

    const before = await balanceOf(HEIR);
    await refund(sender, claim(0));
    await refund(sender, claim(2));
    assert.equal((await balanceOf(HEIR)) - before, 150n);
    assert.deepEqual(await accounts(from.configuration.chainId), [850n, 0n, 0n]);
    assert.equal(
      await view(ecosystem.stateExit, "isTransferRefunded", from.configuration.chainId, keccak(messages[0].body)),
      true,
    );
    await assertReverts(refund(sender, claim(0)), "TransferAlreadyRefunded");
  });

  test("double refund: are not refunded on L1 if the chain has refunded them before it stopped", async () => {
    const message = transferTo(6_672n, 100n);
    const { from, formed } = await sourceOf([message]);
    const tree = treeOf(from, [message]);
    await stop(from, tree);
    // A gap that holds the flag cannot be shown; another state's can.
    const elsewhere = treeOf(from, []);
    const forged = undeliveredTransfer(from, formed, 1, message, undeliveredProof(elsewhere, from, message));
    await assertReverts(refund(sender, forged), "StateRootMismatch");
    const neighbour = transferTo(6_672n, 100n, { nonce: 9n });
    const other = undeliveredTransfer(from, formed, 1, message, undeliveredProof(tree, from, neighbour));
    await assert.rejects(refund(sender, other));
    assert.deepEqual(await accounts(from.configuration.chainId), [1_000n, 0n, 0n]);
  });

  test("refund then delivery: are not refunded as undelivered transfers of a stopped destination while their source runs", async () => {
    const chainId = 6_673n;
    const early = transferTo(chainId, 100n);
    const { from, formed } = await sourceOf([early]);
    const destination = await create(chainId);
    const later = transferTo(chainId, 25n, { nonce: 7n });
    const { formed: second } = await from.settle({ logs: [later] });
    assert.deepEqual([await accounts(chainId), await isRefused(from, 1n, chainId)], [[0n, 0n, 25n], false]);
    const tree = treeOf(from, []);
    await stop(destination, tree);
    await assertReverts(
      refund(sender, undeliveredTransfer(from, formed, 1, early, undeliveredProof(tree, from, early))),
      "ChainNotExited()",
    );
    await refund(sender, undeliveredTransfer(from, second, 0, later, undeliveredProof(tree, from, later)));
    assert.deepEqual(await accounts(chainId), [0n, 0n, 0n]);
    assert.deepEqual(await accounts(from.configuration.chainId), [975n, 0n, 0n]);
  });

  test("of which a lying source sends one message twice, refused and accepted, are paid on L1 once", async () => {
    const chainId = 6_668n;
    const message = transferTo(chainId, 40n);
    const { from, formed } = await sourceOf([message]);
    const destination = await create(chainId);
    const { formed: again } = await from.settle({ logs: [message] });
    const tree = treeOf(from, []);
    await stop(destination, tree);
    await stop(from, tree);
    const proof = undeliveredProof(tree, from, message);
    await refund(sender, undeliveredTransfer(from, again, 0, message, proof));
    await assertReverts(refund(sender, undeliveredTransfer(from, formed, 1, message, proof)), "TransferAlreadyRefunded");
    assert.deepEqual(
      [await accounts(from.configuration.chainId), await accounts(chainId)],
      [
        [960n, 0n, 0n],
        [0n, 0n, 0n],
      ],
    );
  });
});

/** Record in the registry of the batch that a transaction executed. */
function recordIn(receipt: ContractTransactionReceipt): { readonly refused: Hex } {
  const events = receipt.logs.map((log) => registryInterface.parseLog(log));
  return events.find((event) => event?.name === "TransactionRootUpdated")!.args["record"] as { readonly refused: Hex };
}

/** The batch, and the ids that its execution refused. */
function refusedIn(chain: TestChain, receipt: ContractTransactionReceipt): readonly [bigint, readonly bigint[]] | undefined {
  const events = receipt.logs.map((log) => chain.contract.interface.parseLog(log));
  const args = events.find((event) => event?.name === "TransfersRefused")?.args;
  return args === undefined ? undefined : [args["batchNumber"] as bigint, [...(args["destinationChainIds"] as Iterable<bigint>)]];
}
