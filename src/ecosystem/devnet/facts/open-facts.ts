import type { Chain } from "../../../chain/chain.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { L1ProofError } from "../../../proofs/l1-proof/l1-proof-error.ts";
import { hasImported } from "../../../chain/node/linked/linked-evm.ts";
import type { FactsOption } from "../../options/fields/facts.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { FactRefused } from "../../../chain/settlement-layer/facts/fact-refused.ts";
import { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { Layer } from "../deployment/layer.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { FactImports } from "./fact-imports.ts";
import { evidenceDepth } from "./needed-evidence.ts";
import { readShownMessage } from "./shown-message.ts";
import { SourceExecution } from "./source-execution.ts";

/** A running chain that serves evidence. */
export interface FactSource {
  readonly chainId: bigint;
  readonly name: string;
  /** Answers a request as for a stranger. */
  readonly answer: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

interface FactsDependencies {
  readonly chain: Chain;
  readonly created: { readonly hyperchain: Hex; readonly bornAt: bigint };
  readonly ecosystem: Pick<Layer, "addresses">;
  readonly l1: SendingProvider;
  readonly confirmations: number;
  /** Chains that run now. */
  readonly sources: () => readonly FactSource[];
  /** Verifies proofs of single batches, and makes those for L1. */
  readonly prover: BatchesProver;
  readonly book: EvidenceBook;
  /** Resolves when the book is on disk. */
  readonly durable: () => Promise<void>;
  readonly gate: SharedExclusiveLock;
  /** Time of the ecosystem. */
  readonly time: Pick<MovableClock, "nowSeconds">;
}

/** Imports of facts on a chain of this process, by its option. */
export function openFacts({ from }: FactsOption, dependencies: FactsDependencies): FactImports {
  const { chain, created, ecosystem, l1, confirmations, sources, prover, gate, time, book, durable } = dependencies;
  const { factory, roots: registry, settings } = ecosystem.addresses;
  const listed = (): readonly FactSource[] => sources().filter(({ name }) => from.includes(name));
  const { sequencer } = chain;
  const at = (depth: number): Promise<FactsOnL1> =>
    FactsOnL1.look({ provider: l1, confirmations: depth, factory, registry, settings, hyperchain: created.hyperchain });
  const l1Now = (): Promise<FactsOnL1> => at(confirmations);
  return new FactImports(
    {
      bornAt: created.bornAt,
      get from() {
        return listed().map(({ chainId }) => chainId);
      },
    },
    {
      chain: () => ({
        chainId: BigInt(chain.chainId),
        openImports: sequencer.openImports,
        isPaused: sequencer.isPaused,
        hasImported: (index) => hasImported(chain, index),
        importRoots: (roots) => sequencer.importRoots(roots),
        seal: () => chain.seal(),
      }),
      l1: l1Now,
      finalL1: () => at(evidenceDepth(confirmations)),
      book,
      durable,
      execution: new SourceExecution({ book, l1: l1Now, prover }),
      async call(chainId, method, params) {
        const source = listed().find((each) => each.chainId === chainId);
        if (source === undefined) throw new RangeError(`chain ${chainId} does not run here`);
        return source.answer(method, params);
      },
      refusalOf: (batch) => proofRefusal(batch, prover),
      nowSeconds: () => time.nowSeconds(),
      undisturbed: (work) => gate.shared("the import of a fact", work),
    },
  );
}

/** Reason of a proof that does not hold, undefined for one that does. Rejects with what failed otherwise. */
export async function proofRefusal(
  { chainId, stored: batch, program, proof }: FactBatch,
  prover: Pick<BatchesProver, "prepare">,
): Promise<string | undefined> {
  try {
    const prepared = await prover.prepare({ fields: { chainId, batch }, program, proof });
    prepared.release();
    return undefined;
  } catch (error) {
    if (error instanceof L1ProofError && error.code !== "Stopped") return error.message;
    throw error;
  }
}

/** The method that has the chain import the fact about a message's batch. */
export function factMethods(facts: FactImports | undefined): ReadonlyMap<string, RpcMethod> {
  const importFact: RpcMethod = async ([parameter]) => {
    const message = readShownMessage(parameter);
    try {
      if (facts === undefined) throw new FactRefused("SourceNotListed", "the chain imports no facts");
      return hexQuantity(await facts.import(message));
    } catch (error) {
      if (!(error instanceof FactRefused)) throw error;
      throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
    }
  };
  return new Map([["hyperchain_importFact", importFact]]);
}
