import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import hre from "hardhat";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import type { DiffEntry } from "../../../src/ground/protocol/diff-list.ts";
import { keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { assetMessage, claimOf, depositToken } from "./support/assets.ts";
import { addExecutionVersion, itemOf } from "./support/aggregates.ts";
import { createWithoutQuorum, settleNext } from "./support/settlements.ts";
import { operationAt, TestChain, type BatchContent } from "./support/chain.ts";
import {
  addressOf,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  hexAddress,
  provenVersion,
  send,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { addImportingVersion, createUnborn } from "./support/imports.ts";

const CONTRACTS = [
  "BatchReader",
  "BytecodeRegistry",
  "ChainFactory",
  "ChainSettings",
  "SettingsFacet",
  "ChainContract",
  "ProofAggregator",
  "CarriedProofs",
  "SettlementCreator",
  "HyperchainFacets",
  "CommitFacet",
  "ExecutionFacet",
  "ImportFacet",
  "SharedBridge",
  "NestedExit",
  "HeldExit",
  "StakeRegistry",
  "Equivocation",
  "HubEquivocation",
  "BrokenPromises",
  "GuardianNetwork",
  "StateExit",
  "StateTree",
  "TransactionRootRegistry",
  "VerifierRegistry",
  "AllOfPolicy",
  "AnyOfPolicy",
  "AttestedPolicy",
  "CommitteePolicy",
  "RollupCalldataPolicy",
  "DataCarrier",
] as const;
/** EIP-170. */
const CODE_LIMIT = 24_576;
/** Bytes of free room that later features need in a chain's contract. */
const ROOM = 6_144;
/** EIP-3860. */
const INITCODE_LIMIT = 49_152;
/** EIP-7825. */
const TRANSACTION_GAS_LIMIT = 16_777_216n;
/** Limits of a commit's or an execution's gas in the seal limits (docs/protocol.md). */
const SEAL_GAS_LIMIT = 12_000_000n;

const SNAPSHOT_FILE = new URL("../../../fixtures/gas/l1-contracts.json", import.meta.url);
/** Seconds; far ahead of any clock, so that calldata, and with it gas, is the same in every run. */
const START = 4_000_000_000n;
const sizes: Record<string, number> = {};
const gas: Record<string, number> = {};

/** Sizes and gas are compared exactly with a committed file; run with UPDATE_SNAPSHOTS=1 to rewrite it. */
describe("size and gas of the L1 contracts", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await deployEcosystem();
  });
  after(() => ecosystem.l1.close());

  let time = START;
  /** The next block's time, whatever the clock says. */
  const atNextTime = async (): Promise<void> => {
    time += 1_000n;
    await ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);
  };
  /** Two chains' requests in one call, none of them a queue's first. */
  const recordTogether = async (): Promise<void> => {
    const request = {
      ...{ mintValue: 10n ** 9n, l2Contract: addressOf(0xbeef), l2Value: 7n, l2Calldata: "0x1234", l2GasLimit: 100_000n },
      ...{ l2GasPerPubdataByteLimit: 800n, factoryDeps: [], refundRecipient: addressOf(0xdd) },
    };
    const legs: unknown[] = [];
    for (const chainId of [1_001n, 1_002n]) {
      const { contract } = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
      await send(ecosystem.factory, "requestL2TransactionDirect", { ...request, chainId }, { value: request.mintValue });
      legs.push({ hyperchain: await hexAddress(contract), request: { ...request, chainId } });
    }
    const value = { value: 2n * request.mintValue };
    record(
      "requestL2TransactionsTogether, two chains",
      await send(ecosystem.factory, "requestL2TransactionsTogether", legs, value),
    );
  };
  const record = (name: string, receipt: ContractTransactionReceipt): bigint => {
    gas[name] = Number(receipt.gasUsed);
    assert.ok(receipt.gasUsed < TRANSACTION_GAS_LIMIT, name);
    return receipt.gasUsed;
  };
  const change = (i: number): DiffEntry => ({ type: "update", index: 2 + i, isCode: false, value: (1n << 255n) + BigInt(i) });
  const withdrawal = (token: number): PubdataLog =>
    assetMessage(ecosystem, { kind: 1, originToken: addressOf(token), amount: 0n });

  test("every contract fits the limits of public networks", async () => {
    const all = [...(await hre.artifacts.getAllFullyQualifiedNames())].filter((name) => name.startsWith("contracts/"));
    assert.ok(["SecurityCouncil", "HyperchainGovernor"].every((name) => all.some((each) => each.endsWith(`:${name}`))));
    for (const name of all) {
      const { bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
      const size = (deployedBytecode.length - 2) / 2;
      assert.ok(size <= CODE_LIMIT, `${name} has ${size} bytes`);
      assert.ok((bytecode.length - 2) / 2 <= INITCODE_LIMIT, `${name}'s creation code`);
    }
    for (const name of CONTRACTS) {
      const { deployedBytecode } = await hre.artifacts.readArtifact(name);
      sizes[name] = (deployedBytecode.length - 2) / 2;
    }
  });

  test("§8.16: a chain's contract, its settings and their facets have room to grow", async () => {
    const facets = ["CommitFacet", "ExecutionFacet", "ImportFacet", "SettingsFacet"];
    for (const name of ["ChainContract", "HyperchainFacets", "ChainSettings", "ProofAggregator", ...facets]) {
      const { bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
      const creation = INITCODE_LIMIT - (bytecode.length - 2) / 2;
      assert.ok(creation >= ROOM, `${name}'s creation code has ${creation} bytes left, not ${ROOM}`);
      const free = CODE_LIMIT - (deployedBytecode.length - 2) / 2;
      assert.ok(free >= ROOM, `${name} has ${free} bytes left, not ${ROOM}`);
    }
  });

  test("requests, deposits and claims", async () => {
    const token = await ecosystem.l1.deploy("TokenDouble");
    const user = ecosystem.accounts[0]!.address;
    await send(token, "mint", user, 10n ** 18n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 10n ** 18n);
    const configuration = await defaultConfiguration(ecosystem, 270n);
    record("announceChain", await send(ecosystem.factory, "announceChain", `0x${"a7".repeat(32)}`));
    record("createChain", await createChain(ecosystem, { ...configuration, chainId: 999n }));
    const chain = await TestChain.create(ecosystem, configuration);
    const tokenAddress = await hexAddress(token);
    const receiptOf = async (hash: Promise<Hex>): Promise<ContractTransactionReceipt> => {
      await hash;
      const block = await ecosystem.l1.ethers.provider.getBlock("latest");
      return (await ecosystem.l1.ethers.provider.getTransactionReceipt(block!.transactions[0]!)) as ContractTransactionReceipt;
    };
    // Hashes of operations have L1's second, and a claim pays for their bytes.
    await atNextTime();
    const operations = [await chain.request()];
    await atNextTime();
    record("requestL2TransactionDirect", await receiptOf(remember(chain.request())));
    await atNextTime();
    await remember(depositToken(ecosystem, chain, tokenAddress, 1_000n));
    await atNextTime();
    record("requestL2TransactionTwoBridges", await receiptOf(remember(depositToken(ecosystem, chain, tokenAddress, 1_000n))));
    await recordTogether();
    const log = assetMessage(ecosystem, { originToken: tokenAddress, amount: 10n, recipient: addressOf(0xbeef) });
    const results = operations.map(() => ({ type: "priorityOp", success: true }) as const);
    await atNextTime();
    const formed = await chain.form({ canonicalTxHashes: operations, logs: [...results, log], timestamp: time - 100n });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    const claim = claimOf(chain, formed, operations.length, log);
    record("finalizeDeposit", await send(ecosystem.bridge, "finalizeDeposit", claim));

    async function remember(hash: Promise<Hex>): Promise<Hex> {
      operations.push(await hash);
      return hash;
    }
  });

  const stages = async (name: string, chain: TestChain, content: BatchContent): Promise<void> => {
    await atNextTime();
    const formed = await chain.form({ ...content, timestamp: time - 100n });
    const { stored, receipt } = await chain.commit(formed);
    const committed = record(`${name}: commit`, receipt);
    await atNextTime();
    record(`${name}: prove, without the verifier`, await chain.prove(stored));
    await atNextTime();
    const executed = record(`${name}: execute`, await chain.execute(stored, formed));
    assert.ok(committed <= SEAL_GAS_LIMIT && executed <= SEAL_GAS_LIMIT, name);
  };

  test("imports of a first state, without the verifier", async () => {
    await addImportingVersion(ecosystem);
    const storage = Array.from({ length: 800 }, (_, i) => ({ slot: BigInt(i), value: (1n << 255n) + BigInt(i) }));
    const accounts = [addressOf(0x5_0000), addressOf(0x5_0001)].map((address) => ({ address, nonce: 1n, storage }));
    const chain = await createUnborn(ecosystem, 997n, accounts);
    for (const number of chain.imports.keys()) {
      await atNextTime();
      record(`import ${number} of ${chain.imports.length}`, await chain.bring(number));
    }
  });

  test("batches by stage", async () => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 271n));
    // The first batch pays for storage that later ones find.
    await stages("first batch", chain, {});
    await stages("empty batch", chain, {});
    await stages("64 updates", chain, { changes: Array.from({ length: 64 }, (_, i) => change(i)) });
    const operations: Hex[] = [];
    for (let i = 0; i < 32; i++) {
      await atNextTime();
      operations.push(await chain.request());
    }
    await stages("32 operations", chain, {
      canonicalTxHashes: operations,
      logs: operations.map(() => ({ type: "priorityOp", success: true })),
    });
    const body = new Uint8Array(32);
    await stages("512 messages", chain, {
      logs: Array.from({ length: 512 }, () => ({ type: "message", sender: addressOf(9), body })),
    });
    await stages("448 withdrawals of one asset", chain, { logs: Array.from({ length: 448 }, () => withdrawal(0)) });
    // The dearest flows: what was in transit stays there in part, and the balance is new.
    const destination = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 272n));
    await stages("first batch of another chain", destination, {});
    const most = 351;
    const flow = (kind: 2 | 3, token: number): PubdataLog =>
      assetMessage(ecosystem, {
        kind,
        destinationChainId: 272n,
        originChainId: 271n,
        originToken: addressOf(1_000 + token),
        amount: kind === 2 ? 2n : 1n,
      });
    await stages(`${most} sends of as many assets`, chain, { logs: Array.from({ length: most }, (_, i) => flow(2, i)) });
    // Each to another id that no chain has: a look at the factory's, and what was sent, by its batch.
    const early = Array.from({ length: most }, (_, i) =>
      assetMessage(ecosystem, {
        kind: 2,
        destinationChainId: 10_000n + BigInt(i),
        originChainId: 271n,
        originToken: addressOf(1_000),
        amount: 2n,
      }),
    );
    await stages(`${most} sends to as many chains that do not exist`, chain, { logs: early });
    await stages(`${most} deliveries of as many assets`, destination, {
      logs: Array.from({ length: most }, (_, i) => flow(3, i)),
    });
  });

  test("aggregates, without the verifier", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    const chain = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, 275n)),
      protocolVersion: aggregator.version,
    });
    // The first proof pays for storage that later ones find.
    for (const [name, count] of Object.entries({ "first aggregate": 1, "1 batch": 1, "16 batches": 16, "64 batches": 64 })) {
      const items = [];
      for (let i = 0; i < count; i++) {
        await atNextTime();
        const { stored } = await chain.commit(await chain.form({ timestamp: time - 100n }));
        items.push(itemOf(chain, stored));
      }
      await atNextTime();
      record(`aggregate: ${name}`, await aggregator.prove(items));
    }
  });

  test("commits of several batches in one call", async (context) => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 278n));
    // The first batch pays for storage that later ones find.
    for (const count of [1, 1, 2, 7, 16]) {
      await atNextTime();
      const { previous, commits } = await chain.approveAll(
        Array.from({ length: count }, () => ({ timestamp: time - 100n })),
        BigInt(time),
      );
      record(`commit of ${count}`, await send(chain.contract, "commitBatches", previous, commits));
    }
    const [alone, together] = [gas["commit of 1"]!, gas["commit of 16"]! / 16];
    context.diagnostic(`a commit of sixteen in one call: ${together}, alone: ${alone}, of seven: ${gas["commit of 7"]! / 7}`);
    assert.ok(together * 100 <= alone * 75, `${together} gas a batch in one call, ${alone} alone`);
  });

  test("executions of several batches in one call", async (context) => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 277n));
    // The first batch pays for storage that later ones find.
    for (const count of [1, 1, 2, 7, 16]) {
      const batches = [];
      for (let i = 0; i < count; i++) {
        await atNextTime();
        const formed = await chain.form({ timestamp: time - 100n });
        const { stored } = await chain.commit(formed);
        await chain.prove(stored);
        batches.push({ stored, formed });
      }
      await atNextTime();
      record(`execution of ${count}`, await chain.executeAll(batches));
    }
    const [alone, together] = [gas["execution of 1"]!, gas["execution of 16"]! / 16];
    context.diagnostic(`a batch of sixteen in one call: ${together}, alone: ${alone}, of seven: ${gas["execution of 7"]! / 7}`);
    assert.ok(together * 100 <= alone * 65, `${together} gas a batch in one call, ${alone} alone`);
  });

  test("settlements of a chain without a quorum, without the verifier", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(3));
    const chain = await createWithoutQuorum(ecosystem, aggregator, 276n);
    const settler = ecosystem.accounts[6]!;
    const contents = { "first batch": [], "empty batch": [], "64 updates": Array.from({ length: 64 }, (_, i) => change(i)) };
    for (const [name, changes] of Object.entries(contents)) {
      await atNextTime();
      const { receipt } = await settleNext(chain, settler, { changes, timestamp: time - 100n });
      record(`settlement: ${name}`, receipt);
    }
  });

  test("a claim on a stopped chain", async () => {
    const configuration = await defaultConfiguration(ecosystem, 273n);
    const chain = await TestChain.create(ecosystem, configuration);
    const account = ecosystem.accounts[0]!.address as Hex;
    const query = { settlementChainId: ecosystem.chainId, baseToken: ETH as Hex, token: ETH as Hex, account };
    const tree = StateTree.genesis([{ ...holdingKey(query), value: (100n << 64n) | 3n }], { compressor: referenceCompressor });
    await atNextTime();
    const formed = await chain.form({ timestamp: time - 100n, newStateRoot: digestToHex(tree.root) });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    // The second is never paid back here, so that the chain keeps a balance.
    for (let i = 0; i < 2; i++) {
      await atNextTime();
      await chain.request();
    }
    time += 2_000n;
    await atNextTime();
    await send(chain.contract, "activateExit");
    const proof = proveHolding(tree, query)?.proof;
    record("claimHolding", await send(ecosystem.stateExit, "claimHolding", 273n, ETH, 60n, account, proof));
    record("refundOperation", await send(chain.contract, "refundOperation", await operationAt(chain, 0)));

    const source = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 274n));
    await atNextTime();
    const hash = await source.request();
    const log = assetMessage(ecosystem, { kind: 2, destinationChainId: 273n, amount: 7n, sender: account });
    await atNextTime();
    const sent = await source.form({
      canonicalTxHashes: [hash],
      logs: [{ type: "priorityOp", success: true }, log],
      timestamp: time - 100n,
    });
    const { stored: storedBySource } = await source.commit(sent);
    await source.prove(storedBySource);
    await source.execute(storedBySource, sent);
    const transfer = {
      sourceChainId: 274n,
      batchNumber: 0n,
      messageIndex: 1n,
      message: toHex(log.body),
      merkleProof: l2LogProof(sent.logLeaves, 1),
      ...proveUndelivered(tree, 274n, keccak(log.body)),
    };
    record("refundTransfer", await send(ecosystem.stateExit, "refundTransfer", transfer, account));
  });

  test("a commit whose data are carried on", async () => {
    const { deployedBytecode } = await hre.artifacts.readArtifact("L1Messenger");
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [`0x${"8008".padStart(40, "0")}`, deployedBytecode]);
    const carrier = await ecosystem.l1.deploy("DataCarrier");
    const configuration = await defaultConfiguration(ecosystem, 998n);
    const policy = await carrier.getAddress();
    const chain = await TestChain.create(
      ecosystem,
      { ...configuration, dataAvailabilityPolicy: policy },
      { atBirth: atNextTime },
    );
    const message = (bytes: number): PubdataLog => ({
      type: "message",
      sender: addressOf(7),
      body: new Uint8Array(bytes).fill(7),
    });
    for (const bytes of [1_000, 94_000]) {
      await atNextTime();
      const formed = await chain.form({ logs: [message(bytes / 2), message(bytes / 2)], timestamp: time - 100n });
      record(`DataCarrier.commit (${bytes} bytes)`, (await chain.commit(formed, carrier)).receipt);
    }
  });

  test("an empty batch's commit and execution are at most 8 % dearer than on the contracts that hosted trusted chains alone", () => {
    // As fixtures/gas/l1-contracts.json had them before the reader was a version's.
    const before = { commit: 176_070, execute: 153_160 };
    for (const [stage, figure] of Object.entries(before))
      assert.ok(gas[`empty batch: ${stage}`]! * 100 <= figure * 108, `${stage}: ${gas[`empty batch: ${stage}`]}`);
  });

  test("an empty batch's commit and execution together are at most 8 % dearer than before terms, standbys and freezes", () => {
    // As fixtures/gas/l1-contracts.json had them while a chain's validators were written once.
    const before = 179_644 + 153_195;
    const sum = gas["empty batch: commit"]! + gas["empty batch: execute"]!;
    assert.ok(sum * 100 <= before * 108, `${sum}`);
  });

  test("equals the committed snapshot", () => {
    const actual = `${JSON.stringify({ sizes, gas }, null, 2)}\n`;
    if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT_FILE, actual);
    assert.equal(actual, readFileSync(SNAPSHOT_FILE, "utf8"));
  });
});
