import type { Chain } from "../../../chain/chain.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import type { ShowsTogether } from "../../../chain/node/settling/shared-proofs.ts";
import { hasImported } from "../../../chain/node/linked/linked-evm.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { Layer } from "../deployment/layer.ts";
import type { EvidenceBook } from "../facts/evidence-book.ts";
import { evidenceDepth } from "../facts/needed-evidence.ts";
import { proofRefusal } from "../facts/open-facts.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { StatementImports } from "./statement-imports.ts";
import { StatementsToBase } from "./statements-to-base.ts";

/** Chains on a chain, and the one on which it settles. */
export interface ChainLayers {
  /** Imports the statement about a batch on the chain's base. Absent on L1. Rejects with StatementRefused. */
  readonly below?: (batch: FactBatch) => Promise<bigint>;
  /** Chains that settle on this one. */
  readonly children: () => readonly bigint[];
  /** Contracts on this chain; undefined while no chain settles on it. */
  readonly onThis: () => SettlementBase | undefined;
}

interface StatementsDependencies {
  readonly chain: Chain;
  readonly created: { readonly hyperchain: Hex };
  readonly ecosystem: Pick<Layer, "addresses">;
  readonly l1: SendingProvider;
  readonly confirmations: number;
  readonly prover: BatchesProver;
  readonly gate: SharedExclusiveLock;
  readonly clock: Clock;
  readonly book: EvidenceBook;
  /** Resolves when the book is on disk. */
  readonly durable: () => Promise<void>;
  readonly layers: ChainLayers;
}

/** Imports of statements on a proven chain of this process. */
export function openStatements(dependencies: StatementsDependencies): StatementImports {
  const { chain, created, ecosystem, l1, confirmations, prover, gate, clock, book, durable, layers } = dependencies;
  const { sequencer } = chain;
  const { hyperchain } = created;
  const looking = (provider: SendingProvider, { factory, roots, settings }: Layer["addresses"], depth: number) =>
    FactsOnL1.look({ provider, confirmations: depth, factory, registry: roots, settings, hyperchain });
  return new StatementImports({
    chain: () => ({
      chainId: BigInt(chain.chainId),
      version: chain.protocolVersion(),
      openImports: sequencer.openImports,
      isPaused: sequencer.isPaused,
      hasImported: (index) => hasImported(chain, index),
      importRoots: (roots) => sequencer.importRoots(roots),
      seal: () => chain.seal(),
    }),
    children: layers.children,
    l1: () => looking(l1, ecosystem.addresses, confirmations),
    async layer() {
      const on = layers.onThis();
      return on && looking(on.provider as unknown as SendingProvider, on.ecosystem.addresses, 1);
    },
    prover,
    refusalOf: (batch) => proofRefusal(batch, prover),
    finalL1: () => looking(l1, ecosystem.addresses, evidenceDepth(confirmations)),
    book,
    durable,
    clock,
    undisturbed: (work) => gate.shared("the import of a statement", work),
  });
}

/** Shows batches of a chain: to its proven base, or on L1 together with those whose statements it imports. */
export function layeredBy(
  { below }: ChainLayers,
  {
    batchesProver,
    clock,
    statements,
  }: Pick<ConstructorParameters<typeof StatementsToBase>[0], "batchesProver" | "clock"> & {
    readonly statements: () => StatementImports | undefined;
  },
): ShowsTogether {
  if (below !== undefined) {
    const toBase = new StatementsToBase({ batchesProver, importStatement: below, clock });
    return toBase;
  }
  return {
    isShownHere: (imports) => statements()?.isShownHere(imports) ?? false,
    show(batch) {
      const importer = statements();
      return importer === undefined ? Promise.reject(new RangeError("the chain does not run yet")) : importer.show(batch);
    },
  };
}
