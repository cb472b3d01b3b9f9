import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { hashAggregate, type AggregatedBatch } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { addExecutionVersion, DIGEST, itemOf, type Aggregator } from "./support/aggregates.ts";
import { TestChain, type FormedBatch } from "./support/chain.ts";
import {
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { createWithoutQuorum, formFor, sendSettlement, settleNext, settlerData } from "./support/settlements.ts";

describe("a proof that the aggregator stores before a batch is settled", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let [settler, other]: HardhatEthersSigner[] = [];
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    [settler, other] = ecosystem.accounts.slice(6, 8);
  });
  after(() => ecosystem.l1.close());

  const create = (): Promise<TestChain> => createWithoutQuorum(ecosystem, aggregator, nextChainId++);
  const store = (
    items: readonly AggregatedBatch[],
    proof = proofOfAggregate(items, DIGEST),
  ): Promise<ContractTransactionReceipt> => send(aggregator.contract, "storeProof", items, DIGEST, proof);
  const statementOf = (items: readonly AggregatedBatch[]): Hex => hashAggregate(items, digestFromHex(DIGEST));
  const withoutProof = ({ previous, commit, importedRoots, flows }: FormedBatch, digest = DIGEST): readonly unknown[] => [
    ...[previous, commit, digest, "0x", importedRoots, flows],
  ];
  const executed = ({ contract }: TestChain): Promise<bigint> => view<bigint>(contract, "getTotalBatchesExecuted");

  it("settles its batch without another proof, by a call of the batch's settler", async () => {
    const chain = await create();
    const formed = await formFor(chain, settler!.address);
    const items = [itemOf(chain, formed.expected)];
    const statement = statementOf(items);
    await assertReverts(sendSettlement(chain, settler!, withoutProof(formed)), `ProofNotStored(${statement})`);
    const receipt = await store(items);
    assert.deepEqual(
      eventsOf(aggregator.contract, receipt, "ProofStored").map(({ args }) => args["statement"] as string),
      [statement],
    );
    assert.equal(await view(aggregator.contract, "storedAt", statement), BigInt(receipt.blockNumber));
    // Nothing of the chain has changed.
    assert.equal(await executed(chain), 0n);
    await sendSettlement(chain, settler!, withoutProof(formed));
    assert.equal(await executed(chain), 1n);
  });

  it("is the same whatever the fields say that no proof covers, and keeps the place of the first", async () => {
    const chain = await create();
    const { expected } = await formFor(chain, settler!.address);
    const first = await store([itemOf(chain, expected)]);
    const later = { ...expected, committedAt: 99n, leafCount: 7n, lastBlock: 5n };
    await store([itemOf(chain, later)]);
    const statement = statementOf([itemOf(chain, expected)]);
    assert.equal(statementOf([itemOf(chain, later)]), statement);
    assert.equal(await view(aggregator.contract, "storedAt", statement), BigInt(first.blockNumber));
  });

  it("attack: serves no other settler, no other batch, no other chain and no other digest", async () => {
    const chain = await create();
    const formed = await formFor(chain, settler!.address);
    await store([itemOf(chain, formed.expected)]);
    await assertReverts(sendSettlement(chain, other!, withoutProof(formed)), "SettlerMismatch");
    const theirs = await formFor(chain, other!.address);
    assert.equal((theirs.commit["policyData"] as Hex).toLowerCase(), settlerData(other!.address));
    await assertReverts(sendSettlement(chain, other!, withoutProof(theirs)), "ProofNotStored");
    await assertReverts(sendSettlement(chain, settler!, withoutProof(formed, wordToHex(6n))), "ProofNotStored");
    const changed = await formFor(chain, settler!.address, { newStateRoot: wordToHex(12n) });
    await assertReverts(sendSettlement(chain, settler!, withoutProof(changed)), "ProofNotStored");
    const elsewhere = { chainId: chain.configuration.chainId + 1n, batch: formed.expected };
    await assertReverts(send(aggregator.contract, "proveBatches", [elsewhere], DIGEST, "0x"), "ProofNotStored");
    assert.equal(await executed(chain), 0n);
  });

  it("attack: a false proof is not stored, and an empty one proves nothing", async () => {
    const chain = await create();
    const items = [itemOf(chain, (await formFor(chain, settler!.address)).expected)];
    await assertReverts(store(items, wordToHex(1n)), "WrongProof");
    await assertReverts(store(items, "0x"), "WrongProof");
    await assertReverts(send(aggregator.contract, "proveBatches", items, DIGEST, "0x"), "ProofNotStored");
    await send(aggregator.verifier, "setRefuses", true);
    await assertReverts(store(items), "ProofRefused()");
    await send(aggregator.verifier, "setRefuses", false);
    await assertReverts(store([]), "BatchCountOutOfRange");
    assert.equal(await view(aggregator.contract, "storedAt", statementOf(items)), 0n);
  });

  it("attack: does not bring back a batch that another settlement has replaced", async () => {
    const chain = await create();
    const formed = await formFor(chain, settler!.address);
    await store([itemOf(chain, formed.expected)]);
    await settleNext(chain, other!);
    await assertReverts(sendSettlement(chain, settler!, withoutProof(formed)), "BatchNumberMismatch(1, 0)");
    const receipt = await send(aggregator.contract, "proveBatches", [itemOf(chain, formed.expected)], DIGEST, "0x");
    assert.deepEqual(aggregator.skipped(receipt), [[chain.configuration.chainId, 0n]]);
  });

  it("proves batches of chains with validators too, once they are committed", async () => {
    const configuration = { ...(await defaultConfiguration(ecosystem, nextChainId++)), protocolVersion: aggregator.version };
    const chain = await TestChain.create(ecosystem, configuration);
    const formed = await chain.form();
    await store([itemOf(chain, formed.expected)]);
    const early = await send(aggregator.contract, "proveBatches", [itemOf(chain, formed.expected)], DIGEST, "0x");
    assert.equal(aggregator.skipped(early).length, 1);
    const { stored } = await chain.commit(formed);
    await send(aggregator.contract, "proveBatches", [itemOf(chain, stored)], DIGEST, "0x");
    assert.equal(await view(chain.contract, "getTotalBatchesVerified"), 1n);
  });
});
