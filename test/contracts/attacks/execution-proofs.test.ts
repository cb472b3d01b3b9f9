import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { addExecutionVersion, DIGEST, itemOf, type Aggregator } from "../l1/support/aggregates.ts";
import { TestChain, type FormedBatch } from "../l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  digestOf,
  eventsOf,
  provenVersion,
  send,
  view,
  PROTOCOL_VERSION,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

/** Numbers are those of the attacks and corrections of version 2. */
describe("attacks on proofs of execution", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> => {
    const base = await defaultConfiguration(ecosystem, nextChainId++);
    return TestChain.create(ecosystem, { ...base, protocolVersion: aggregator.version, ...overrides });
  };
  const commit = async (chain: TestChain): Promise<{ formed: FormedBatch; stored: StoredBatch }> => {
    const formed = await chain.form();
    const { stored } = await chain.commit(formed);
    return { formed, stored };
  };
  const verified = ({ contract }: TestChain): Promise<bigint> => view<bigint>(contract, "getTotalBatchesVerified");
  const provenSince = (receipt: ContractTransactionReceipt): bigint => {
    const [event] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
    return (event!.args["record"] as { provenSince: bigint }).provenSince;
  };
  const revertTo = async (chain: TestChain, number: bigint, last: StoredBatch): Promise<void> => {
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(number)));
    [chain.last, chain.batchCount] = [last, number];
  };

  test("1: a lying quorum with a proof of its data alone proves nothing where execution must be proven", async () => {
    const chain = await create();
    const { stored, formed } = await commit(chain);
    await assertReverts(chain.prove(stored), `ExecutionUnproven(${aggregator.version})`);
    await assertReverts(chain.execute(stored, formed), "BatchNotProven(0, 0)");
    await aggregator.prove([itemOf(chain, stored)]);
    assert.equal(provenSince(await chain.execute(stored, formed)), 0n);
  });

  test("24: what is committed and proven and then reverted leaves nothing in the registry that other chains could read", async () => {
    const chain = await create();
    const genesis = chain.last;
    const before = await view<bigint>(ecosystem.roots, "latestRootIndex");
    const { stored, formed } = await commit(chain);
    await aggregator.prove([itemOf(chain, stored)]);
    await revertTo(chain, 0n, genesis);
    await assertReverts(chain.execute(stored, formed), "BatchNotProven(0, 0)");
    assert.equal(await view<bigint>(ecosystem.roots, "latestRootIndex"), before);
  });

  test("9: the proof of a reverted batch proves nothing that has its number afterwards", async () => {
    const chain = await create();
    const genesis = chain.last;
    const { stored } = await commit(chain);
    const items = [itemOf(chain, stored)];
    await aggregator.prove(items);
    assert.equal(await verified(chain), 1n);
    await revertTo(chain, 0n, genesis);
    const replayed = await aggregator.prove(items);
    assert.deepEqual(aggregator.skipped(replayed), [[chain.configuration.chainId, 0n]]);
    const { stored: next } = await commit(chain);
    assert.deepEqual(aggregator.skipped(await aggregator.prove(items)), [[chain.configuration.chainId, 0n]]);
    assert.equal(await verified(chain), 0n);
    await aggregator.prove([itemOf(chain, next)]);
    assert.equal(await verified(chain), 1n);
  });

  test("9: the proof of one chain's batch is invalid for other chains, and its number is in the statement", async () => {
    const [chain, other] = [await create(), await create()];
    const { stored } = await commit(chain);
    await commit(other);
    const proof = proofOfAggregate([itemOf(chain, stored)], DIGEST);
    const claim = (item: ReturnType<typeof itemOf>): Promise<unknown> =>
      send(aggregator.contract, "proveBatches", [item], DIGEST, proof);
    await assertReverts(claim(itemOf(other, stored)), "WrongProof");
    await assertReverts(claim(itemOf(chain, { ...stored, batchNumber: 1n })), "WrongProof");
    // A verifier that were shown the other chain's id would still not make the batch the other's.
    await aggregator.prove([itemOf(other, stored)]);
    assert.deepEqual([await verified(chain), await verified(other)], [0n, 0n]);
  });

  test("12: reverted, stopped and proven batches are skipped, and the others of the aggregate are proven", async () => {
    const chains = [await create(), await create(), await create(), await create()] as const;
    const [fine, reverted, proven, stopped] = chains;
    const genesis = reverted.last;
    await stopped.request();
    const stored: StoredBatch[] = [];
    for (const chain of chains) stored.push((await commit(chain)).stored);
    await revertTo(reverted, 0n, genesis);
    await aggregator.prove([itemOf(proven, stored[2]!)]);
    await ecosystem.increaseTime(2_000n);
    await send(stopped.contract, "activateExit");
    const receipt = await aggregator.prove(chains.map((chain, i) => itemOf(chain, stored[i]!)));
    assert.deepEqual(
      aggregator.skipped(receipt),
      [reverted, proven, stopped].map(({ configuration }) => [configuration.chainId, 0n]),
    );
    assert.deepEqual(await Promise.all(chains.map(verified)), [1n, 0n, 1n, 0n]);
    assert.equal(await verified(fine), 1n);
  });

  test("12: an aggregate that overlaps proven batches proves the rest, in order only", async () => {
    const chain = await create();
    const items = [];
    for (let i = 0; i < 3; i++) items.push(itemOf(chain, (await commit(chain)).stored));
    await aggregator.prove(items.slice(0, 1));
    const { chainId } = chain.configuration;
    assert.deepEqual(aggregator.skipped(await aggregator.prove([items[2]!, items[1]!])), [[chainId, 2n]]);
    assert.deepEqual(aggregator.skipped(await aggregator.prove([...items, items[2]!])), [
      [chainId, 0n],
      [chainId, 1n],
      [chainId, 2n],
    ]);
    assert.equal(await verified(chain), 3n);
  });

  test("15: one version in an aggregate, and its own aggregator only", async () => {
    const second = await addExecutionVersion(ecosystem, provenVersion(3));
    const [chain, other] = [await create(), await create({ protocolVersion: second.version })];
    const items = [itemOf(chain, (await commit(chain)).stored), itemOf(other, (await commit(other)).stored)];
    await assertReverts(aggregator.prove(items), `VersionMismatch(${aggregator.version}, ${second.version})`);
    await assertReverts(second.prove(items), `VersionMismatch(${second.version}, ${aggregator.version})`);
    // An account that is not an aggregator of the batch's version is refused, even another version's aggregator.
    const { provider } = ecosystem.l1.ethers;
    const address = await second.contract.getAddress();
    await provider.send("hardhat_impersonateAccount", [address]);
    await provider.send("hardhat_setBalance", [address, "0x3635c9adc5dea00000"]);
    const impostor = await ecosystem.l1.ethers.getSigner(address);
    const denied = `OnlyAggregator(${(await aggregator.contract.getAddress()).toLowerCase()}, ${address.toLowerCase()})`;
    await assertReverts(send(as(chain.contract, impostor), "acceptProven", items[0]!.batch), denied);
    assert.deepEqual([await verified(chain), await verified(other)], [0n, 0n]);
  });

  test("16: other bytes of an element have another statement, and none that is not canonical", async () => {
    const chain = await create();
    const { stored } = await commit(chain);
    const proof = proofOfAggregate([itemOf(chain, stored)], DIGEST);
    const fields = ["commitment", "outputsHash", "oldStateRoot", "newStateRoot", "diffDigest", "point", "evaluation"] as const;
    for (const field of fields) {
      const changed = { ...stored, [field]: `${stored[field].slice(0, -1)}${stored[field].endsWith("1") ? 2 : 1}` };
      const claim = send(aggregator.contract, "proveBatches", [itemOf(chain, changed)], DIGEST, proof);
      await assertReverts(claim, "WrongProof");
    }
    const tooLarge = wordToHex((1n << 256n) - 1n);
    for (const field of fields.slice(2)) {
      const changed = { ...stored, [field]: tooLarge.slice(0, stored[field].length) };
      const claim = send(aggregator.contract, "proveBatches", [itemOf(chain, changed)], DIGEST, proof);
      await assertReverts(claim, "DigestNotCanonical");
    }
    await assertReverts(
      send(aggregator.contract, "proveBatches", [itemOf(chain, stored)], tooLarge, proof),
      "DigestNotCanonical",
    );
    await assertReverts(aggregator.prove([]), "BatchCountOutOfRange(64, 0)");
    await assertReverts(
      aggregator.prove(Array.from({ length: 65 }, () => itemOf(chain, stored))),
      "BatchCountOutOfRange(64, 65)",
    );
  });

  test("17: another digest has another point, so none can be chosen after it", async () => {
    const chain = await create();
    const items = [itemOf(chain, (await commit(chain)).stored)];
    const proof = proofOfAggregate(items, DIGEST);
    await assertReverts(send(aggregator.contract, "proveBatches", items, wordToHex(6n), proof), "WrongProof");
    await send(aggregator.verifier, "setRefuses", true);
    await assertReverts(send(aggregator.contract, "proveBatches", items, DIGEST, proof), "ProofRefused()");
    await send(aggregator.verifier, "setRefuses", false);
    await assertReverts(aggregator.prove([{ ...items[0]!, chainId: 99_999n }]), "UnknownChain(99999)");
  });

  test("§8.6: proofs after a version that proves no execution begin a new run", async () => {
    const chain = await create({ protocolVersion: PROTOCOL_VERSION });
    const { chainId } = chain.configuration;
    const runs: bigint[] = [provenSince((await chain.settle()).receipt)];
    await send(ecosystem.settings, "scheduleUpgrade", chainId, aggregator.version, 0n);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chainId));
    for (let i = 0; i < 2; i++) {
      const formed = await chain.form({ protocolVersion: aggregator.version });
      const { stored } = await chain.commit(formed);
      await assertReverts(chain.prove(stored), `ExecutionUnproven(${aggregator.version})`);
      await aggregator.prove([itemOf(chain, stored)]);
      runs.push(provenSince(await chain.execute(stored, formed)));
    }
    assert.deepEqual(runs, [1n, 1n, 1n]);
  });

  test("§8.6: a revert leaves nothing of the proof of a batch to another one with its number", async () => {
    const chain = await create();
    const first = await commit(chain);
    await aggregator.prove([itemOf(chain, first.stored)]);
    const base = chain.last;
    const reverted = [await commit(chain), await commit(chain)];
    await aggregator.prove(reverted.map(({ stored }) => itemOf(chain, stored)));
    await revertTo(chain, 1n, base);
    const second = await commit(chain);
    await chain.execute(first.stored, first.formed);
    await assertReverts(chain.execute(second.stored, second.formed), "BatchNotProven(1, 1)");
    await assertReverts(chain.prove(second.stored), `ExecutionUnproven(${aggregator.version})`);
    await aggregator.prove([itemOf(chain, second.stored)]);
    assert.equal(provenSince(await chain.execute(second.stored, second.formed)), 0n);
  });

  test("§8.9: any account may aggregate, and only the aggregator reports it to a chain", async () => {
    const chain = await create();
    const { stored } = await commit(chain);
    const address = (await aggregator.contract.getAddress()).toLowerCase();
    for (const signer of [ecosystem.accounts[0]!, ecosystem.accounts[5]!]) {
      const denied = `OnlyAggregator(${address}, ${signer.address.toLowerCase()})`;
      await assertReverts(send(as(chain.contract, signer), "acceptProven", stored), denied);
    }
    const unproven = await create({ protocolVersion: PROTOCOL_VERSION });
    const { stored: other } = await commit(unproven);
    const zero = `0x${"00".repeat(20)}`;
    const sender = ecosystem.accounts[0]!.address.toLowerCase();
    await assertReverts(send(unproven.contract, "acceptProven", other), `OnlyAggregator(${zero}, ${sender})`);
    const items = [itemOf(chain, stored)];
    const stranger = as(aggregator.contract, ecosystem.accounts[5]!);
    await send(stranger, "proveBatches", items, DIGEST, proofOfAggregate(items, DIGEST));
    assert.equal(await verified(chain), 1n);
  });

  test("a batch that its chain did not store so is not proven, whatever the proof says", async () => {
    const chain = await create();
    const { stored } = await commit(chain);
    await aggregator.prove([itemOf(chain, { ...stored, newStateRoot: digestOf(4321) })]);
    await aggregator.prove([itemOf(chain, { ...stored, flowsHash: wordToHex(1n) })]);
    assert.equal(await verified(chain), 0n);
  });

  test("a retired version proves nothing more; what it proved executes", async () => {
    const ending = await addExecutionVersion(ecosystem, provenVersion(4));
    const chain = await create({ protocolVersion: ending.version, executionDelay: 300n });
    await send(ecosystem.verifiers, "scheduleRetirement", ending.version);
    const notice = await view<bigint>(ecosystem.verifiers, "retirementNotice");
    await ecosystem.increaseTime(notice - 100n);
    const [first, second] = [await commit(chain), await commit(chain)];
    await ending.prove([itemOf(chain, first.stored)]);
    await ecosystem.increaseTime(300n);
    // One chain that is stopped keeps no other of an aggregate from its proof: it answers that it takes none.
    await ending.prove([itemOf(chain, second.stored)]);
    assert.equal(await verified(chain), 1n);
    assert.equal(provenSince(await chain.execute(first.stored, first.formed)), 0n);
  });
});
