import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { registryInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { accountsOf, assetMessage, depositToken } from "../l1/support/assets.ts";
import { TestChain, type BatchContent, type FormedBatch } from "../l1/support/chain.ts";
import { as, defaultConfiguration, hexAddress, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { deployExitScene } from "../l1/support/exits.ts";

const NO_ROOT = wordToHex(0n);
/** Chain id that is taken after a transfer was sent to it. */
const LATER = 6_666n;
/** Upper bound of L1's gas for a fact that a batch imports. */
const FACT_GAS = 25_000n;
const IMPOSTOR: Hex = `0x${"1a".repeat(20)}`;

/** Code that returns one word: PUSH32 word, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const returning = (word: Hex): Hex => `0x7f${word.slice(2)}5f5260205ff3`;

/** L1 checks each fact about another chain's batch when it executes the batch that imported the fact. */
describe("facts about batches", () => {
  let ecosystem: Ecosystem;
  let tokenAddress: Hex;
  let sender: Hex;
  let nextChainId = 270n;
  before(async () => {
    ({ ecosystem, tokenAddress, holderAddress: sender } = await deployExitScene());
  });
  after(() => ecosystem.l1.close());

  const create = async (chainId = nextChainId++): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
  const idOf = ({ configuration }: TestChain): bigint => configuration.chainId;
  const messageOf = (kind: AssetMessageKind, destinationChainId: bigint, amount: bigint) =>
    assetMessage(ecosystem, { kind, destinationChainId, originToken: tokenAddress, amount, sender });
  const transfer = (to: bigint, amount: bigint) => messageOf(AssetMessageKind.hyperbridgeSend, to, amount);
  const delivery = (to: bigint, amount: bigint) => messageOf(AssetMessageKind.hyperbridgeDelivery, to, amount);
  const transitTo = async (chainId: bigint): Promise<bigint> => (await accountsOf(ecosystem, chainId, tokenAddress))[2];
  /** Content of a chain's first batch, which deposits 1,000 of the token and sends a part. */
  async function sending(chain: TestChain, to: bigint, amount: bigint): Promise<BatchContent> {
    const operation = await depositToken(ecosystem, chain, tokenAddress, 1_000n);
    return { canonicalTxHashes: [operation], logs: [{ type: "priorityOp", success: true }, transfer(to, amount)] };
  }
  const factOf = (chain: TestChain, { expected }: FormedBatch) => ({
    registryIndex: factIndex(idOf(chain), expected.batchNumber),
    root: expected.l2LogsTreeRoot,
  });
  /** Value that the registry shows to this account or contract. */
  async function rootAt(from: string, index: bigint): Promise<Hex> {
    const data = registryInterface.encodeFunctionData("rootAt", [index]);
    return (await ecosystem.l1.ethers.provider.call({ from, to: await hexAddress(ecosystem.roots), data })) as Hex;
  }

  test("a fact is executed after the batch that it describes, and not before", async () => {
    const [source, importer] = [await create(), await create()];
    const content = await sending(source, idOf(importer), 300n);
    const formed = await source.form(content);
    const { stored } = await source.commit(formed);
    await source.prove(stored);
    const fact = factOf(source, formed);
    const own = await importer.form({ importedRoots: [fact], logs: [delivery(idOf(importer), 300n)] });
    const { stored: ownStored } = await importer.commit(own);
    await importer.prove(ownStored);
    assert.equal(await rootAt(importer.address, fact.registryIndex), NO_ROOT);
    const early = `ImportedRootUnknown(${fact.registryIndex}, ${NO_ROOT}, ${fact.root})`;
    await assertReverts(importer.execute(ownStored, own), early);
    await source.execute(stored, formed);
    assert.equal(await rootAt(importer.address, fact.registryIndex), fact.root);
    assert.equal(await transitTo(idOf(importer)), 300n);
    await importer.execute(ownStored, own);
    assert.equal(await transitTo(idOf(importer)), 0n);
  });

  test("forged fact: another log root, batch or chain is not executed", async () => {
    const [source, importer] = [await create(), await create()];
    const { formed } = await source.settle({ logs: [transfer(9_999n, 0n)] });
    const { registryIndex, root } = factOf(source, formed);
    const forge = async (index: bigint, forgedRoot: Hex): Promise<void> => {
      const own = await importer.form({ importedRoots: [{ registryIndex: index, root: forgedRoot }] });
      const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
      const [last, count] = [importer.last, importer.batchCount];
      const { stored } = await importer.commit(own);
      await importer.prove(stored);
      await assertReverts(importer.execute(stored, own), "ImportedRootUnknown");
      await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
      [importer.last, importer.batchCount] = [last, count];
    };
    await forge(registryIndex, wordToHex(1n));
    await forge(factIndex(idOf(source), 1n), root);
    await forge(factIndex(123_456n, 0n), root);
  });

  test("refused transfer claimed by a fact: its receiver's chain sees no fact, and the transfers of others stay theirs", async () => {
    const [thief, honest] = [await create(), await create()];
    const early = await thief.settle(await sending(thief, LATER, 300n));
    assert.equal(await view(ecosystem.bridge, "isRefused", idOf(thief), 0n, LATER), true);
    const target = await create(LATER);
    await ecosystem.increaseTime(100n);
    const paid = await honest.settle(await sending(honest, LATER, 300n));
    assert.equal(await transitTo(LATER), 300n);
    const fact = factOf(thief, early.formed);
    assert.equal(await rootAt(target.address, fact.registryIndex), NO_ROOT);
    assert.equal(await rootAt(honest.address, fact.registryIndex), fact.root, "nothing was refused to another chain");
    assert.equal(await rootAt(ecosystem.accounts[9]!.address, fact.registryIndex), fact.root, "an account receives nothing");
    const snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    const [last, count] = [target.last, target.batchCount];
    await assertReverts(target.settle({ importedRoots: [fact], logs: [delivery(LATER, 300n)] }), "ImportedRootUnknown");
    assert.equal(await transitTo(LATER), 300n);
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    [target.last, target.batchCount] = [last, count];
    await target.settle({ importedRoots: [factOf(honest, paid.formed)], logs: [delivery(LATER, 300n)] });
    assert.equal(await transitTo(LATER), 0n);
  });

  test("a contract that is not a chain, or claims to be one, sees no fact", async () => {
    const source = await create();
    const { formed } = await source.settle({ logs: [transfer(9_999n, 0n)] });
    const { registryIndex, root } = factOf(source, formed);
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [IMPOSTOR, returning(wordToHex(idOf(source)))]);
    for (const contract of [await hexAddress(ecosystem.bridge), await hexAddress(ecosystem.factory), IMPOSTOR])
      assert.equal(await rootAt(contract, registryIndex), NO_ROOT);
    assert.equal(await rootAt(source.address, registryIndex), root);
  });

  test("sixteen facts of four sources: each costs L1's execution less than 25,000 gas", async () => {
    const importer = await create();
    const facts: { readonly registryIndex: bigint; readonly root: Hex }[] = [];
    for (let i = 0; i < 4; i++) {
      const source = await create();
      for (let batch = 0; batch < 4; batch++) {
        const { formed } = await source.settle({ logs: [transfer(9_999n, 0n)] });
        facts.push(factOf(source, formed));
      }
    }
    await importer.settle();
    const { gasUsed: none } = (await importer.settle()).receipt;
    const { gasUsed: one } = (await importer.settle({ importedRoots: facts.slice(0, 1) })).receipt;
    const { gasUsed: all } = (await importer.settle({ importedRoots: facts.slice(1) })).receipt;
    assert.ok(one - none < FACT_GAS && all - none < 15n * FACT_GAS, `${one - none}, ${all - none}`);
  });

  /** Reverts batches on L1 by the chain's quorum. `last`: record of the batch before. */
  async function revert(chain: TestChain, firstNumber: bigint, last: TestChain["last"]): Promise<void> {
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(firstNumber)));
    [chain.last, chain.batchCount] = [last, firstNumber];
  }

  test("executed before the revert: a source cannot revert an executed batch, and the importer's batch counts", async () => {
    const [source, importer] = [await create(), await create()];
    const before = source.last;
    const { stored, formed } = await source.settle(await sending(source, idOf(importer), 300n));
    const own = await importer.form({ importedRoots: [factOf(source, formed)], logs: [delivery(idOf(importer), 300n)] });
    const { stored: ownStored } = await importer.commit(own);
    await importer.prove(ownStored);
    await assertReverts(revert(source, stored.batchNumber, before), "RevertOfExecuted(1, 0)");
    await importer.execute(ownStored, own);
    assert.equal(await transitTo(idOf(importer)), 0n);
  });

  test("reverted proven batch and two importers: neither batch is executed, and both count again without the fact", async () => {
    const [source, ...importers] = [await create(), await create(), await create()] as const;
    const before = source.last;
    const content = await sending(source, idOf(importers[0]), 300n);
    const formed = await source.form(content);
    const { stored } = await source.commit(formed);
    await source.prove(stored);
    const fact = factOf(source, formed);
    const imports: (() => Promise<void>)[] = [];
    for (const importer of importers) {
      const genesis = importer.last;
      const own = await importer.form({ importedRoots: [fact], logs: [delivery(idOf(importer), 300n)] });
      const { stored: ownStored } = await importer.commit(own);
      await importer.prove(ownStored);
      imports.push(async () => {
        await assertReverts(importer.execute(ownStored, own), "ImportedRootUnknown");
        await revert(importer, 0n, genesis);
        await importer.settle();
      });
    }
    await revert(source, 0n, before);
    // The deposit stays in the queue, so the chain takes it in another batch.
    await source.settle({ ...content, logs: [{ type: "priorityOp", success: true }, transfer(idOf(importers[0]), 299n)] });
    for (const rebuild of imports) await rebuild();
    assert.equal(await transitTo(idOf(importers[0])), 299n, "by the source's other batch");
  });

  test("facts both ways, in order: an answer's batch is executed after the question's, and the first chain's next batch after both", async () => {
    const [one, two] = [await create(), await create()];
    const asked = await one.form({ logs: [transfer(9_999n, 0n)] });
    const { stored: askedStored } = await one.commit(asked);
    const answered = await two.form({ importedRoots: [factOf(one, asked)], logs: [transfer(9_998n, 0n)] });
    const { stored: answeredStored } = await two.commit(answered);
    const read = await one.form({ importedRoots: [factOf(two, answered)] });
    const { stored: readStored } = await one.commit(read);
    for (const [chain, stored] of [
      [one, askedStored],
      [one, readStored],
      [two, answeredStored],
    ] as const)
      await chain.prove(stored);
    await assertReverts(two.execute(answeredStored, answered), "ImportedRootUnknown");
    await one.execute(askedStored, asked);
    await assertReverts(one.execute(readStored, read), "ImportedRootUnknown");
    await two.execute(answeredStored, answered);
    await one.execute(readStored, read);
    assert.equal(await view(one.contract, "getTotalBatchesExecuted"), 2n);
  });

  test("second name of a fact: an index with other bits is unknown", async () => {
    const [source, importer] = [await create(), await create()];
    const { formed } = await source.settle({ logs: [transfer(9_999n, 0n)] });
    const { registryIndex, root } = factOf(source, formed);
    for (const bit of [128n, 200n, 253n]) {
      const index = registryIndex | (1n << bit);
      await assert.rejects(rootAt(importer.address, index), /RootIndexUnknown/);
    }
    await assert.rejects(rootAt(importer.address, registryIndex | (1n << 254n)), /NotLinked/, "the index of a link");
    const named = { registryIndex: registryIndex | (1n << 200n), root };
    await assertReverts(importer.settle({ importedRoots: [named] }), "RootIndexUnknown");
  });

  test("fact through the queue: the bridge sends neither facts nor links", async () => {
    const source = await create();
    const { formed } = await source.settle({ logs: [transfer(9_999n, 0n)] });
    const byStranger: BaseContract = as(ecosystem.bridge, ecosystem.accounts[9]!);
    for (const index of [factOf(source, formed).registryIndex, (3n << 254n) | 1n])
      await assertReverts(send(byStranger, "sendRoot", idOf(source), index), `NotARoot(${index})`);
    const unproven = 1n << 254n;
    await assertReverts(send(byStranger, "sendRoot", idOf(source), unproven), `NotARoot(${unproven})`);
  });
});
