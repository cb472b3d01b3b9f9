import { patienceFor } from "../../options/fact-patience.ts";
import type { LedgerFacts } from "../../../chain/ledger/ledger.ts";
import { hasImported } from "../../../chain/node/linked/linked-evm.ts";
import { assetId } from "../../../ground/protocol/asset-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { quorumDomain } from "../../../ground/protocol/quorum.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { ETHER } from "../../client/tokens/token.ts";
import { ACCOUNT_NUMBERS } from "../accounts/accounts.ts";
import { fundOperator } from "../chains/funding.ts";
import type { DevnetChain, ServedChain } from "../chains/served-chain.ts";
import { SourceAdmission } from "../facts/source-admission.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import { enlistPromises, promisePairs } from "./enlist-promises.ts";
import { PromiseAccount } from "./promise-account.ts";
import { PromiseBook, type PromiseEvidence } from "./promise-book.ts";
import { PromiseImports, type PromiseSource } from "./promise-imports.ts";
import type { PromisesStatus, UnfulfilledPromise } from "./promise-info.ts";
import { contractsOfPromises, PromiseLayer } from "./promise-layer.ts";
import { promiseMethods, type ChainPromises } from "./promise-methods.ts";
import { PromiseSigner, type PromiseReceiver } from "./promise-signer.ts";
import { promisesStatus } from "./promise-text.ts";

/** Files with a chain's evidence, which outlast the process. */
interface StoredEvidence {
  readonly promises: LedgerFacts;
  readonly store: { durable(): Promise<void> };
}

interface PromiseDeskDependencies {
  /** Chains that run now. */
  readonly chains: () => readonly DevnetChain[];
  readonly layer: Pick<SettlementLayer, "accounts" | "clock" | "operatorFundingWei">;
  readonly gate: SharedExclusiveLock;
  readonly clock: Clock;
}

/** An opened chain, with what it needs to import by promises. */
interface OpenPromises extends ChainPromises {
  readonly admission: SourceAdmission | undefined;
}

const NO_PROMISES: OpenPromises = { signer: undefined, imports: undefined, admission: undefined };

/** Promises between the chains of an ecosystem in this process. */
export class PromiseDesk {
  readonly #dependencies: PromiseDeskDependencies;
  readonly #open = new Map<ChainId, OpenPromises>();

  constructor(dependencies: PromiseDeskDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Lets a chain make and take promises, and enlists the keys of its pairs with chains that run. Rejects as `enlistPromises`,
   * with LedgerError Damaged, or with L1's error. `confirmations`: depth at which blocks of its layer count.
   */
  async open(chain: ServedChain, evidence: StoredEvidence | undefined, confirmations: number): Promise<void> {
    const promises = chain.base.chain === undefined ? this.#openOn(chain, evidence, confirmations) : NO_PROMISES;
    this.#open.set(chain.chainId, promises);
    chain.addMethods(promiseMethods(promises));
    const { chains, layer } = this.#dependencies;
    for (const pair of promisePairs(chain, chains())) await enlistPromises(pair, layer);
  }

  /** True if a chain may rebuild without an import. False before its promises are open: its batches wait. */
  mayVoid(chainId: ChainId, index: bigint): Promise<boolean> {
    const promises = this.#open.get(chainId);
    if (promises === undefined) return Promise.resolve(false);
    return promises.imports?.mayVoid(index) ?? Promise.resolve(true);
  }

  /** Promises that a chain has taken, for its status; empty for a chain that takes none. */
  statusOf({ chainId }: DevnetChain): { readonly promises?: PromisesStatus } {
    const { imports, admission } = this.#open.get(chainId) ?? NO_PROMISES;
    if (imports === undefined || admission === undefined) return {};
    const open = [...imports.evidence()].filter((evidence) => this.#isOpen(evidence));
    const atRiskWei = open.reduce((sum, { coinsWei }) => sum + coinsWei, 0n);
    const shutOut = Array.from(admission.shutOutSources(), ({ name, until }) => ({
      chain: this.#nameOf(name),
      until: Number(until),
    }));
    return { promises: promisesStatus(open.length, atRiskWei, shutOut) };
  }

  /** Signed promises of a chain that its sealed batches do not fulfil. */
  unfulfilled(chainId: ChainId): readonly UnfulfilledPromise[] {
    const promised = this.#open.get(chainId)?.signer?.unfulfilled() ?? [];
    return promised.map(({ toChain, batchNumber }) => ({ batch: Number(batchNumber), toChain: this.#nameOf(toChain) }));
  }

  #isOpen({ fromChain, promised: { batchNumber } }: PromiseEvidence): boolean {
    const source = this.#chain(fromChain);
    return source === undefined || batchNumber >= BigInt(source.pipeline.progress().executed);
  }

  /** Undefined of a chain that does not run now. */
  #chain(chainId: ChainId): DevnetChain | undefined {
    return this.#dependencies.chains().find((chain) => chain.chainId === chainId);
  }

  #nameOf(chainId: ChainId): string {
    return this.#chain(chainId)?.name ?? `chain ${chainId}`;
  }

  /** An import of a chain about a batch of this source was void. */
  shutOut(chainId: ChainId, source: ChainId): void {
    this.#open.get(chainId)?.admission?.shutOut(source);
  }

  #openOn(chain: ServedChain, evidence: StoredEvidence | undefined, confirmations: number): OpenPromises {
    const { layer: settlement, gate, clock } = this.#dependencies;
    const { base, pipeline, plan } = chain;
    const contracts = contractsOfPromises(base.ecosystem);
    if (contracts === undefined) return NO_PROMISES;
    const layer = new PromiseLayer(base.provider, contracts, confirmations);
    const wallet = settlement.accounts.wallet(ACCOUNT_NUMBERS.firstPromisePayer + plan.place).connect(base.sending);
    const account = new PromiseAccount({
      contracts,
      l1: base.sending,
      signer: wallet,
      fund: () => fundOperator(wallet, base, settlement.operatorFundingWei),
      undisturbed: (work) => gate.shared("a transaction for promises", work),
    });
    const nowSeconds = (): bigint => settlement.clock.nowSeconds();
    const signer = new PromiseSigner({
      chainId: chain.chainId,
      domain: this.#domainOf(chain),
      keys: pipeline.signers.promiseKeys,
      layer,
      account,
      open: () => pipeline.unexecuted(),
      executed: () => pipeline.progress().executed,
      findReceiver: (chainId) => this.#findReceiver(chain, chainId),
      nowSeconds,
      delay: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
    });
    if (plan.settlement.instant === undefined) return { signer, imports: undefined, admission: undefined };
    const { sequencer } = pipeline.chain;
    const admission = new SourceAdmission({ openImports: () => sequencer.openImports, nowSeconds });
    const imports = new PromiseImports({
      admission,
      layer,
      account,
      book: new PromiseBook(evidence?.promises),
      findSource: (chainId) => this.#findSource(chain, chainId),
      durable: () => evidence?.store.durable() ?? Promise.resolve(),
      undisturbed: (work) => gate.shared("the import of a promise", work),
      chain: () => ({
        chainId: chain.chainId,
        hyperchain: pipeline.created.hyperchain,
        isPaused: sequencer.isPaused,
        hasImported: (index) => hasImported(pipeline.chain, index),
        importRoots: (roots) => sequencer.importRoots(roots),
        seal: () => pipeline.seal(),
      }),
    });
    return { signer, imports, admission };
  }

  #findReceiver(source: DevnetChain, chainId: ChainId): PromiseReceiver | undefined {
    const receiver = this.#chain(chainId);
    const terms = receiver?.plan.settlement.instant?.from[source.name];
    if (receiver === undefined || terms === undefined) return undefined;
    return {
      chainId,
      bornAt: receiver.pipeline.created.bornAt,
      payee: payeeOf(receiver),
      minStakeWei: terms.minStakeWei,
      patienceSeconds: BigInt(patienceFor(receiver.plan)),
    };
  }

  #findSource(receiver: DevnetChain, chainId: ChainId): PromiseSource | undefined {
    const source = this.#chain(chainId);
    const terms = source && receiver.plan.settlement.instant?.from[source.name];
    if (source === undefined || terms === undefined) return undefined;
    return {
      ...terms,
      toChain: receiver.chainId,
      hyperchain: source.pipeline.created.hyperchain,
      domain: this.#domainOf(source),
      payee: payeeOf(receiver),
      coin: assetId(receiver.base.chainId, ETHER),
      patienceSeconds: BigInt(patienceFor(receiver.plan)),
    };
  }

  #domainOf({ base, pipeline }: DevnetChain): ReturnType<typeof quorumDomain> {
    return quorumDomain(base.chainId, pipeline.created.hyperchain);
  }
}

/** Payee of a broken promise: the chain's admin, because its users may lose coins. */
function payeeOf({ pipeline }: DevnetChain): Hex {
  return pipeline.admin();
}
