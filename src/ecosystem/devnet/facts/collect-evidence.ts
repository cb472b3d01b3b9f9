import type { FactBatch, FactEvidence } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { FactRefused } from "../../../chain/settlement-layer/facts/fact-refused.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import { MAX_OPEN_BATCHES } from "../../../chain/settlement-layer/facts/open-closure.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { readOfferedBatches, readOfferedProof } from "../offers/offered-answers.ts";

/** Calls a method of a source's node. Rejects if no node of the chain answers. */
export type CallSource = (chainId: ChainId, method: string, params: readonly unknown[]) => Promise<unknown>;

interface CollectDependencies {
  readonly l1: FactsOnL1;
  readonly from: readonly bigint[];
  readonly call: CallSource;
}

/**
 * Collects the evidence for a fact from the nodes of listed chains: the open batches of its chain, and below them those of chains
 * whose facts they import. Nothing here is believed; `checkFact` decides. Rejects with FactRefused.
 */
export async function collectEvidence(fact: ImportedRoot, dependencies: CollectDependencies): Promise<FactEvidence> {
  const named = readFactIndex(fact.registryIndex);
  if (named === undefined) throw new FactRefused("FactMalformed", `${fact.registryIndex} is the index of no fact`);
  const collection = new Collection(dependencies);
  await collection.requireRoot(named, fact.root);
  await collection.addUpTo(named.chainId, named.batchNumber);
  return { fact, batches: collection.batches };
}

class Collection {
  readonly batches: FactBatch[] = [];
  readonly #dependencies: CollectDependencies;
  /** Next batch by chain. */
  readonly #next = new Map<ChainId, bigint>();
  #count = 0;

  constructor(dependencies: CollectDependencies) {
    this.#dependencies = dependencies;
  }

  /** Requires the root in the offered record of the batch: a message with another root costs no proofs. */
  async requireRoot({ chainId, batchNumber }: NonNullable<ReturnType<typeof readFactIndex>>, root: Hex): Promise<void> {
    const { from, call } = this.#dependencies;
    if (!from.includes(chainId)) return;
    const offered = await call(chainId, "hyperchain_getOfferedBatches", [])
      .then(readOfferedBatches)
      .catch(() => []);
    const stored = offered.find((record) => record.batchNumber === batchNumber);
    if (stored === undefined || stored.l2LogsTreeRoot === root) return;
    throw new FactRefused(
      "MessageMismatch",
      `the message is not in batch ${batchNumber} of chain ${chainId}, whose log root is ${stored.l2LogsTreeRoot}`,
    );
  }

  /** Adds the open batches of a chain up to this one, each after all batches that it depends on. */
  async addUpTo(chainId: ChainId, last: bigint): Promise<void> {
    const { from, l1 } = this.#dependencies;
    if (!from.includes(chainId))
      throw new FactRefused(
        "SourceNotListed",
        `L1 must execute a batch of chain ${chainId} before, which facts.from does not name`,
      );
    if (!this.#next.has(chainId)) this.#next.set(chainId, (await l1.source(chainId))?.executed ?? 0n);
    for (let number = this.#next.get(chainId) ?? 0n; number <= last; number = this.#next.get(chainId) ?? 0n) {
      if (++this.#count > MAX_OPEN_BATCHES)
        throw new FactRefused("TooManyOpenBatches", `L1 has to execute more than ${MAX_OPEN_BATCHES} batches before`);
      // Before the batches below, so that mutual imports end.
      this.#next.set(chainId, number + 1n);
      const batch = await this.#read(chainId, number);
      for (const { registryIndex } of batch.imports) {
        const below = readFactIndex(registryIndex);
        if (below !== undefined) await this.addUpTo(below.chainId, below.batchNumber);
      }
      this.batches.push(batch);
    }
  }

  async #read(chainId: ChainId, batchNumber: bigint): Promise<FactBatch> {
    const { call } = this.#dependencies;
    const name = `batch ${batchNumber} of chain ${chainId}`;
    try {
      const records = readOfferedBatches(await call(chainId, "hyperchain_getOfferedBatches", []));
      const stored = records.find((record) => record.batchNumber === batchNumber);
      if (stored === undefined) throw new RangeError("its node does not offer the batch now");
      const { program, proof, imports, flows } = readOfferedProof(
        await call(chainId, "hyperchain_getOfferedProof", [Number(batchNumber)]),
      );
      return { chainId, stored, imports, flows, program, proof };
    } catch (error) {
      throw new FactRefused("EvidenceUnavailable", `no evidence for ${name}: ${reasonOf(error)}`, { cause: error });
    }
  }
}
