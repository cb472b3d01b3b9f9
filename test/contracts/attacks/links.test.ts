import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AssetMessageKind } from "../../../src/ground/protocol/asset-message.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { linkIndex } from "../../../src/ground/protocol/link-index.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { addExecutionVersion } from "../l1/support/aggregates.ts";
import { accountsOf, assetMessage, depositToken } from "../l1/support/assets.ts";
import { TestChain, type BatchContent, type FormedBatch } from "../l1/support/chain.ts";
import { defaultConfiguration, hexAddress, provenVersion, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { deployExitScene } from "../l1/support/exits.ts";
import { createWithoutQuorum, formFor, sendSettlement, settlementOf } from "../l1/support/settlements.ts";

/** A proven batch of a chain. */
interface Proven {
  readonly chain: TestChain;
  readonly formed: FormedBatch;
  readonly stored: StoredBatch;
}

/** Batches of a call of `executeTogether`. */
const MAX_BATCHES = 8;

/*
 * A sends, and imports the link to B's batch. B imports the fact about A's batch, and receives. A's logs represent the words that
 * A sent, and B's logs the receipts: L1 compares their roots.
 */
describe("links between batches of two chains", () => {
  let ecosystem: Ecosystem;
  let tokenAddress: Hex;
  let sender: Hex;
  let nextChainId = 270n;
  before(async () => {
    ({ ecosystem, tokenAddress, holderAddress: sender } = await deployExitScene());
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> => {
    const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
    await chain.settle();
    return chain;
  };
  const idOf = ({ configuration }: TestChain): bigint => configuration.chainId;
  const message = (kind: AssetMessageKind, to: bigint, amount: bigint) =>
    assetMessage(ecosystem, { kind, destinationChainId: to, originToken: tokenAddress, amount, sender });
  const sending = (to: TestChain, amount: bigint) => message(AssetMessageKind.hyperbridgeSend, idOf(to), amount);
  const receipt = (at: TestChain, amount: bigint) => message(AssetMessageKind.hyperbridgeDelivery, idOf(at), amount);
  const executed = ({ contract }: TestChain): Promise<bigint> => view<bigint>(contract, "getTotalBatchesExecuted");
  const transitTo = async (chain: TestChain): Promise<bigint> => (await accountsOf(ecosystem, idOf(chain), tokenAddress))[2];
  const linkTo = (chain: TestChain, { expected }: FormedBatch): ImportedRoot => ({
    registryIndex: linkIndex(idOf(chain), expected.batchNumber),
    root: expected.l2LogsTreeRoot,
  });
  const factOf = (chain: TestChain, { expected }: FormedBatch): ImportedRoot => ({
    registryIndex: factIndex(idOf(chain), expected.batchNumber),
    root: expected.l2LogsTreeRoot,
  });
  async function prove(chain: TestChain, content: BatchContent): Promise<Proven> {
    const formed = await chain.form(content);
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    return { chain, formed, stored };
  }
  const execute = ({ chain, stored, formed }: Proven) => chain.execute(stored, formed);
  const itemOf = ({ chain, stored, formed }: Proven) => ({
    chainId: idOf(chain),
    batch: stored,
    imports: formed.importedRoots,
    flows: formed.flows,
  });
  const together = (...batches: readonly Proven[]) => send(ecosystem.roots, "executeTogether", batches.map(itemOf));
  const encodeTogether = (...batches: readonly Proven[]): string =>
    ecosystem.roots.interface.encodeFunctionData("executeTogether", [batches.map(itemOf)]);

  /** A linked pair: `a` sends an amount, and `b` receives it. A log root does not depend on imports, so both are computed before. */
  async function pair(
    a: TestChain,
    b: TestChain,
    amount = 0n,
    changes: { link?: Hex; received?: bigint } = {},
  ): Promise<[Proven, Proven]> {
    const operation = amount === 0n ? [] : [await depositToken(ecosystem, a, tokenAddress, amount)];
    const content: BatchContent = {
      canonicalTxHashes: operation,
      logs: [...operation.map(() => ({ type: "priorityOp", success: true }) as const), sending(b, amount)],
    };
    const sent = await a.form(content);
    const receiving = { importedRoots: [factOf(a, sent)], logs: [receipt(b, changes.received ?? amount)] };
    const receives = await b.form(receiving);
    const link = linkTo(b, receives);
    const one = await prove(a, {
      ...content,
      importedRoots: [changes.link === undefined ? link : { ...link, root: changes.link }],
    });
    return [one, await prove(b, receiving)];
  }

  test("both batches are executed in one call, the sender's before the receiver's", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b, 300n);
    await together(one, two);
    assert.deepEqual(await Promise.all([a, b].map(executed)), [2n, 2n]);
    assert.equal(await transitTo(b), 0n, "the transfer arrived at B in the same call");
    const { gasUsed } = await together(...(await pair(a, b)));
    const [alone, other] = [await prove(a, { logs: [sending(b, 0n)] }), await prove(b, { logs: [receipt(b, 0n)] })];
    const apart = (await execute(alone)).gasUsed + (await execute(other)).gasUsed;
    assert.ok(gasUsed < apart, `${gasUsed} gas together, ${apart} apart`);
  });

  test("one side alone: directly", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b);
    const [link] = one.formed.importedRoots;
    await assertReverts(execute(one), `NotLinked(${link!.registryIndex})`);
    await assertReverts(execute(two), "ImportedRootUnknown");
    await assertReverts(together(one), `NotLinked(${link!.registryIndex})`);
    await assertReverts(together(two), "ImportedRootUnknown");
    assert.deepEqual(await Promise.all([a, b].map(executed)), [1n, 1n]);
    await together(one, two);
  });

  test("one side alone: by a contract, before or after a call that executes another link's batches, or in a frame that is undone", async () => {
    const [a, b, c, d] = [await create(), await create(), await create(), await create()];
    const [one, two] = await pair(a, b);
    const others = await pair(c, d);
    const shaper = await ecosystem.l1.deploy("CallShaper");
    const alone = {
      target: a.address,
      data: a.contract.interface.encodeFunctionData("executeBatches", [[executionOf(one)]]),
      manner: 3,
    };
    const roots = await hexAddress(ecosystem.roots);
    const undone = { target: roots, data: encodeTogether(one, two), manner: 2 };
    const call = { target: roots, data: encodeTogether(...others), manner: 0 };
    await send(shaper, "run", [alone, undone, alone, call, alone]);
    assert.deepEqual(await Promise.all([a, b, c, d].map(executed)), [1n, 1n, 2n, 2n]);
    const both = { ...call, data: encodeTogether(one, two) };
    await send(shaper, "run", [both, { ...both, manner: 3 }]);
    assert.deepEqual(await Promise.all([a, b].map(executed)), [2n, 2n]);
    await assert.rejects(view(ecosystem.roots, "rootAt", linkIndex(idOf(b), 1n)), /NotLinked/, "nothing is noted afterwards");
  });
  const executionOf = ({ stored, formed }: Proven) => ({ batch: stored, imports: formed.importedRoots, flows: formed.flows });

  test("one side alone: by settle, which executes a batch of a chain without a quorum in the same call", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    const settler = ecosystem.accounts[1]!;
    const [a, b] = [await createWithoutQuorum(ecosystem, aggregator, nextChainId++), await create()];
    const receives = await b.form({ logs: [receipt(b, 0n)] });
    const formed = await formFor(a, settler.address, { importedRoots: [linkTo(b, receives)], logs: [sending(b, 0n)] });
    await assertReverts(sendSettlement(a, settler, settlementOf(a, formed)), "NotLinked");
    assert.equal(await executed(a), 0n);
  });

  test("one side's batch fails: neither is executed", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b, 300n, { received: 301n });
    await assert.rejects(together(one, two));
    assert.deepEqual(await Promise.all([a, b].map(executed)), [1n, 1n]);
    assert.equal(await transitTo(b), 0n);
    const [c, d] = [await create(), await create()];
    const [sent, { formed }] = await pair(c, d);
    const other = await d.commit(await d.form({ logs: [receipt(d, 0n)] }));
    await assertReverts(together(sent, { chain: d, formed, stored: other.stored }), "NotLinked");
    const [e, f] = [await create(), await create()];
    const unproven = await f.form({ logs: [receipt(f, 0n)] });
    const { stored } = await f.commit(unproven);
    const linked = await prove(e, { importedRoots: [linkTo(f, unproven)], logs: [sending(f, 0n)] });
    await assertReverts(together(linked, { chain: f, formed: unproven, stored }), "BatchNotProven(1, 1)");
    assert.deepEqual(await Promise.all([c, d, e, f].map(executed)), [1n, 1n, 1n, 1n]);
  });

  test("word swapped: A's link names another log root than that of B's batch", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b, 0n, { link: wordToHex(7n) });
    const [index, root] = [linkIndex(idOf(b), 1n), two.formed.expected.l2LogsTreeRoot];
    await assertReverts(together(one, two), `ImportedRootUnknown(${index}, ${root}, ${wordToHex(7n)})`);
    const claimed = { ...two, stored: { ...two.stored, l2LogsTreeRoot: wordToHex(7n) } };
    await assertReverts(together(one, claimed), "StoredBatchMismatch");
    assert.deepEqual(await Promise.all([a, b].map(executed)), [1n, 1n]);
  });

  test("word twice: a batch is in one call once, and executed once", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b);
    await assertReverts(together(one, two, two), "BatchNotProven");
    await assertReverts(together(one, one, two), "BatchNotProven");
    await together(one, two);
    await assertReverts(together(one, two), "BatchNotProven");
  });

  test("word unsent: B's batch is not executed before the batch that sends, nor with another batch of the number", async () => {
    const [a, b] = [await create(), await create()];
    const [one, two] = await pair(a, b);
    await assertReverts(together(two, one), "ImportedRootUnknown");
    const [c, d] = [await create(), await create()];
    const sent = await c.form({ logs: [sending(d, 5n)] });
    const receiving = await prove(d, { importedRoots: [factOf(c, sent)], logs: [receipt(d, 5n)] });
    const other = await prove(c, { importedRoots: [linkTo(d, receiving.formed)], logs: [sending(d, 0n)] });
    await assertReverts(together(other, receiving), "ImportedRootUnknown");
    assert.deepEqual(await Promise.all([c, d].map(executed)), [1n, 1n]);
  });

  test("no proof by a later batch: two batches that import facts about each other stay dead", async () => {
    const [a, b] = [await create(), await create()];
    const [sendsA, sendsB] = [{ logs: [sending(b, 0n)] }, { logs: [sending(a, 0n)] }];
    const [formedA, formedB] = [await a.form(sendsA), await b.form(sendsB)];
    const one = await prove(a, { ...sendsA, importedRoots: [factOf(b, formedB)] });
    const two = await prove(b, { ...sendsB, importedRoots: [factOf(a, formedA)] });
    await assertReverts(together(one, two), "ImportedRootUnknown");
    await assertReverts(together(two, one), "ImportedRootUnknown");
  });

  test("ring of three: no two of its batches are executed without the third", async () => {
    const chains = [await create(), await create(), await create()] as const;
    const [a, b, c] = chains;
    const contents = [{ logs: [sending(b, 0n)] }, { logs: [sending(c, 0n)] }, { logs: [sending(a, 0n)] }] as const;
    const formed = await Promise.all(chains.map((chain, i) => chain.form(contents[i])));
    const batches: Proven[] = [];
    for (const [i, chain] of chains.entries()) {
      const next = (i + 1) % 3;
      batches.push(await prove(chain, { ...contents[i], importedRoots: [linkTo(chains[next]!, formed[next]!)] }));
    }
    const [one, two, three] = batches as [Proven, Proven, Proven];
    for (const some of [[one, two], [two, three], [three, one], [one]]) await assertReverts(together(...some), "NotLinked");
    assert.deepEqual(await Promise.all(chains.map(executed)), [1n, 1n, 1n]);
    await together(one, two, three);
    assert.deepEqual(await Promise.all(chains.map(executed)), [2n, 2n, 2n]);
  });

  test("endless links: a call has at most eight batches, of existing chains, and may contain those before a link", async () => {
    const [a, b] = [await create(), await create()];
    const before = [
      await prove(a, {}),
      await prove(a, {}),
      await prove(a, {}),
      await prove(b, {}),
      await prove(b, {}),
      await prove(b, {}),
    ];
    const [one, two] = await pair(a, b);
    const ninth = await prove(b, {});
    await assertReverts(together(...before, one, two, ninth), `LinkedTooMuch(${MAX_BATCHES}, 9)`);
    const unknown = [{ ...itemOf(one), chainId: 999_999n }];
    await assertReverts(send(ecosystem.roots, "executeTogether", unknown), "UnknownChain(999999)");
    const high = [{ ...itemOf(one), chainId: idOf(a) | (1n << 64n) }];
    await assertReverts(send(ecosystem.roots, "executeTogether", high), "UnknownChain");
    await together(...before, one, two);
    assert.deepEqual(await Promise.all([a, b].map(executed)), [5n, 5n]);
  });

  test("second name of a link: an index with other bits is unknown, also during the call", async () => {
    const [a, b] = [await create(), await create()];
    const receives = await b.form({ logs: [receipt(b, 0n)] });
    const { registryIndex, root } = linkTo(b, receives);
    const two = await prove(b, { logs: [receipt(b, 0n)] });
    for (const bit of [128n, 200n, 253n])
      await assert.rejects(view(ecosystem.roots, "rootAt", registryIndex | (1n << bit)), /RootIndexUnknown/);
    const one = await prove(a, { importedRoots: [{ registryIndex: registryIndex | (1n << 200n), root }] });
    await assertReverts(together(one, two), "RootIndexUnknown");
  });
});
