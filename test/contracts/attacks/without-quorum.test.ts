import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { addExecutionVersion, itemOf, type Aggregator } from "../l1/support/aggregates.ts";
import { accountsOf, assetMessage, claimOf, ZERO_ADDRESS } from "../l1/support/assets.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  createChain,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  provenVersion,
  send,
  view,
  PROTOCOL_VERSION,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit } from "../l1/support/exits.ts";
import {
  createWithoutQuorum,
  formFor,
  sendSettlement,
  settleFormed,
  settlementOf,
  settleNext,
  settlerData,
  WITHOUT_QUORUM,
} from "../l1/support/settlements.ts";

const SUCCESS = { type: "priorityOp", success: true } as const;
const NOTHING = wordToHex(0n);

/** Numbers are those of the attacks and corrections of version 2. */
describe("a chain without a quorum", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let [alice, bob]: HardhatEthersSigner[] = [];
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    [alice, bob] = ecosystem.accounts.slice(6, 8);
  });
  after(() => ecosystem.l1.close());

  const settlers = (): readonly [HardhatEthersSigner, HardhatEthersSigner] => [alice!, bob!];
  const create = (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    createWithoutQuorum(ecosystem, aggregator, nextChainId++, overrides);
  const totals = ({ contract }: TestChain): Promise<bigint[]> =>
    Promise.all(["Committed", "Verified", "Executed"].map((stage) => view<bigint>(contract, `getTotalBatches${stage}`)));

  test("§8.14: has its batches committed, proven and executed in one call each, by any account that proves them", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    const [first, second] = settlers();
    const operation = await chain.request({}, 10n ** 9n);
    const withdrawal = assetMessage(ecosystem, { amount: 77n });
    const one = await settleNext(chain, first, { canonicalTxHashes: [operation], logs: [SUCCESS, withdrawal] });
    const index = await view<bigint>(ecosystem.roots, "latestRootIndex");
    const root = await view<string>(ecosystem.roots, "rootAt", index);
    const two = await settleNext(chain, second, { importedRoots: [{ registryIndex: index, root: root as `0x${string}` }] });
    const three = await settleNext(chain, first);

    assert.deepEqual(await totals(chain), [3n, 3n, 3n]);
    for (const [i, { stored, receipt, formed }] of [one, two, three].entries()) {
      const events = ["BlockCommit", "BatchStored", "BatchProven", "ExecutionProven", "BlockExecution", "CommitCall"];
      const counts = events.map((name) => eventsOf(chain.contract, receipt, name).length);
      assert.deepEqual(counts, [1, 1, 1, 1, 1, 0]);
      const [leaf] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
      assert.deepEqual([leaf!.args["chainId"], leaf!.args["batchNumber"]], [chainId, BigInt(i)]);
      assert.equal((leaf!.args["record"] as { provenSince: bigint }).provenSince, 0n);
      assert.equal(await view(chain.contract, "storedBatchHash", i), hashStoredBatch(stored));
      assert.equal(await view(chain.contract, "l2LogsRootHash", i), formed.expected.l2LogsTreeRoot);
    }
    assert.equal(await view(chain.contract, "executedStateRoot"), three.stored.newStateRoot);
    assert.equal(await view(chain.contract, "getFirstUnprocessedPriorityTx"), 1n);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, one.formed, 1, withdrawal));
    assert.deepEqual(await accountsOf(ecosystem, chainId, ZERO_ADDRESS), [10n ** 9n - 77n, 0n, 0n]);
  });

  test("§8.14, attack 27: refuses a separate commit, proof, execution or revert, so that none can block it", async () => {
    const chain = await create();
    const [settler] = settlers();
    const nobody = { validFrom: 0n, validUntil: 2n ** 64n - 1n, signatures: [] };
    const formed = await formFor(chain, settler.address);
    await assertReverts(
      send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: nobody }]),
      "NoQuorum()",
    );
    const signed = await chain.sign(formed.expected.commitment, [ecosystem.accounts[0]!]);
    await assertReverts(
      send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: signed }]),
      "NoQuorum()",
    );
    const { stored } = await settleFormed(chain, settler, formed);
    await assertReverts(chain.prove(stored), "BatchNotCommitted(1, 0)");
    await assertReverts(chain.execute(stored, formed), "BatchNotProven(1, 0)");
    const [reversal] = await chain.signRevert(0n);
    await assertReverts(send(chain.contract, "revertBatches", reversal, []), "RevertOfExecuted(1, 0)");
    await assertReverts(send(chain.contract, "revertBatches", { ...reversal, firstNumber: 1n }, []), "NothingToRevert(1, 1)");
    const quorum = view(ecosystem.settings, "requireQuorum", chain.configuration.chainId, NOTHING, []);
    await assertReverts(quorum, "NoQuorum()");
    // What others prove elsewhere does not concern it.
    const receipt = await aggregator.prove([itemOf(chain, stored)]);
    assert.deepEqual(aggregator.skipped(receipt), [[chain.configuration.chainId, 0n]]);
  });

  test("§8.14, attack 27: is not blocked by what cannot be proven: that leaves nothing behind", async () => {
    const chain = await create();
    const [settler] = settlers();
    const formed = await formFor(chain, settler.address);
    const args = settlementOf(chain, formed);
    const withProof = (digest: unknown, proof: unknown) => [...args.slice(0, 2), digest, proof, ...args.slice(4)];
    await assertReverts(sendSettlement(chain, settler, withProof(args[2], wordToHex(1n))), "WrongProof");
    await assertReverts(sendSettlement(chain, settler, withProof(wordToHex(6n), args[3])), "WrongProof");
    await assertReverts(sendSettlement(chain, settler, withProof(wordToHex((1n << 256n) - 1n), args[3])), "DigestNotCanonical");
    await send(aggregator.verifier, "setRefuses", true);
    await assertReverts(sendSettlement(chain, settler, args), "ProofRefused()");
    await send(aggregator.verifier, "setRefuses", false);
    const flow = { kind: 1, destinationChainId: 1n, originChainId: 1n, originToken: ZERO_ADDRESS, amount: 1n };
    await assertReverts(sendSettlement(chain, settler, [...args.slice(0, 5), [flow]]), "FlowsMismatch");
    const unknown = [{ registryIndex: 0n, root: wordToHex(9n) }];
    await assertReverts(sendSettlement(chain, settler, [...args.slice(0, 4), unknown, []]), "ImportedRootUnknown");
    assert.deepEqual(await totals(chain), [0n, 0n, 0n]);
    await settleFormed(chain, settler, formed);
  });

  test("§8.14: attributes a settler's batch to no account that copies the call: neither verbatim nor with another name", async () => {
    const chain = await create();
    const [settler, thief] = settlers();
    const formed = await formFor(chain, settler.address);
    const args = settlementOf(chain, formed);
    const named = settlerData(settler.address);
    await assertReverts(sendSettlement(chain, thief, args), `SettlerMismatch(${thief.address.toLowerCase()}, ${named})`);
    const own = { ...formed.commit, policyData: settlerData(thief.address) };
    await assertReverts(sendSettlement(chain, thief, [args[0], own, ...args.slice(2)]), "CommitmentMismatch");
    // Its own batch of the same content has another commitment, so the proof that it copied is of another batch.
    const { commitment } = (await formFor(chain, thief.address, { newStateRoot: formed.expected.newStateRoot })).expected;
    assert.notEqual(commitment, formed.expected.commitment);
    const stolen = { ...own, commitment: await commitmentOn(chain, thief, [args[0], own, ...args.slice(2)]) };
    await assertReverts(sendSettlement(chain, thief, [args[0], stolen, ...args.slice(2)]), "WrongProof");
    for (const data of ["0x", `${named}00`, `0x${"01".repeat(12)}${named.slice(26)}`]) {
      const odd = { ...formed.commit, policyData: data };
      await assertReverts(sendSettlement(chain, settler, [args[0], odd, ...args.slice(2)]), "SettlerMismatch");
    }
    await settleFormed(chain, settler, formed);
  });

  /** The commitment that L1 computes of what it is shown, from its refusal. */
  async function commitmentOn(chain: TestChain, settler: HardhatEthersSigner, args: readonly unknown[]): Promise<string> {
    try {
      await sendSettlement(chain, settler, args);
    } catch (error) {
      const refused = /CommitmentMismatch\("0x[0-9a-f]{64}", "(0x[0-9a-f]{64})"\)/.exec(String(error));
      if (refused?.[1] !== undefined) return refused[1];
      throw error;
    }
    throw new assert.AssertionError({ message: "the call succeeded" });
  }

  test("§8.14: takes one batch behind each: a settlement, however small, voids what others proved behind the same batch", async () => {
    const chain = await create();
    const [settler, other] = settlers();
    const large = await formFor(chain, settler.address, { logs: [assetMessage(ecosystem, { amount: 0n })] });
    await settleNext(chain, other);
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, large)), "BatchNumberMismatch(1, 0)");
    const renumbered = { ...large.commit, batchNumber: 1n };
    const [previous, , ...rest] = settlementOf(chain, large);
    await assertReverts(sendSettlement(chain, settler, [previous, renumbered, ...rest]), "StoredBatchMismatch");
    await settleNext(chain, settler, { logs: [assetMessage(ecosystem, { amount: 0n })] });
    assert.deepEqual(await totals(chain), [2n, 2n, 2n]);
  });

  test("§8.14: has its data in the settling transaction's own input, in the ABI's one encoding, and nowhere else", async () => {
    const chain = await create();
    const [settler, withCode] = [settlers()[0], ecosystem.accounts[12]!];
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const encoded = (args: readonly unknown[]): string => chain.contract.interface.encodeFunctionData("settle", args);
    const byContract = await formFor(chain, await contract.getAddress());
    const call = encoded(settlementOf(chain, byContract));
    await assertReverts(send(contract, "call", chain.address, call), "PubdataNotPublished()");
    const code = `0xef0100${(await hexAddress(contract)).slice(2)}`;
    await ecosystem.l1.ethers.provider.send("hardhat_setCode", [withCode.address, code]);
    const delegated = settlementOf(chain, await formFor(chain, withCode.address));
    await assertReverts(sendSettlement(chain, withCode, delegated), "PubdataNotPublished()");
    const withheld = await formFor(chain, settler.address, { withhold: true });
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, withheld)), "PubdataNotPublished()");

    const formed = await formFor(chain, settler.address);
    const honest = encoded(settlementOf(chain, formed));
    const wordAt = (index: number): number => 2 + 2 * (4 + 32 * index);
    // After 24 words of the record come the offset of the batch, the digest, and the offsets of proof, imports and flows. Both lists are
    // empty, so the last one can be where the other is.
    const importsOffset = honest.slice(wordAt(27), wordAt(28));
    const shared = `${honest.slice(0, wordAt(28))}${importsOffset}${honest.slice(wordAt(29), -64)}`;
    for (const data of [`${honest}00`, `${honest}${NOTHING.slice(2)}`, shared]) {
      await assertReverts(settler.sendTransaction({ to: chain.address, data }), "PubdataNotPublished()");
    }
    await settleFormed(chain, settler, formed);
  });

  test("§8.14: is created only where proofs say all: on a version that proves execution, without delays and cheats, with its data on chain", async () => {
    const base = {
      ...(await defaultConfiguration(ecosystem, nextChainId)),
      ...WITHOUT_QUORUM,
      protocolVersion: aggregator.version,
    };
    const refuse = (overrides: Partial<ChainConfiguration>, expected: string) =>
      assertReverts(createChain(ecosystem, { ...base, ...overrides }), expected);
    await refuse({ protocolVersion: PROTOCOL_VERSION }, `VersionNeedsQuorum(${PROTOCOL_VERSION})`);
    await refuse({ executionDelay: 1n }, "DelayWithoutQuorum(1)");
    await refuse({ cheatsAllowed: true }, "CheatsWithoutQuorum()");
    await refuse({ validators: [ecosystem.accounts[0]!.address] }, "ThresholdOutOfRange(1, 0)");
    await refuse({ validatorThreshold: 1n }, "QuorumEmpty()");
    const committee = await hexAddress(await ecosystem.l1.deploy("CommitteePolicy", [ecosystem.accounts[1]!.address], 1n));
    const rollup = await hexAddress(ecosystem.rollupPolicy);
    const both = await hexAddress(await ecosystem.l1.deploy("AllOfPolicy", [rollup, committee]));
    for (const policy of [committee, both]) await refuse({ dataAvailabilityPolicy: policy }, `PolicyBindsNoSettler(${policy})`);
    await createChain(ecosystem, base);
    nextChainId++;
  });

  test("§8.14: a chain with a quorum settles nothing without it, though the version proves execution", async () => {
    const base = await defaultConfiguration(ecosystem, nextChainId++);
    const chain = await TestChain.create(ecosystem, { ...base, protocolVersion: aggregator.version });
    const [settler] = settlers();
    const formed = await formFor(chain, settler.address);
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, formed)), "QuorumRequired(1)");
    const facet = await ecosystem.l1.ethers.getContractAt("CommitFacet", await view<string>(chain.contract, "commitFacet"));
    const direct = { contract: facet as unknown as BaseContract };
    await assertReverts(sendSettlement(direct, settler, settlementOf(chain, formed)), "UnknownProtocolVersion(0)");
  });

  test("§8.14: leaves no operation waiting past its deadline, and its exit opens if no account settles", async () => {
    const chain = await create();
    const [settler] = settlers();
    const { priorityOpWindow } = chain.configuration;
    const operation = await chain.request();
    const queuedAt = await ecosystem.latestTimestamp();
    const heldBack = await formFor(chain, settler.address, { timestamp: queuedAt + priorityOpWindow - 1n });
    await ecosystem.increaseTime(priorityOpWindow);
    const settle = async (content: Parameters<typeof formFor>[2]) =>
      sendSettlement(chain, settler, settlementOf(chain, await formFor(chain, settler.address, content)));
    await assertReverts(settle({}), "PriorityOpOverdue");
    await ecosystem.increaseTime(priorityOpWindow);
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, heldBack)), "PriorityOpOverdueOnL1");
    const { stored } = await settleNext(chain, settler, { canonicalTxHashes: [operation], logs: [SUCCESS] });

    await chain.request();
    await activateExit(ecosystem, chain);
    assert.equal(await view(chain.contract, "executedStateRoot"), stored.newStateRoot);
    await assertReverts(settle({}), "ChainExited()");
  });

  test("§8.14: moves on to versions that prove execution alone, whose aggregator then proves its batches", async () => {
    const next = await addExecutionVersion(ecosystem, provenVersion(3));
    const chain = await create();
    const [settler] = settlers();
    const { chainId } = chain.configuration;
    const schedule = (version: bigint) => send(ecosystem.settings, "scheduleUpgrade", chainId, version, 0n);
    await assertReverts(schedule(PROTOCOL_VERSION), `VersionNeedsQuorum(${PROTOCOL_VERSION})`);
    await schedule(next.version);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chainId));
    const formed = await formFor(chain, settler.address, { protocolVersion: next.version });
    await send(next.verifier, "setRefuses", true);
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, formed)), "ProofRefused()");
    await send(next.verifier, "setRefuses", false);
    const { receipt } = await settleFormed(chain, settler, formed);
    const [proven] = eventsOf(chain.contract, receipt, "BatchProven");
    assert.deepEqual(
      [proven!.args["protocolVersion"], proven!.args["verifier"]],
      [next.version, await next.contract.getAddress()],
    );
    assert.equal(await view(chain.contract, "getProtocolVersion"), next.version);

    await send(ecosystem.verifiers, "scheduleRetirement", next.version);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.verifiers, "retirementNotice"));
    const late = await formFor(chain, settler.address, { protocolVersion: next.version });
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, late)), "ProtocolVersionRetired");
    await chain.request();
    await activateExit(ecosystem, chain);
  });

  test("§8.14: refuses state cheats, and is marked as any other chain", async () => {
    const chain = await create();
    const [settler] = settlers();
    const cheating = await formFor(chain, settler.address, { cheatCount: 1n });
    await assertReverts(sendSettlement(chain, settler, settlementOf(chain, cheating)), "StateCheatsForbidden(1)");
    await settleNext(chain, settler);
    await assertReverts(send(ecosystem.roots, "mark", chain.configuration.chainId), "MarkTooEarly");
    await ecosystem.increaseTime(3_600n);
    const receipt = await send(ecosystem.roots, "mark", chain.configuration.chainId);
    const [leaf] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
    assert.equal(leaf!.args["batchNumber"], 1n);
  });
});
