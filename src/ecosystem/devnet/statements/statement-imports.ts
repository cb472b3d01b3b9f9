import type { TransactionReceipt } from "ethers";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { withPreparedProof } from "../../../chain/node/settling/prepared-proof.ts";
import type { SharedBatch } from "../../../chain/node/settling/shared-proofs.ts";
import { statementImport } from "../../../ground/protocol/carried-statement.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { ImportKind, importKindOf, MAX_CLAIMS } from "../../../ground/protocol/import-kinds.ts";
import { hasOrderForStatement } from "../../../ground/protocol/import-orders.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { hashStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import { encodeProveBatches } from "../../../chain/settlement/l1-sender/batch-calls.ts";
import { SettlementError } from "../../../chain/settlement/errors/settlement-error.ts";
import type { SourceCall } from "../../../chain/settlement/l1-sender/source-calls.ts";
import type { EvidenceBook } from "../facts/evidence-book.ts";
import { isEvidenceNeeded, NOT_RECORDED } from "../facts/needed-evidence.ts";
import { StatementRefused } from "./statement-refused.ts";

/** Statements about batches of one chain that a batch has: one chain alone does not use all of a batch. */
const MAX_OF_CHAIN = 4;
const LOOK_MS = 250;

/** The chain that imports statements. */
interface ImportingBase {
  readonly chainId: ChainId;
  /** Version of its open batch. */
  readonly version: bigint;
  readonly openImports: readonly ImportedRoot[];
  readonly isPaused: boolean;
  hasImported(index: bigint): Promise<boolean>;
  importRoots(roots: readonly ImportedRoot[]): Promise<void>;
  /** Ends the open batch. */
  seal(): Promise<unknown>;
}

interface StatementImportsDependencies {
  readonly chain: () => ImportingBase;
  /** Chains on this one that its admin has listed. */
  readonly children: () => readonly ChainId[];
  /** L1 as this chain reads it. */
  readonly l1: () => Promise<FactsOnL1>;
  /** L1 at the depth at which evidence is removed (`evidenceDepth`). */
  readonly finalL1: () => Promise<FactsOnL1>;
  /** Contracts on this chain; undefined while no chain settles here. */
  readonly layer: () => Promise<FactsOnL1 | undefined>;
  readonly prover: BatchesProver;
  /** Verifies the proof of a batch in this process. Resolves with the reason if it does not hold. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
  /** Proofs of the imported statements. */
  readonly book: EvidenceBook;
  /** Resolves when the evidence is on disk. */
  readonly durable: () => Promise<void>;
  readonly clock: Clock;
  /** Runs the import next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Imports statements about batches of chains on a proven chain, and shows L1 the proofs. L1 executes a batch of this chain only
 * if a proof of each imported statement was checked there, so a false import stops this chain. The rule here prevents that.
 */
export class StatementImports {
  readonly #dependencies: StatementImportsDependencies;
  readonly #line = new OneAtATime();

  constructor(dependencies: StatementImportsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Imports the statement about a batch, unless this chain has it. Resolves with its index. Rejects with StatementRefused. */
  async import(batch: FactBatch): Promise<bigint> {
    const statement = statementImport({ chainId: batch.chainId, batch: batch.stored });
    await this.#line.run(() => this.#import(batch, statement));
    return statement.registryIndex;
  }

  /** True if a batch with these imports is shown together with the batches of its statements. */
  readonly isShownHere = (imports: readonly ImportedRoot[]): boolean => statementsOf(imports).length > 0;

  /** Shows L1 one proof of a batch of this chain and of the batches whose statements it imports. As `SharedProofs.show`. */
  async show(batch: SharedBatch): Promise<{ readonly receipt: TransactionReceipt | undefined }> {
    const { chainId, stored, executed, lists, signal, onProgress } = batch;
    const { prover } = this.#dependencies;
    return withPreparedProof(prover, batch, async (prepared) => {
      await prepared;
      await batch.due();
      await this.#awaitTurn(batch);
      const open = await this.#unrecorded(lists?.imports ?? []);
      const carried = open.filter((each) => each.stored.protocolVersion === stored.protocolVersion).map(joinable);
      const made = await prover.prove([...carried, executed], { signal, onProgress });
      await batch.made(made);
      const shown = [...carried.map(({ fields }) => fields), { chainId, batch: stored }];
      return { receipt: await batch.send(shown, made, { onLeaving: () => undefined, signal }) };
    });
  }

  /**
   * Calls that record the statement of an index on L1, as `SourceCalls`. Rejects with SettlementError EvidenceMissing without
   * stored evidence.
   */
  async sourceCalls(index: bigint): Promise<readonly SourceCall[]> {
    const { book, prover, l1, chain } = this.#dependencies;
    const [batch] = book.batchesOf(index) ?? [];
    if (batch === undefined)
      throw new SettlementError(
        "EvidenceMissing",
        `chain ${chain().chainId} imports statement ${index}, which L1 has not recorded, and its proof is not stored here; restore the chain's data with the proof, or show L1 the proof from another node`,
      );
    const { chainId, stored } = batch;
    const to = await (await l1()).aggregator(chain().chainId, stored.protocolVersion);
    if (to === undefined) return [];
    const made = await prover.prove([joinable(batch)]);
    const label = `proof of batch ${stored.batchNumber} of chain ${chainId}`;
    return [{ label, to, data: encodeProveBatches([{ chainId, batch: stored }], made) }];
  }

  async #import(batch: FactBatch, statement: ImportedRoot): Promise<void> {
    const { chain, book, durable, undisturbed, l1, finalL1 } = this.#dependencies;
    if (chain().isPaused) throw new StatementRefused("BasePaused", `chain ${chain().chainId} is paused; start it`);
    if (await chain().hasImported(statement.registryIndex)) return;
    this.#requireListed(batch);
    await this.#requireNext(batch);
    const refusal = await this.#dependencies.refusalOf(batch);
    if (refusal !== undefined)
      throw new StatementRefused("ProofRefused", `the proof of ${nameOf(batch)} does not hold: ${refusal}`);
    const view = await l1();
    if (await view.isStopped(batch.stored.protocolVersion)) throw versionStopped(batch);
    const final = await finalL1();
    await book.prune((index) => isEvidenceNeeded(index, final));
    if (!this.#hasRoom(batch.chainId)) await chain().seal();
    await undisturbed(async () => {
      if (await chain().hasImported(statement.registryIndex)) return;
      // Before the import: without the proof L1 would never execute the batch.
      book.add({ fact: statement, batches: [batch] });
      await durable();
      await chain().importRoots([statement]);
    });
  }

  #requireListed(batch: FactBatch): void {
    const { chain, children } = this.#dependencies;
    const { chainId, stored } = batch;
    if (!children().includes(chainId))
      throw new StatementRefused("ChainNotListed", `chain ${chainId} is not one that settles on chain ${chain().chainId} here`);
    const { version } = chain();
    if (stored.protocolVersion !== version)
      throw new StatementRefused(
        "VersionMismatch",
        `${nameOf(batch)} has version ${stored.protocolVersion}, and chain ${chain().chainId} has ${version}; upgrade one of the two`,
      );
  }

  async #requireNext(batch: FactBatch): Promise<void> {
    const layer = await this.#dependencies.layer();
    const source = await layer?.source(batch.chainId);
    const { stored } = batch;
    const refused = (reason: string): StatementRefused => new StatementRefused("BatchNotStored", `${nameOf(batch)} ${reason}`);
    if (layer === undefined || source === undefined) throw refused("is of a chain without a contract on this one");
    if (source.verified !== stored.batchNumber) throw refused(`is not the next one to be proven; batch ${source.verified} is`);
    if ((await layer.storedHash(source, stored.batchNumber)) !== hashStoredBatch(stored))
      throw refused("is not the batch that its contract stores");
  }

  #hasRoom(chainId: ChainId): boolean {
    const { chain, book } = this.#dependencies;
    const { openImports } = chain();
    const claims = openImports.filter(({ registryIndex }) => importKindOf(registryIndex) !== ImportKind.root);
    const ofChain = statementsOf(openImports).filter(
      ({ registryIndex }) => book.batchesOf(registryIndex)?.[0]?.chainId === chainId,
    );
    return claims.length < MAX_CLAIMS && ofChain.length < MAX_OF_CHAIN && hasOrderForStatement(openImports);
  }

  /** L1's aggregator skips a batch if the one before it is not proven. */
  async #awaitTurn({ chainId, stored, signal }: SharedBatch): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const source = await (await this.#dependencies.l1()).source(chainId);
      if (source === undefined || source.verified >= stored.batchNumber) return;
      await new Promise<void>((resolve) => this.#dependencies.clock.after(LOOK_MS, resolve));
    }
  }

  /**
   * Batches whose statements are imported and not recorded on L1, in order. Those without stored evidence are left out:
   * `sourceCalls` names them before L1 executes the batch.
   */
  async #unrecorded(imports: readonly ImportedRoot[]): Promise<readonly FactBatch[]> {
    const view = await this.#dependencies.l1();
    const open: FactBatch[] = [];
    for (const { registryIndex } of statementsOf(imports)) {
      const [batch] = this.#dependencies.book.batchesOf(registryIndex) ?? [];
      if (batch !== undefined && BigInt(await view.valueOf(registryIndex)) === NOT_RECORDED) open.push(batch);
    }
    return open;
  }
}

function statementsOf(imports: readonly ImportedRoot[]): readonly ImportedRoot[] {
  return imports.filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.statement);
}

function joinable({ chainId, stored: batch, program, proof }: FactBatch) {
  return { fields: { chainId, batch }, program, proof };
}

function versionStopped(batch: FactBatch): StatementRefused {
  const { protocolVersion } = batch.stored;
  const reason = `${nameOf(batch)} has version ${protocolVersion}, which is retired, frozen or halted on L1; upgrade the chains, or wait`;
  return new StatementRefused("VersionStopped", reason);
}

function nameOf({ chainId, stored }: Pick<FactBatch, "chainId" | "stored">): string {
  return `batch ${stored.batchNumber} of chain ${chainId}`;
}
