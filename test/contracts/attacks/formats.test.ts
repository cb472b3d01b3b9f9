import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { nextGeneration } from "../../../src/ground/protocol/protocol-version.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { TestChain, type BatchContent } from "../l1/support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  send,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { addExecutionVersion, itemOf, type Aggregator } from "../l1/support/aggregates.ts";
import { assertReverts } from "../l1/support/errors.ts";

const PROVEN = 3n;
const COINBASE = addressOf(0xc01);

describe("trusted and proven versions and their reader", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 4_000n;
  const aggregators = new Map<bigint, Aggregator>();
  before(async () => {
    ecosystem = await deployEcosystem();
    for (const version of [PROVEN, nextGeneration(PROVEN)])
      aggregators.set(version, await addExecutionVersion(ecosystem, version));
  });
  after(() => ecosystem.l1.close());

  async function add(version: bigint): Promise<unknown> {
    return send(ecosystem.verifiers, "addVersion", version, {
      verifier: await ecosystem.verifier.getAddress(),
      tree: await ecosystem.stateTree.getAddress(),
      reader: await ecosystem.reader.getAddress(),
      genesisStateRoot: GENESIS_ROOT,
      genesisLeafCount: GENESIS_LEAVES,
      ...NO_EXECUTION_PROOFS,
    });
  }
  const create = async (protocolVersion: bigint, sequencingMode = 0n): Promise<TestChain> => {
    const configuration = await defaultConfiguration(ecosystem, nextChainId++);
    return TestChain.create(ecosystem, { ...configuration, protocolVersion, sequencingMode });
  };
  /** The next batch through all its stages, proven as its version demands. */
  const settle = async (chain: TestChain, content: BatchContent): Promise<StoredBatch> => {
    const formed = await chain.form(content);
    const { stored } = await chain.commit(formed);
    const aggregator = aggregators.get(stored.protocolVersion);
    await (aggregator === undefined ? chain.prove(stored) : aggregator.prove([itemOf(chain, stored)]));
    await chain.execute(stored, formed);
    return stored;
  };
  /** First batch of the chain's run of proven ones, in the record that L1 stored. */
  const provenSince = (receipt: ContractTransactionReceipt): bigint => {
    const [event] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
    return (event!.args["record"] as { readonly provenSince: bigint }).provenSince;
  };
  /** A commit that says something else than the batch that was formed and signed. */
  const commitAs = async (
    chain: TestChain,
    content: BatchContent,
    shown: Pick<BatchContent, "coinbase" | "transactionsHash">,
  ): Promise<unknown> => {
    const formed = await chain.form(content);
    const approval = await chain.sign(formed.expected.commitment);
    return send(chain.contract, "commitBatches", formed.previous, [
      { batch: { ...formed.commit, ...shown }, approval: approval },
    ]);
  };

  test("a batch names its coinbase, and L1 stores the outputs that TypeScript computes", async () => {
    const chain = await create(PROTOCOL_VERSION);
    for (const coinbase of [COINBASE, addressOf(0), COINBASE]) {
      const { stored, formed } = await chain.settle({ coinbase });
      assert.equal(stored.outputsHash, formed.expected.outputsHash);
    }
  });

  test("coinbase of another batch: the outputs differ, and with them the commitment", async () => {
    const chain = await create(PROTOCOL_VERSION);
    for (const coinbase of [addressOf(0xbad), addressOf(0)])
      await assertReverts(commitAs(chain, { coinbase: COINBASE }, { coinbase }), "CommitmentMismatch");
    await commitAs(chain, { coinbase: COINBASE }, {});
  });

  test("hash of other inputs, or none: the exports differ, and with them the commitment; each configuration has its flag", async () => {
    const [own, other] = [wordToHex(0x1234n), wordToHex(0x1235n)];
    const flagged = await create(PROVEN, 0x200n);
    assert.notEqual(flagged.extensions.usual, (await create(PROVEN)).extensions.usual);
    for (const transactionsHash of [other, wordToHex(0n)])
      await assertReverts(commitAs(flagged, { transactionsHash: own }, { transactionsHash }), "CommitmentMismatch");
    const { receipt } = await flagged.commit(await flagged.form({ transactionsHash: own }));
    assert.equal(receipt.status, 1);
    await assertReverts(create(PROTOCOL_VERSION, 0x200n), `ModeNeedsProofs(${0x200}, ${PROTOCOL_VERSION})`);
  });

  test("attack: a quorum wrote a false predeploy, and the chain becomes proven: the first proven batch exports the predeploys' digest, and no other", async () => {
    for (const version of [PROVEN, PROTOCOL_VERSION]) {
      const chain = await create(version);
      if (version === PROTOCOL_VERSION) {
        await chain.settle();
        await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, PROVEN, 0n);
        await chain.settle();
        await ecosystem.increaseTime(2_000n);
      }
      const content = { protocolVersion: PROVEN, coinbase: COINBASE };
      const { usual, installing } = chain.extensions;
      for (const extensions of [usual, wordToHex(0n)]) {
        const formed = await chain.form({ ...content, extensions });
        const approval = await chain.sign(formed.expected.commitment);
        await assertReverts(
          send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: approval }]),
          "CommitmentMismatch",
        );
      }
      const stored = await settle(chain, { ...content, extensions: installing });
      assert.equal(stored.extensions, installing);
      await assertReverts(commitAs(chain, { ...content, extensions: installing }, {}), "CommitmentMismatch");
      const next = await settle(chain, { ...content, extensions: usual });
      assert.equal(next.extensions, usual);
    }
  });

  test("version 0x103 shown as 0x3: the version is in the preCommitment", async () => {
    const chain = await create(PROVEN);
    const as103 = { protocolVersion: nextGeneration(PROVEN), coinbase: COINBASE };
    await assertReverts(commitAs(chain, as103, {}), "CommitmentMismatch");
    await commitAs(chain, { coinbase: COINBASE }, {});
  });

  test("format bits lie: a reader is taken for the format that it reads alone", async () => {
    for (const [version, format] of [
      [0x100n, 0],
      [0x4n, 2],
      [0x205n, 2],
      [0x1ffn, 127],
    ] as const)
      await assertReverts(add(version), `ReaderOfOtherFormat(${format}, 1)`);
  });

  test("attack: a version whose number is a proven one has no aggregator: a quorum could write predeploys and pass for proven later", async () => {
    await assertReverts(add(0x203n), `AggregatorMissing(${0x203})`);
    await add(0x202n);
  });

  test("A143: a version whose number is a trusted one's has an aggregator: its batches would count as proven, and their openings install no predeploys", async () => {
    for (const trusted of [0x502n, nextGeneration(0x502n)])
      await assertReverts(addExecutionVersion(ecosystem, trusted), `AggregatorOfTrustedVersion(${trusted})`);
  });

  test("A143: a chain's run of proven batches begins with the batch that installs predeploys", async () => {
    const chain = await create(PROTOCOL_VERSION);
    await chain.settle();
    await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, PROVEN, 0n);
    const trusted = await chain.settle();
    await ecosystem.increaseTime(2_000n);
    assert.equal(provenSince(trusted.receipt), trusted.stored.batchNumber + 1n);
    const formed = await chain.form({ protocolVersion: PROVEN });
    const { stored } = await chain.commit(formed);
    await aggregators.get(PROVEN)!.prove([itemOf(chain, stored)]);
    assert.equal(stored.extensions, chain.extensions.installing);
    assert.equal(provenSince(await chain.execute(stored, formed)), stored.batchNumber);
  });

  test("attack: a quorum edits predeploys while its proven chain is trusted for a time: each first proven batch after trusted ones installs them", async () => {
    const chain = await create(PROTOCOL_VERSION);
    const { usual, installing } = chain.extensions;
    await chain.settle();
    let before = PROTOCOL_VERSION;
    for (const [protocolVersion, expected] of [
      [PROVEN, installing],
      [PROTOCOL_VERSION, usual],
      [nextGeneration(PROVEN), installing],
    ] as const) {
      await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, protocolVersion, 0n);
      await settle(chain, { protocolVersion: before, extensions: usual });
      await ecosystem.increaseTime(2_000n);
      const other = expected === usual ? installing : usual;
      const formed = await chain.form({ protocolVersion, extensions: other });
      const approval = await chain.sign(formed.expected.commitment);
      const sent = send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval }]);
      await assertReverts(sent, "CommitmentMismatch");
      const stored = await settle(chain, { protocolVersion, extensions: expected });
      assert.deepEqual([stored.protocolVersion, stored.extensions], [protocolVersion, expected]);
      before = protocolVersion;
    }
  });
});
