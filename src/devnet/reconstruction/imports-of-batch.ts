import { Interface, type Provider } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import type { StateWrite } from "../../chain/state/change-set.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../protocol/hex.ts";
import { statementOf } from "../../protocol/carried-statement.ts";
import { factIndex, hashFact, MAX_CLAIMS } from "../../protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { importedRootsRollingHash, type ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface, topicOf } from "../../settlement-layer/reader/contract-interfaces.ts";
import { storedBatchOfLog } from "../../settlement-layer/reader/l1-event.ts";
import { PageWidth, readLogPages } from "../../settlement-layer/reader/log-pages.ts";

/** Of `rootAt` in ImportedRoots. */
const IMPORTED_ROOTS_SLOT = 0n;
/** First of the slots with the hashes of a batch's facts, in order. */
const RECENT_SLOT = 4n;
/** Orders of roots and facts that are tried. A batch has a few of each. */
const MAX_ORDERS = 100_000;

const factory = new Interface(chainFactoryAbi);

interface ImportsContext {
  readonly provider: Provider;
  readonly registry: Hex;
  readonly factory: Hex;
  /** First block of L1 with events of the ecosystem. */
  readonly fromBlock: number;
  /** L1 as it was at this block. */
  readonly block: number;
}

/**
 * Imports of a batch that L1 has not executed. Its record has only their hash. Its changes have the value that the predeploy
 * of imported roots holds for the hash of each index, and the hashes of its facts in order. Rejects with ReconstructionError
 * CommitmentMismatch if no order of the imports found on L1 leads to that hash.
 */
export async function findImports(
  context: ImportsContext,
  stored: StoredBatch,
  writes: readonly StateWrite[],
): Promise<readonly ImportedRoot[]> {
  const count = Number(stored.importedRootCount);
  if (count === 0) return [];
  const ofPredeploy = writes.filter(
    ({ leafKind, address }) => leafKind === LeafKind.storage && address === BigInt(PREDEPLOYS.ImportedRoots),
  );
  const written = new Map(ofPredeploy.map(({ slot, value }) => [slot, value]));
  const roots = await findRoots(context, written, count);
  const statements = findStatements(written);
  const facts = roots.length + statements.length === count ? [] : await findFacts(context, written);
  let tried = 0;
  for (const claims of statements.length === 0 ? [facts] : orders(statements))
    for (const imports of merges(roots, claims)) {
      if (importedRootsRollingHash(imports) === stored.importedRootsRollingHash) return imports;
      if (++tried === MAX_ORDERS) break;
    }
  const { batchNumber, importedRootsRollingHash: expected } = stored;
  const claims = `${facts.length} facts and ${statements.length} statements`;
  throw new ReconstructionError(
    "CommitmentMismatch",
    `${roots.length} roots, ${claims} of its ${count} imports were found, and ${tried} orders do not lead to ${expected}; ` +
      "a fact about a batch that its chain has reverted cannot be found, and voids this batch",
    { batchNumber },
  );
}

type Written = ReadonlyMap<bigint, bigint>;

function importedValue(written: Written, index: bigint): bigint | undefined {
  return written.get(BigInt(keccak(fromHex(wordToHex(index)), fromHex(wordToHex(IMPORTED_ROOTS_SLOT)))));
}

/** In the order of their indexes, because chains import new roots. */
async function findRoots(
  { provider, registry, block }: ImportsContext,
  written: Written,
  count: number,
): Promise<readonly ImportedRoot[]> {
  const data = registryInterface.encodeFunctionData("latestRootIndex");
  const newest = BigInt(await provider.call({ to: registry, data, blockTag: block }));
  const roots: ImportedRoot[] = [];
  // Newest first: a chain imports new roots.
  for (let index = newest; index > 0n && roots.length < count; index--) {
    const value = importedValue(written, index);
    if (value !== undefined) roots.unshift({ registryIndex: index, root: wordToHex(value) });
  }
  return roots;
}

/** In any order: the index of a statement follows from its word. A base of other chains imports no facts. */
function findStatements(written: Written): readonly ImportedRoot[] {
  const words = [...written.values()].map((value) => wordToHex(value));
  return words.map(statementOf).filter(({ registryIndex, root }) => importedValue(written, registryIndex) === BigInt(root));
}

/** In the order of the imports. Finds facts about batches that the contract of a chain has stored. */
async function findFacts(context: ImportsContext, written: Written): Promise<readonly ImportedRoot[]> {
  const recent = Array.from({ length: MAX_CLAIMS }, (_, place) => written.get(RECENT_SLOT + BigInt(place)));
  const found: (ImportedRoot | undefined)[] = recent.map(() => undefined);
  const { provider, fromBlock, block: toBlock } = context;
  const chainOf = await readChains(context);
  const topics = [topicOf(hyperchainInterface, "BatchStored")];
  const question = { address: [...chainOf.keys()], topics, fromBlock, toBlock };
  for await (const { logs } of readLogPages(provider, question, new PageWidth(), "newestFirst")) {
    for (const log of logs) {
      const [stored, chainId] = [storedBatchOfLog(log), chainOf.get(log.address.toLowerCase() as Hex)];
      if (stored === undefined || chainId === undefined) continue;
      const { batchNumber, l2LogsTreeRoot: root } = stored;
      const registryIndex = factIndex(chainId, batchNumber);
      if (importedValue(written, registryIndex) !== BigInt(root)) continue;
      const place = recent.indexOf(BigInt(hashFact(registryIndex, root)));
      if (place !== -1) found[place] = { registryIndex, root };
    }
  }
  return found.filter((fact) => fact !== undefined);
}

async function readChains({ provider, factory: to, block: blockTag }: ImportsContext): Promise<ReadonlyMap<Hex, bigint>> {
  const ask = async (name: string, ...args: unknown[]): Promise<unknown> => {
    const data = factory.encodeFunctionData(name, args);
    return factory.decodeFunctionResult(name, await provider.call({ to, data, blockTag }))[0] as unknown;
  };
  const ids = (await ask("getAllZKChainChainIDs")) as readonly bigint[];
  return new Map(
    await Promise.all(ids.map(async (id) => [String(await ask("getHyperchain", id)).toLowerCase() as Hex, id] as const)),
  );
}

/** All orders of a list, its own first. */
function* orders<T>(list: readonly T[]): Generator<readonly T[]> {
  if (list.length <= 1) yield list;
  else
    for (const [place, first] of list.entries())
      for (const rest of orders(list.filter((_, other) => other !== place))) yield [first, ...rest];
}

/** All ways to merge two lists without a change of either order. */
function* merges<T>(first: readonly T[], second: readonly T[]): Generator<readonly T[]> {
  const [a, b] = [first[0], second[0]];
  if (a === undefined || b === undefined) {
    yield [...first, ...second];
    return;
  }
  for (const rest of merges(first.slice(1), second)) yield [a, ...rest];
  for (const rest of merges(first, second.slice(1))) yield [b, ...rest];
}
