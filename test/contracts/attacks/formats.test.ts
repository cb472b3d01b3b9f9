import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PREDEPLOYS_DIGEST } from "../../../src/ground/protocol/generated/version-predeploys.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { nextGeneration } from "../../../src/ground/protocol/protocol-version.ts";
import { TestChain, type BatchContent } from "../l1/support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  send,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const FORMAT_3 = 3n;
const COINBASE = addressOf(0xc01);

describe("versions, formats and their readers", () => {
  let ecosystem: Ecosystem;
  let reader3: string;
  let nextChainId = 4_000n;
  before(async () => {
    ecosystem = await deployEcosystem();
    reader3 = await (await ecosystem.l1.deploy("BatchReader3", PREDEPLOYS_DIGEST)).getAddress();
    for (const version of [FORMAT_3, nextGeneration(FORMAT_3)]) await add(version, reader3);
  });
  after(() => ecosystem.l1.close());

  async function add(version: bigint, reader: string): Promise<unknown> {
    return send(ecosystem.verifiers, "addVersion", version, {
      verifier: await ecosystem.verifier.getAddress(),
      tree: await ecosystem.stateTree.getAddress(),
      reader,
      genesisStateRoot: GENESIS_ROOT,
      genesisLeafCount: GENESIS_LEAVES,
      ...NO_EXECUTION_PROOFS,
    });
  }
  const create = async (protocolVersion: bigint, sequencingMode = 0n): Promise<TestChain> => {
    const configuration = await defaultConfiguration(ecosystem, nextChainId++);
    return TestChain.create(ecosystem, { ...configuration, protocolVersion, sequencingMode });
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

  test("a batch of format 3 names its coinbase, and L1 stores the outputs that TypeScript computes", async () => {
    const chain = await create(FORMAT_3);
    for (const coinbase of [COINBASE, addressOf(0), COINBASE]) {
      const { stored, formed } = await chain.settle({ coinbase });
      assert.equal(stored.outputsHash, formed.expected.outputsHash);
    }
  });

  test("coinbase of another batch: the outputs differ, and with them the commitment", async () => {
    const chain = await create(FORMAT_3);
    for (const coinbase of [addressOf(0xbad), addressOf(0)])
      await assertReverts(commitAs(chain, { coinbase: COINBASE }, { coinbase }), "CommitmentMismatch");
    await commitAs(chain, { coinbase: COINBASE }, {});
  });

  test("an old reader is shown a coinbase: it is refused, also where the batch was signed with it", async () => {
    const chain = await create(PROTOCOL_VERSION);
    const refusal = `CoinbaseNotExported(2, ${COINBASE})`;
    await assertReverts(commitAs(chain, {}, { coinbase: COINBASE }), refusal);
    await assertReverts(commitAs(chain, { coinbase: COINBASE }, {}), refusal);
  });

  test("hash of other inputs, or none: the exports differ, and with them the commitment; each configuration has its flag", async () => {
    const [own, other] = [wordToHex(0x1234n), wordToHex(0x1235n)];
    const flagged = await create(FORMAT_3, 0x200n);
    assert.notEqual(flagged.extensions.usual, (await create(FORMAT_3)).extensions.usual);
    for (const transactionsHash of [other, wordToHex(0n)])
      await assertReverts(commitAs(flagged, { transactionsHash: own }, { transactionsHash }), "CommitmentMismatch");
    const { receipt } = await flagged.commit(await flagged.form({ transactionsHash: own }));
    assert.equal(receipt.status, 1);
    await assertReverts(create(PROTOCOL_VERSION, 0x200n), "ModeNeedsFormat(3, 2)");
  });

  test("predeploys: exported by the first batch and by the first one of the format, with the version's digest, and by no other", async () => {
    for (const version of [FORMAT_3, PROTOCOL_VERSION]) {
      const chain = await create(version);
      if (version === PROTOCOL_VERSION) {
        await chain.settle();
        await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, FORMAT_3, 0n);
        await chain.settle();
        await ecosystem.increaseTime(2_000n);
      }
      const content = { protocolVersion: FORMAT_3, coinbase: COINBASE };
      const { usual, installing } = chain.extensions;
      for (const extensions of [usual, wordToHex(0n)]) {
        const formed = await chain.form({ ...content, extensions });
        const approval = await chain.sign(formed.expected.commitment);
        await assertReverts(
          send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: approval }]),
          "CommitmentMismatch",
        );
      }
      const { stored } = await chain.settle({ ...content, extensions: installing });
      assert.equal(stored.extensions, installing);
      await assertReverts(commitAs(chain, { ...content, extensions: installing }, {}), "CommitmentMismatch");
      const next = await chain.settle({ ...content, extensions: usual });
      assert.equal(next.stored.extensions, usual);
    }
  });

  test("version 0x103 shown as 0x3: the version is in the preCommitment", async () => {
    const chain = await create(FORMAT_3);
    const as103 = { protocolVersion: nextGeneration(FORMAT_3), coinbase: COINBASE };
    await assertReverts(commitAs(chain, as103, {}), "CommitmentMismatch");
    await commitAs(chain, { coinbase: COINBASE }, {});
  });

  test("format bits lie: a reader is taken for the format that it reads alone", async () => {
    const reader2 = await ecosystem.reader.getAddress();
    await assertReverts(add(0x203n, reader2), "ReaderOfOtherFormat(3, 2)");
    await assertReverts(add(0x202n, reader3), "ReaderOfOtherFormat(2, 3)");
    // No format at all, and an unknown one.
    await assertReverts(add(0x100n, reader2), "ReaderOfOtherFormat(0, 2)");
    await assertReverts(add(0x4n, reader3), "ReaderOfOtherFormat(4, 3)");
    await add(0x203n, reader3);
  });

  test("an upgrade from format 2 to format 3 changes the reader with the version, and no earlier batch; there is no way back", async () => {
    const chain = await create(PROTOCOL_VERSION);
    await chain.settle();
    await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, FORMAT_3, 0n);
    await chain.settle();
    await ecosystem.increaseTime(2_000n);
    const { stored } = await chain.settle({ protocolVersion: FORMAT_3, coinbase: COINBASE });
    assert.equal(stored.protocolVersion, FORMAT_3);
    assert.notEqual(stored.outputsHash, wordToHex(0n));
    await assertReverts(
      send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, PROTOCOL_VERSION, 0n),
      `FormatFalls(${FORMAT_3}, ${PROTOCOL_VERSION})`,
    );
  });
});
