import { Interface, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { StateWrite } from "../../../chain/state/change-set.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { statementOf } from "../../../ground/protocol/carried-statement.ts";
import { factIndex, hashFact, MAX_CLAIMS } from "../../../ground/protocol/import-kinds.ts";
import { MAX_IMPORT_ORDERS } from "../../../ground/protocol/import-orders.ts";
import { linkIndex } from "../../../ground/protocol/link-index.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { IMPORTED_ROOTS_TAG, rollImport, type ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface, topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { storedBatchOfLog } from "../../../chain/settlement-layer/reader/l1-event.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { findCreation } from "../chain-on-l1/l1-history.ts";

/** Slot of `rootAt` in ImportedRoots. */
const IMPORTED_ROOTS_SLOT = 0n;
/** First of the slots with the hashes of a batch's facts, in order. */
const RECENT_SLOT = 4n;

const factory = new Interface(chainFactoryAbi);

interface ImportsContext {
  readonly provider: Provider;
  readonly registry: Hex;
  readonly factory: Hex;
  /** Block of L1 with the chain's creation: most facts are about batches that are younger. */
  readonly fromBlock: number;
  /** L1 block whose state is read. */
  readonly block: number;
}

/**
 * Imports of a batch that L1 has not executed. Its record has only their hash. Its changes have the value that the predeploy
 * of imported roots holds for the hash of each index, and the hashes of its facts in order. Rejects with ReconstructionError
 * FactNotStored if L1 stores no batch for a fact, ImportOrderUnknown if they have more orders than are tried, and
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
  const { claims, unknown } = await findClaims(context, written, count - roots.length - statements.length);
  const { batchNumber, importedRootsRollingHash: expected } = stored;
  if (unknown > 0)
    throw new ReconstructionError(
      "FactNotStored",
      `it imports facts about batches that no chain of L1 has stored (${unknown}), so L1 cannot execute it`,
      { batchNumber },
    );
  const claimed = `${statements.length} statements, and ${claims.length} facts and links`;
  const found = `${roots.length} roots, ${claimed} of its ${count} imports were found`;
  const isComplete = roots.length + statements.length + claims.length === count;
  const { imports, tried } = isComplete ? findOrder({ roots, statements, claims }, expected) : { imports: undefined, tried: 0 };
  if (imports !== undefined) return imports;
  if (tried === MAX_IMPORT_ORDERS)
    throw new ReconstructionError(
      "ImportOrderUnknown",
      `${found}, and the first ${tried} of their orders do not lead to ${expected}, so this process cannot execute it`,
      { batchNumber },
    );
  throw new ReconstructionError(
    "CommitmentMismatch",
    `${found}, and ${tried} orders do not lead to ${expected}; a link with a batch that its chain has not committed cannot be found`,
    { batchNumber },
  );
}

/** Facts and links among the imports of a batch, in order. */
interface FoundClaims {
  readonly claims: readonly ImportedRoot[];
  /** Number of the batch's facts about batches that L1 does not store. */
  readonly unknown: number;
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

/** Finds statements, in any order: the index of a statement follows from its word. */
function findStatements(written: Written): readonly ImportedRoot[] {
  const words = [...written.values()].map((value) => statementOf(wordToHex(value)));
  return words.filter(({ registryIndex, root }) => importedValue(written, registryIndex) === BigInt(root));
}

/**
 * Finds this number of facts and links about batches that the contract of a chain has stored. A linked batch has its link alone.
 * Reads events backwards until it has them all.
 */
async function findClaims(context: ImportsContext, written: Written, count: number): Promise<FoundClaims> {
  if (count === 0) return { claims: [], unknown: 0 };
  const recent = Array.from({ length: MAX_CLAIMS }, (_, place) => written.get(RECENT_SLOT + BigInt(place)));
  const found: (ImportedRoot | undefined)[] = recent.map(() => undefined);
  const links = new Map<bigint, ImportedRoot>();
  for await (const { chainId, stored } of storedBatches(context)) {
    const { batchNumber, l2LogsTreeRoot: root } = stored;
    const isImported = (index: bigint): boolean => importedValue(written, index) === BigInt(root);
    const [fact, link] = [factIndex(chainId, batchNumber), linkIndex(chainId, batchNumber)];
    if (isImported(link)) links.set(link, { registryIndex: link, root });
    const place = isImported(fact) ? recent.indexOf(BigInt(hashFact(fact, root))) : -1;
    if (place !== -1) found[place] = { registryIndex: fact, root };
    if (found.filter((each) => each !== undefined).length + links.size === count) break;
  }
  const claims = [...found.filter((fact) => fact !== undefined), ...links.values()];
  return { claims, unknown: recent.filter((hash, place) => hash !== undefined && found[place] === undefined).length };
}

/**
 * Records of all batches that chains of the ecosystem have committed, the newest event first. No rule on L1 wants a fact's batch
 * to be younger than its importer, so the events begin with those of the factory.
 */
async function* storedBatches(context: ImportsContext): AsyncGenerator<{ chainId: bigint; stored: StoredBatch }> {
  const { provider, factory: address, fromBlock, block } = context;
  const chainOf = await readChains(context);
  const topics = [topicOf(hyperchainInterface, "BatchStored")];
  const width = new PageWidth();
  const parts = [
    { first: () => Promise.resolve(fromBlock), toBlock: block },
    { first: () => findCreation(provider, address, block), toBlock: fromBlock - 1 },
  ];
  for (const { first, toBlock } of parts) {
    const question = { address: [...chainOf.keys()], topics, fromBlock: await first(), toBlock };
    for await (const { logs } of readLogPages(provider, question, width, "newestFirst"))
      for (const log of logs.toReversed()) {
        const [stored, chainId] = [storedBatchOfLog(log), chainOf.get(log.address.toLowerCase() as Hex)];
        if (stored !== undefined && chainId !== undefined) yield { chainId, stored };
      }
  }
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

interface UnorderedImports {
  /** In the order of the batch. */
  readonly roots: readonly ImportedRoot[];
  /** In any order. */
  readonly statements: readonly ImportedRoot[];
  /** In the order of the batch. */
  readonly claims: readonly ImportedRoot[];
}

/** Searches the order of imports that leads to a rolling hash. Orders with a common beginning share its hashes. */
function findOrder(
  all: UnorderedImports,
  expected: Hex,
): { readonly imports: readonly ImportedRoot[] | undefined; readonly tried: number } {
  const path: ImportedRoot[] = [];
  let tried = 0;
  const leadsToExpected = (hash: Hex, { roots, statements, claims }: UnorderedImports): boolean => {
    if (roots.length + statements.length + claims.length === 0) {
      tried++;
      return hash === expected;
    }
    const leadsAfter = (next: ImportedRoot, rest: UnorderedImports): boolean => {
      if (tried === MAX_IMPORT_ORDERS) return false;
      path.push(next);
      if (leadsToExpected(rollImport(hash, next), rest)) return true;
      path.pop();
      return false;
    };
    const [root, claim] = [roots[0], claims[0]];
    return (
      (root !== undefined && leadsAfter(root, { roots: roots.slice(1), statements, claims })) ||
      (claim !== undefined && leadsAfter(claim, { roots, statements, claims: claims.slice(1) })) ||
      statements.some((next) => leadsAfter(next, { roots, statements: statements.filter((each) => each !== next), claims }))
    );
  };
  return { imports: leadsToExpected(IMPORTED_ROOTS_TAG, all) ? path : undefined, tried };
}
