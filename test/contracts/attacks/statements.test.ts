import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, keccak256, ZeroAddress, type BaseContract, type ContractTransactionReceipt } from "ethers";
import hre from "hardhat";
import type { AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { statementImport } from "../../../src/ground/protocol/carried-statement.ts";
import { idOnChain } from "../../../src/ground/protocol/chain-ancestry.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { addExecutionVersion, DIGEST, EXECUTION_KEY, itemOf, type Aggregator } from "../l1/support/aggregates.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  digestOf,
  eventsOf,
  furtherVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  hexAddress,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { FREEZE_SECONDS } from "../l1/support/freezes.ts";

const NOTHING = wordToHex(0n);
const NO_DIGEST = wordToHex(0n);
const VERSION = provenVersion(2);
/** Chain on L1 on which the chain of the statements settles. */
const BASE = 271n;
const ON_BASE = idOnChain(BASE, 1n);
const BOOTLOADER = "0x0000000000000000000000000000000000008001";

/** A batch of the chain on the base, as an aggregate has it. */
function itemOn(number: bigint, version: bigint, chainId = ON_BASE): AggregatedBatch {
  const batch = {
    ...genesisStoredBatch(version, digestOf(3), 0n),
    batchNumber: number,
    commitment: wordToHex(100n + number),
    outputsHash: wordToHex(200n + number),
  };
  return { chainId, batch };
}

/** L1 records statements about batches of chains on chains, and executes a base's batch only with recorded ones. */
describe("statements on L1", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let base: TestChain;
  before(async () => {
    const l1 = await startLocalL1();
    const [, , , , , council] = await l1.ethers.getSigners();
    const freezes = { council: council!.address, freezeTime: FREEZE_SECONDS, freezeCycle: 1_700n };
    ecosystem = await deployEcosystem(0n, async () => l1, 0n, freezes);
    aggregator = await addExecutionVersion(ecosystem, VERSION);
    const configuration = { ...(await defaultConfiguration(ecosystem, BASE)), protocolVersion: VERSION };
    base = await TestChain.create(ecosystem, configuration);
  });
  after(() => ecosystem.l1.close());

  const recordedAt = (index: bigint): Promise<Hex> => view<Hex>(ecosystem.roots, "rootAt", index);
  const recordedIn = (receipt: ContractTransactionReceipt): unknown[] =>
    eventsOf(ecosystem.roots, receipt, "StatementRecorded").map(({ args }) => [...(args as unknown as unknown[])]);

  test("a proof of a base's batch and of batches on the base records these, and the base is executed with them", async () => {
    const [first, second] = [itemOn(0n, VERSION), itemOn(1n, VERSION)];
    const imports = [statementImport(first), statementImport(second)];
    const formed = await base.form({ importedRoots: imports });
    const { stored } = await base.commit(formed);
    const receipt = await aggregator.prove([first, second, itemOf(base, stored)]);
    assert.deepEqual(
      recordedIn(receipt),
      imports.map(({ registryIndex, root }) => [registryIndex, root]),
    );
    assert.deepEqual(aggregator.skipped(receipt), []);
    for (const { registryIndex, root } of imports) assert.equal(await recordedAt(registryIndex), root);
    await base.execute(stored, formed);
    assert.equal(await view<bigint>(base.contract, "getTotalBatchesExecuted"), 1n);
  });

  test("forged by the base's sequencer: L1 does not execute the base's batch before the statement is proven", async () => {
    const item = itemOn(7n, VERSION);
    const imported = statementImport(item);
    const formed = await base.form({ importedRoots: [imported] });
    const { stored } = await base.commit(formed);
    await aggregator.prove([itemOf(base, stored)]);
    const refusal = `ImportedRootUnknown(${imported.registryIndex}, ${NOTHING}, ${imported.root})`;
    await assertReverts(base.execute(stored, formed), refusal);
    await aggregator.prove([item]);
    await base.execute(stored, formed);
  });

  test("statement under another value: the index of a statement has no other word", async () => {
    const item = itemOn(8n, VERSION);
    await aggregator.prove([item]);
    const { registryIndex, root } = statementImport(item);
    const formed = await base.form({ importedRoots: [{ registryIndex, root: wordToHex(1n) }] });
    const genesis = base.last;
    const { stored } = await base.commit(formed);
    await aggregator.prove([itemOf(base, stored)]);
    const refusal = `ImportedRootUnknown(${registryIndex}, ${root}, ${wordToHex(1n)})`;
    await assertReverts(base.execute(stored, formed), refusal);
    await send(base.contract, "revertBatches", ...(await base.signRevert(stored.batchNumber)));
    [base.last, base.batchCount] = [genesis, stored.batchNumber];
  });

  test("recorded twice: nothing changes, and no event repeats it", async () => {
    const item = itemOn(2n, VERSION);
    assert.equal(recordedIn(await aggregator.prove([item])).length, 1);
    const again = await aggregator.prove([item]);
    assert.deepEqual([recordedIn(again), aggregator.skipped(again)], [[], []]);
  });

  test("a recorded statement is sent through the queue of a base that imports nothing, and no other one", async () => {
    const item = itemOn(6n, VERSION);
    const { registryIndex } = statementImport(item);
    const byStranger = as(ecosystem.bridge, ecosystem.accounts[7]!);
    await assertReverts(send(byStranger, "sendRoot", BASE, registryIndex), `NotARoot(${registryIndex})`);
    await aggregator.prove([item]);
    await send(byStranger, "sendRoot", BASE, registryIndex);
    assert.equal(await view<bigint>(base.contract, "getTotalPriorityTxs"), 1n);
  });

  test("a stranger, and the aggregator of another version, record nothing", async () => {
    const other = await addExecutionVersion(ecosystem, provenVersion(3));
    const stranger = ecosystem.accounts[7]!;
    const expected = await hexAddress(aggregator.contract);
    const byStranger = send(as(ecosystem.roots, stranger), "recordStatement", VERSION, wordToHex(1n));
    await assertReverts(byStranger, `NotTheAggregator(${VERSION}, ${expected}, ${stranger.address.toLowerCase()})`);
    await assertReverts(send(ecosystem.roots, "recordStatement", furtherVersion(9), wordToHex(1n)), "UnknownProtocolVersion");
    // A contract that a stranger deploys for the version, with a verifier that accepts everything.
    const verifier = await ecosystem.l1.deploy("AggregateVerifierDouble");
    const args = [await ecosystem.factory.getAddress(), await verifier.getAddress(), VERSION] as const;
    const forger = await ecosystem.l1.deploy("ProofAggregator", ...args);
    const forged = itemOn(9n, VERSION);
    const proven = send(forger, "proveBatches", [forged], DIGEST, proofOfAggregate([forged], DIGEST));
    await assertReverts(proven, `NotTheAggregator(${VERSION}, ${expected}, ${await hexAddress(forger)})`);
    // The true aggregator of another version refuses the batch, and its statement has another index.
    await assertReverts(other.prove([forged]), `VersionMismatch(${other.version}, ${VERSION})`);
    await other.prove([itemOn(9n, other.version)]);
    assert.equal(await recordedAt(statementImport(forged).registryIndex), NOTHING);
  });

  test("a proof of other batches records nothing", async () => {
    const [proven, shown] = [itemOn(3n, VERSION), itemOn(4n, VERSION)];
    const call = send(aggregator.contract, "proveBatches", [shown], DIGEST, proofOfAggregate([proven], DIGEST));
    await assertReverts(call, "WrongProof");
    assert.equal(await recordedAt(statementImport(shown).registryIndex), NOTHING);
  });

  test("an id of L1 without a chain makes no statement, and neither does one of more than 52 bits", async () => {
    for (const chainId of [999n, 1n << 52n, (1n << 64n) + ON_BASE])
      await assertReverts(aggregator.prove([itemOn(0n, VERSION, chainId)]), `UnknownChain(${chainId})`);
  });

  test("frozen version: no statement is recorded, and the others of the aggregate wait as well", async () => {
    const item = itemOn(5n, VERSION);
    await send(as(ecosystem.verifiers, ecosystem.accounts[5]!), "freeze", [VERSION], FREEZE_SECONDS);
    const frozen = await aggregator.prove([item]);
    assert.deepEqual([recordedIn(frozen), aggregator.skipped(frozen)], [[], [[ON_BASE, 5n]]]);
    assert.equal(await recordedAt(statementImport(item).registryIndex), NOTHING);
    await ecosystem.increaseTime(FREEZE_SECONDS);
    await aggregator.prove([item]);
    assert.equal(await recordedAt(statementImport(item).registryIndex), statementImport(item).root);
  });

  test("halted version: statements that were recorded before it are worth nothing, for chains of every version", async () => {
    const healthy = await addExecutionVersion(ecosystem, provenVersion(5));
    const configuration = { ...(await defaultConfiguration(ecosystem, 272n)), protocolVersion: healthy.version };
    const other = await TestChain.create(ecosystem, configuration);
    const item = itemOn(0n, VERSION, idOnChain(272n, 1n));
    const imported = statementImport(item);
    const genesis = other.last;
    await aggregator.prove([item]);
    const formed = await other.form({ importedRoots: [imported] });
    const { stored } = await other.commit(formed);
    await healthy.prove([itemOf(other, stored)]);
    await ecosystem.increaseTime(1_700n);

    const council = as(ecosystem.verifiers, ecosystem.accounts[5]!);
    await send(council, "freeze", [VERSION], FREEZE_SECONDS);
    const refusal = `ImportedRootUnknown(${imported.registryIndex}, ${NOTHING}, ${imported.root})`;
    await assertReverts(other.execute(stored, formed), refusal);
    await send(council, "unfreeze", VERSION);
    assert.equal(await recordedAt(imported.registryIndex), imported.root);
    await ecosystem.increaseTime(1_750n);

    await send(council, "freeze", [VERSION], FREEZE_SECONDS);
    await send(council, "approveHalt", VERSION, 0n);
    await send(ecosystem.verifiers, "halt", VERSION, 0n);
    await ecosystem.increaseTime(FREEZE_SECONDS);
    assert.equal(await recordedAt(imported.registryIndex), NOTHING);
    await assertReverts(other.execute(stored, formed), refusal);
    await assertReverts(send(ecosystem.bridge, "sendRoot", 272n, imported.registryIndex), `NotARoot(${imported.registryIndex})`);
    // Without the statement the chain continues.
    await send(other.contract, "revertBatches", ...(await other.signRevert(0n)));
    [other.last, other.batchCount] = [genesis, 0n];
    const without = await other.form();
    const { stored: next } = await other.commit(without);
    await healthy.prove([itemOf(other, next)]);
    await other.execute(next, without);
  });

  test("index of another kind: no path of the registry leads to a statement, and no fact has its index", async () => {
    const { registryIndex, root } = statementImport(itemOn(5n, VERSION));
    const siblings = Array.from({ length: 32 }, () => NOTHING);
    const record = [0n, NOTHING, NOTHING, NOTHING, 0n, 0n, 0n, 0n, 0n];
    const latest = await view<bigint>(ecosystem.roots, "latestRootIndex");
    const { inputs } = ecosystem.roots.interface.getFunction("isIncluded")!;
    assert.equal(inputs.length, 7);
    const fields = inputs[5]!.components!.map(({ type }, i) => (type === "bytes32" ? NOTHING : (record[i] ?? 0n)));
    await assertReverts(
      view(ecosystem.roots, "isIncluded", registryIndex, 0n, ON_BASE, 5n, root, fields, siblings),
      `RootIndexUnknown(${latest}, ${registryIndex})`,
    );
    assert.equal(await recordedAt(factIndex(ON_BASE, 5n)), NOTHING);
  });
});

/** A proven chain has no verifier: it reports batches whose statements it has imported. */
describe("statements on a proven base", () => {
  let layer: Ecosystem;
  let carried: BaseContract;
  let imported: BaseContract;
  let chain: TestChain;
  before(async () => {
    layer = await deployEcosystem(0n, startOnBase);
    carried = await layer.l1.deploy("CarriedProofs", await layer.factory.getAddress(), VERSION);
    await send(layer.verifiers, "addVersion", VERSION, await contentOf(await carried.getAddress()));
    chain = await TestChain.create(layer, { ...(await defaultConfiguration(layer, ON_BASE)), protocolVersion: VERSION });
    const { ethers } = layer.l1;
    await ethers.provider.send("hardhat_impersonateAccount", [BOOTLOADER]);
    await ethers.provider.send("hardhat_setBalance", [BOOTLOADER, "0xde0b6b3a7640000"]);
    const bootloader = await ethers.getSigner(BOOTLOADER);
    imported = (await ethers.getContractAt("ImportedRoots", PREDEPLOYS.ImportedRoots, bootloader)) as unknown as BaseContract;
  });
  after(() => layer.l1.close());

  async function startOnBase() {
    const l1 = await startLocalL1({ chainId: Number(BASE) });
    await l1.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
    const { deployedBytecode } = await hre.artifacts.readArtifact("ImportedRoots");
    await l1.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.ImportedRoots, deployedBytecode]);
    return l1;
  }
  const contentOf = async (aggregator: string) => ({
    verifier: ZeroAddress,
    secondVerifier: ZeroAddress,
    aggregator,
    tree: await layer.stateTree.getAddress(),
    reader: await layer.reader.getAddress(),
    genesisStateRoot: GENESIS_ROOT,
    genesisLeafCount: GENESIS_LEAVES,
    executionKey: EXECUTION_KEY,
  });
  const importStatement = (item: AggregatedBatch): Promise<ContractTransactionReceipt> => {
    const { registryIndex, root } = statementImport(item);
    return send(imported, "importRoot", registryIndex, root);
  };
  const prove = (items: readonly AggregatedBatch[]): Promise<ContractTransactionReceipt> =>
    send(carried, "proveBatches", items, NO_DIGEST, "0x");
  const verified = (): Promise<bigint> => view<bigint>(chain.contract, "getTotalBatchesVerified");

  test("a batch is proven by the imported statement about it, and executed", async () => {
    const formed = await chain.form();
    const { stored } = await chain.commit(formed);
    const item = itemOf(chain, stored);
    const { registryIndex } = statementImport(item);
    await assertReverts(prove([item]), `StatementNotImported(${ON_BASE}, 0, ${registryIndex})`);
    await importStatement(item);
    await prove([item]);
    assert.equal(await verified(), 1n);
    await chain.execute(stored, formed);
    assert.equal(await view<bigint>(chain.contract, "getTotalBatchesExecuted"), 1n);
  });

  test("the same from L1's queue, for a base that imports nothing", async () => {
    const { stored } = await chain.commit(await chain.form());
    const item = itemOf(chain, stored);
    const { registryIndex, root } = statementImport(item);
    assert.equal(await view<Hex>(imported, "rootAt", registryIndex), NOTHING);
    // importRootFromL1 stores by this layout: sentByL1 is the contract's fourth slot (3).
    const slot = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [registryIndex, 3n]));
    await layer.l1.ethers.provider.send("hardhat_setStorageAt", [PREDEPLOYS.ImportedRoots, slot, root]);
    await prove([item]);
    assert.equal(await verified(), 2n);
  });

  test("statement of another batch, chain or version proves nothing", async () => {
    const genesis = chain.last;
    const number = chain.batchCount;
    const { stored } = await chain.commit(await chain.form());
    const item = itemOf(chain, stored);
    for (const other of [
      { ...item, batch: { ...stored, newStateRoot: digestOf(77) } },
      { ...item, chainId: idOnChain(BASE, 2n) },
      { ...item, batch: { ...stored, protocolVersion: noProofVersionOf(VERSION) } },
    ])
      await importStatement(other);
    await assertReverts(prove([item]), `StatementNotImported(${ON_BASE}, ${number}, ${statementImport(item).registryIndex})`);
    const unknown = { ...item, chainId: idOnChain(BASE, 2n) };
    await assertReverts(prove([unknown]), `UnknownChain(${unknown.chainId})`);
    const marker = { ...item, batch: { ...stored, protocolVersion: noProofVersionOf(VERSION) } };
    await assertReverts(prove([marker]), `VersionMismatch(${VERSION}, ${marker.batch.protocolVersion})`);
    // The statement holds, and the chain has another batch of this number.
    const replaced = { ...item, batch: { ...stored, newStateRoot: digestOf(77) } };
    const receipt = await prove([replaced]);
    assert.deepEqual(
      eventsOf(carried, receipt, "BatchSkipped").map(({ args }) => [...(args as unknown as bigint[])]),
      [[ON_BASE, number]],
    );
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(number)));
    [chain.last, chain.batchCount] = [genesis, number];
  });

  test("statement of a reverted batch proves nothing that has its number afterwards", async () => {
    const genesis = chain.last;
    const number = chain.batchCount;
    const { stored } = await chain.commit(await chain.form());
    await importStatement(itemOf(chain, stored));
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(number)));
    [chain.last, chain.batchCount] = [genesis, number];
    const { stored: next } = await chain.commit(await chain.form());
    const receipt = await prove([itemOf(chain, stored)]);
    assert.equal(eventsOf(carried, receipt, "BatchSkipped").length, 1);
    assert.equal(await verified(), number);
    await importStatement(itemOf(chain, next));
    await prove([itemOf(chain, next)]);
    assert.equal(await verified(), number + 1n);
  });

  test("a base imports each statement once, and at most 16 a batch", async () => {
    const item = itemOn(40n, VERSION);
    await importStatement(item);
    await assertReverts(importStatement(item), "RootAlreadyImported");
    const others = Array.from({ length: 17 }, (_, i) => itemOn(50n + BigInt(i), VERSION));
    const many = async (): Promise<void> => {
      for (const other of others) await importStatement(other);
    };
    await assertReverts(many(), "TooManyFacts(16)");
  });

  test("a proof or a digest is refused: nothing here could check them", async () => {
    const items = [itemOn(0n, VERSION)];
    await assertReverts(send(carried, "proveBatches", items, DIGEST, "0x"), "ProofUnexpected()");
    await assertReverts(send(carried, "proveBatches", items, NO_DIGEST, "0x01"), "ProofUnexpected()");
    await assertReverts(prove([]), "BatchCountOutOfRange(64, 0)");
  });

  test("one cheap operation: one whose batch may exceed a transaction's units there is refused when it is requested", async () => {
    const highest = await view<bigint>(chain.contract, "MAX_GAS_ON_PROVEN_CHAIN");
    assert.ok(highest < (await view<bigint>(chain.contract, "MAX_GAS")));
    const tooMuch = chain.request({ l2GasLimit: highest + 1n }, 10n ** 17n);
    await assertReverts(tooMuch, `GasLimitTooHigh(${highest}, ${highest + 1n})`);
    await chain.request({ l2GasLimit: highest }, 10n ** 17n);
    // Trusted chains of the layer have the limit of L1.
    const trusted = await TestChain.create(layer, await defaultConfiguration(layer, idOnChain(BASE, 7n)));
    await trusted.request({ l2GasLimit: highest + 1n }, 10n ** 17n);
  });

  test("a contract that checks proofs there reports batches to the chains of the layer, and records no statement about them", async () => {
    const aggregator = await addExecutionVersion(layer, provenVersion(6));
    const id = idOnChain(BASE, 8n);
    const configuration = { ...(await defaultConfiguration(layer, id)), protocolVersion: aggregator.version };
    const proven = await TestChain.create(layer, configuration);
    const formed = await proven.form();
    const { stored } = await proven.commit(formed);
    const item = itemOf(proven, stored);
    const receipt = await aggregator.prove([item]);
    assert.deepEqual(eventsOf(layer.roots, receipt, "StatementRecorded"), []);
    await proven.execute(stored, formed);
    // A batch of a chain on that chain is a statement there.
    const above = itemOn(0n, aggregator.version, idOnChain(id, 1n));
    await aggregator.prove([above]);
    const { registryIndex, root } = statementImport(above);
    assert.equal(await view<Hex>(layer.roots, "rootAt", registryIndex), root);
  });

  test("a version without a verifier is refused on L1, and on a chain unless it proves execution", async () => {
    const l1 = await deployEcosystem();
    try {
      const aggregator = await l1.l1.deploy("CarriedProofs", await l1.factory.getAddress(), VERSION);
      const content = {
        ...(await contentOf(await aggregator.getAddress())),
        tree: await l1.stateTree.getAddress(),
        reader: await l1.reader.getAddress(),
      };
      await assertReverts(send(l1.verifiers, "addVersion", VERSION, content), `VerifierWithoutCode(${ZeroAddress})`);
    } finally {
      await l1.l1.close();
    }
    const trusted = { ...(await contentOf(ZeroAddress)), executionKey: NOTHING };
    const refused = send(layer.verifiers, "addVersion", furtherVersion(5), trusted);
    await assertReverts(refused, `VerifierWithoutCode(${ZeroAddress})`);
  });
});
