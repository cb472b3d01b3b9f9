import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { AssetMessageKind, type AssetTransfer } from "../../../src/ground/protocol/asset-message.ts";
import type { FactBatch } from "../../../src/ground/protocol/fact-evidence.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { FactRefusalCode } from "../../../src/chain/settlement-layer/facts/fact-refused.ts";
import { checkFact, type FactPorts, type FactTerms } from "../../../src/chain/settlement-layer/facts/fact-rule.ts";
import { FactsOnL1 } from "../../../src/chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../src/chain/settlement-layer/facts/judge.ts";
import { addExecutionVersion, itemOf, type Aggregator } from "../../contracts/l1/support/aggregates.ts";
import { assetMessage } from "../../contracts/l1/support/assets.ts";
import { TestChain, type BatchContent } from "../../contracts/l1/support/chain.ts";
import {
  defaultConfiguration,
  deployEcosystem,
  hexAddress,
  provenVersion,
  send,
  type Ecosystem,
} from "../../contracts/l1/support/ecosystem.ts";

const SENDER: Hex = `0x${"aa".repeat(20)}`;
const SOURCE = 270n;
const SECOND = 271n;
const IMPORTER = 272n;
const TRUSTED = 273n;

/** L1's contracts decide. Proofs of batches are markers here: the rule calls a verifier of proofs, and is tested without one. */
describe("the rule for the facts that a chain imports", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let source: TestChain;
  let second: TestChain;
  let importer: TestChain;
  let trusted: TestChain;
  let snapshot: unknown;
  let bornAt: bigint;
  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    const create = async (chainId: bigint, protocolVersion = aggregator.version): Promise<TestChain> =>
      TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, chainId)), protocolVersion });
    [source, second, importer] = [await create(SOURCE), await create(SECOND), await create(IMPORTER)];
    trusted = await create(TRUSTED, (await defaultConfiguration(ecosystem, TRUSTED)).protocolVersion);
    bornAt = await ecosystem.latestTimestamp();
    await ecosystem.increaseTime(10n);
  });
  after(() => ecosystem.l1.close());
  const chains = () => [source, second, importer, trusted];
  let positions: readonly { readonly last: StoredBatch; readonly count: bigint }[];
  beforeEach(async () => {
    snapshot = await ecosystem.l1.ethers.provider.send("evm_snapshot", []);
    positions = chains().map(({ last, batchCount: count }) => ({ last, count }));
  });
  afterEach(async () => {
    await ecosystem.l1.ethers.provider.send("evm_revert", [snapshot]);
    for (const [place, chain] of chains().entries())
      [chain.last, chain.batchCount] = [positions[place]!.last, positions[place]!.count];
  });

  const say = (body: number) => ({ type: "message", sender: SENDER, body: Uint8Array.of(body) }) as const;
  const transfer = (overrides: Partial<AssetTransfer>) =>
    assetMessage(ecosystem, { kind: AssetMessageKind.hyperbridgeSend, destinationChainId: IMPORTER, ...overrides });
  const marker = (stored: StoredBatch): Uint8Array => Buffer.from(stored.commitment.slice(2), "hex");
  /** Commits a batch that L1 has not executed. */
  async function commit(chain: TestChain, content: BatchContent): Promise<FactBatch> {
    const formed = await chain.form(content);
    const { stored } = await chain.commit(formed);
    const { chainId } = chain.configuration;
    return { chainId, stored, imports: formed.importedRoots, flows: formed.flows, program: "marker", proof: marker(stored) };
  }
  const execute = async ({ chainId, stored, imports, flows }: FactBatch): Promise<void> => {
    const chain = chains().find(({ configuration }) => configuration.chainId === chainId)!;
    await aggregator.prove([itemOf(chain, stored)]);
    await chain.execute(stored, { importedRoots: imports, flows: [...flows] });
  };
  const factOf = ({ chainId, stored }: FactBatch): ImportedRoot => ({
    registryIndex: factIndex(chainId, stored.batchNumber),
    root: stored.l2LogsTreeRoot,
  });
  /** Proofs that were verified, as chain and batch. */
  let verified: string[];
  async function ports(): Promise<FactPorts> {
    verified = [];
    const l1 = await FactsOnL1.look({
      ...{ provider: ecosystem.l1.ethers.provider as unknown as SendingProvider, confirmations: 1, hyperchain: importer.address },
      ...{ factory: await hexAddress(ecosystem.factory), registry: await hexAddress(ecosystem.roots) },
      settings: await hexAddress(ecosystem.settings),
    });
    return {
      l1,
      refusalOf: ({ chainId, stored, proof }) => {
        verified.push(`${chainId}:${stored.batchNumber}`);
        return Promise.resolve(Buffer.from(proof).equals(marker(stored)) ? undefined : "NotTheMarker");
      },
    };
  }
  const check = async (batches: readonly FactBatch[], of = factOf(batches.at(-1)!), terms: Partial<FactTerms> = {}) =>
    checkFact({ fact: of, batches }, { from: [SOURCE, SECOND, TRUSTED], bornAt, ...terms }, await ports());
  const refuses = (code: FactRefusalCode, message: RegExp, ...[batches, ...others]: Parameters<typeof check>): Promise<void> =>
    assert.rejects(check(batches, ...others), { name: "FactRefused", code, message });

  test("takes a fact whose open batches L1 would execute, of one chain or of two, and changes nothing on L1", async () => {
    const below = await commit(second, { logs: [say(1)] });
    const first = await commit(source, { importedRoots: [factOf(below)], logs: [say(2)] });
    const last = await commit(source, { logs: [say(3)] });
    await check([below, first, last]);
    assert.deepEqual(verified, ["271:0", "270:0", "270:1"]);
    await check([below]);
    const l1 = (await ports()).l1;
    assert.deepEqual((await l1.source(SOURCE))!.verified, 0n);
    await execute(below);
    await check([below, first, last]);
    assert.deepEqual(verified, ["270:0", "270:1"]);
    await execute(first);
    await execute(last);
    await check([], factOf(last));
  });

  test("root that L1 never had: a stored batch with it is never executed, and no fact about it is taken", async () => {
    const dead = await commit(source, { importedRoots: [{ registryIndex: 0n, root: wordToHex(1n) }], logs: [say(1)] });
    await refuses("NotExecutable", /ImportedRootUnknown/, [dead]);
    const above = await commit(source, { logs: [say(2)] });
    await refuses("NotExecutable", /ImportedRootUnknown/, [dead, above]);
  });

  test("mutual imports: two batches that import each other are executed by no order", async () => {
    const rootOf = async (chain: TestChain, body: number) => (await chain.form({ logs: [say(body)] })).expected.l2LogsTreeRoot;
    const [one, two] = [await rootOf(source, 1), await rootOf(second, 2)];
    const a = await commit(source, { logs: [say(1)], importedRoots: [{ registryIndex: factIndex(SECOND, 0n), root: two }] });
    const b = await commit(second, { logs: [say(2)], importedRoots: [{ registryIndex: factIndex(SOURCE, 0n), root: one }] });
    for (const order of [[a, b], [b, a], [a]]) await refuses("EvidenceIncomplete", /is not shown before/, order);
  });

  test("unbacked coins: a batch that sends coins without backing is not executed", async () => {
    const unbacked = await commit(source, { logs: [transfer({ amount: 300n })] });
    await refuses("NotExecutable", /BalanceOverdraft/, [unbacked]);
  });

  test("forged fact: another log root, batch, chain or name", async () => {
    const batch = await commit(source, { logs: [say(1)] });
    const { registryIndex, root } = factOf(batch);
    await refuses("BatchNotStored", /not 0x0000/, [batch], { registryIndex, root: wordToHex(9n) });
    await refuses("EvidenceIncomplete", /does not end with batch 1/, [batch], { registryIndex: registryIndex + 1n, root });
    await refuses("SourceNotListed", /chain 999/, [batch], { registryIndex: factIndex(999n, 0n), root });
    for (const bit of [128n, 200n, 253n])
      await refuses("FactMalformed", /the index of no fact/, [batch], { registryIndex: registryIndex | (1n << bit), root });
    await refuses("EvidenceIncomplete", /does not end with/, [], factOf(batch));
  });

  test("batch executed otherwise: another record, number or log root than L1 has", async () => {
    const batch = await commit(source, { logs: [say(1)] });
    const other = { ...batch, stored: { ...batch.stored, newStateRoot: wordToHex(5n) } };
    await refuses("BatchNotStored", /L1 stores another batch/, [other]);
    const uncommitted = { ...batch, stored: { ...batch.stored, batchNumber: 1n } };
    await refuses("BatchNotStored", /L1 stores another batch/, [batch, uncommitted]);
    await execute(batch);
    const { registryIndex } = factOf(batch);
    await refuses("FactVoid", /L1 executed batch 0 of chain 270/, [batch], { registryIndex, root: wordToHex(9n) });
  });

  test("a reverted batch, and one of a chain that has stopped", async () => {
    const genesis = source.last;
    const batch = await commit(source, { logs: [say(1)] });
    await check([batch]);
    await send(source.contract, "revertBatches", ...(await source.signRevert(0n)));
    [source.last, source.batchCount] = [genesis, 0n];
    await refuses("BatchNotStored", /L1 stores another batch/, [batch]);
    await source.request();
    await ecosystem.increaseTime(2_000n);
    await send(source.contract, "activateExit");
    await refuses("BatchNotStored", /has stopped/, [batch]);
  });

  test("validium withholds imports: lists without the stored hash are refused, and so is a batch below that is missing", async () => {
    const below = await commit(second, { logs: [say(1)] });
    const batch = await commit(source, { importedRoots: [factOf(below)], logs: [say(2)] });
    await refuses("EvidenceMismatch", /imports or flows/, [{ ...batch, imports: [] }]);
    await refuses("EvidenceMismatch", /imports or flows/, [
      { ...batch, flows: [{ kind: 1, destinationChainId: 0n, originChainId: 1n, originToken: SENDER, amount: 1n }] },
    ]);
    await refuses("EvidenceIncomplete", /batch 0 of chain 271.* is not shown before/, [batch]);
    const next = await commit(source, { logs: [say(3)] });
    await refuses("EvidenceIncomplete", /L1 executes batch 0 of the chain before/, [next]);
  });

  test("import behind a promise: a batch above one that L1 does not store has no fact for others", async () => {
    const promised = await second.form({ logs: [say(1)] });
    const root = promised.expected.l2LogsTreeRoot;
    const batch = await commit(source, { importedRoots: [{ registryIndex: factIndex(SECOND, 0n), root }], logs: [say(2)] });
    await refuses("EvidenceIncomplete", /batch 0 of chain 271.* is not shown before/, [batch]);
    const other = await commit(second, { logs: [say(3)] });
    await refuses("EvidenceIncomplete", /is not shown before/, [other, batch]);
    await refuses("BatchNotStored", /L1 stores another batch/, [
      { ...other, stored: { ...other.stored, l2LogsTreeRoot: root } },
      batch,
    ]);
  });

  test("a proof that does not hold is named with its batch, and one that L1 has accepted is not verified again", async () => {
    const below = await commit(source, { logs: [say(1)] });
    const batch = await commit(source, { logs: [say(2)] });
    const forged = { ...below, proof: Uint8Array.of(1) };
    await refuses("ProofRefused", /batch 0 of chain 270 does not hold: NotTheMarker/, [forged, batch]);
    await aggregator.prove([itemOf(source, below.stored)]);
    await check([forged, batch]);
    assert.deepEqual(verified, ["270:1"]);
  });

  test("trusted proof: a version that proves no execution has no aggregator that chains believe", async () => {
    await refuses("ExecutionTrusted", /make that chain proven/, [await commit(trusted, { logs: [say(1)] })]);
  });

  test("a chain below that is not listed, the importing chain included", async () => {
    const local = await commit(importer, { logs: [say(1)] });
    const batch = await commit(source, { importedRoots: [factOf(local)], logs: [say(2)] });
    await refuses("SourceNotListed", /is of chain 272/, [local, batch]);
    const below = await commit(second, { logs: [say(1)] });
    await refuses("SourceNotListed", /is of chain 271/, [below, batch], factOf(batch), { from: [SOURCE] });
  });

  test("refused transfer claimed by a fact: a batch that began before the importing chain was created", async () => {
    const early = await commit(source, { logs: [say(1)] });
    await refuses("SentBeforeChain", /this chain was created at/, [early], factOf(early), {
      bornAt: early.stored.firstTimestamp,
    });
    await check([early], factOf(early), { bornAt: early.stored.firstTimestamp - 1n });
  });

  test("dear closure: batches whose execution may exceed the gas of a call are refused by name, and fewer are judged", async () => {
    const unknown = Array.from({ length: 256 }, (_, index) => ({ registryIndex: BigInt(index), root: wordToHex(1n) }));
    const batches: FactBatch[] = [];
    // Each has 1,024,000 gas for its imports and 400,000 for the rest.
    for (let index = 0; index < 18; index++) batches.push(await commit(source, { importedRoots: unknown, logs: [say(index)] }));
    await refuses("JudgementTooDear", /18 open batches may take 25632000 gas/, batches);
    await refuses("NotExecutable", /ImportedRootUnknown/, batches.slice(0, 17));
  });

  test("endless closure: thirty-two open batches are judged in one call, thirty-three are refused", async () => {
    const batches: FactBatch[] = [];
    for (let i = 0; i < 32; i++) batches.push(await commit(source, { logs: [say(i)] }));
    await check(batches);
    batches.push(await commit(source, { logs: [say(33)] }));
    await refuses("TooManyOpenBatches", /more than 32/, batches);
  });

  test("frozen source: L1 accepts no proof of a version that is stopped", async () => {
    const batch = await commit(source, { logs: [say(1)] });
    await send(ecosystem.verifiers, "scheduleRetirement", aggregator.version);
    await ecosystem.increaseTime(10_000_000n);
    await refuses("NotExecutable", /ProofNotAccepted/, [batch]);
  });
});
