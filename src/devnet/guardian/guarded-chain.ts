import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import { RebuiltPorter } from "../../chain/reconstruction/rebuilt-porter.ts";
import type { AppliedContent, LeafDump, RebuiltState } from "../../chain/reconstruction/rebuilt-state.ts";
import type { PublishingChain } from "../../chain/reconstruction/published-batch.ts";
import type { StateKey } from "../../chain/state/state-key.ts";
import type { StateProof } from "../../chain/state/state-proof.ts";
import type { Hex } from "../../protocol/hex.ts";
import { hashPubdata } from "../../protocol/pubdata.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import type { DataHolder } from "../held-data/held-data.ts";
import { judgeBatch, type GuardedBatch } from "./guarded-batch.ts";
import { GuardianError } from "./guardian-error.ts";

/** A form of a batch that a guardian has stored: all but its data, which are a file with this hash as its name. */
export interface StoredForm extends Omit<GuardedBatch, "pubdata" | "porter"> {
  readonly type: "form";
  readonly pubdataHash: Hex;
  /** Root of the porter, the name of its list's file; absent if the batch does not change it. */
  readonly porterRoot?: Hex;
}

/** State of a chain's contract on L1, as far as a guardian needs it. */
export interface GuardedOnL1 {
  readonly committed: bigint;
  readonly executed: bigint;
  readonly executedStateRoot: Hex;
}

interface GuardedChainDependencies {
  /** Policy and contract that the chain's commitments name. */
  readonly chain: PublishingChain;
  /** State before the first batch, a new one for each call. */
  readonly genesis: () => RebuiltState;
  /** Forms that the guardian has stored, in its order. */
  readonly journal: Journal<StoredForm>;
  /** Files of data, which are on disk when `keep` resolves. */
  readonly data: Required<DataHolder>;
  readonly readL1: () => Promise<GuardedOnL1>;
}

/** Dump of the state that L1 executed last, and the batch after it. */
export interface ExecutedLeaves {
  readonly stateRoot: Hex;
  readonly nextBatch: bigint;
  readonly dump: LeafDump;
  /** Leaves of the porter; undefined if no account has joined. */
  readonly porter?: LeafDump | undefined;
}

/** State after some forms. */
interface StateAfter {
  readonly state: GuardedState;
  readonly forms: readonly StoredForm[];
}

/** Both trees of a chain; the second is empty without a porter. */
interface GuardedState {
  readonly rollup: RebuiltState;
  readonly porter: RebuiltPorter;
}

/**
 * State and data of one chain, at a guardian: it applies each batch before it is on L1, without an EVM, and stores each form
 * that it applied. A batch of an earlier number replaces all from that number onwards, unless L1 has one. One call at a
 * time.
 */
export class GuardedChain {
  readonly #dependencies: GuardedChainDependencies;
  /** Forms in the order of their arrival, by number, pre-commitment and hash of the data. */
  readonly #forms = new Map<string, StoredForm>();
  /** Forms of the present state, by batch number. */
  #line: StoredForm[] = [];
  #head: GuardedState;
  #tail: Promise<unknown> = Promise.resolve();
  /** State of the leaves that were built last: the next ones are built on it. Undefined after a failure. */
  #past: StateAfter | undefined;
  #building: Promise<unknown> = Promise.resolve();
  /** Leaves that the last request built; the next root replaces them. */
  #executed: { readonly stateRoot: Hex; readonly leaves: Promise<ExecutedLeaves> } | undefined;

  private constructor(dependencies: GuardedChainDependencies) {
    this.#dependencies = dependencies;
    this.#head = this.#atGenesis();
  }

  /** Continues from the stored forms. Rejects with GuardianError DataUnknown if a file is missing, or as `take`. */
  static async open(dependencies: GuardedChainDependencies): Promise<GuardedChain> {
    const chain = new GuardedChain(dependencies);
    let line: StoredForm[] = [];
    for (const form of dependencies.journal.entries) {
      chain.#forms.set(keyOf(form), form);
      line = [...line.slice(0, Number(form.outputs.batchNumber)), form];
    }
    await chain.#replay(line);
    return chain;
  }

  get nextBatch(): bigint {
    return BigInt(this.#line.length);
  }

  get stateRoot(): Hex {
    return this.#head.rollup.stateRoot;
  }

  /** Resolves when the batch is applied and on disk. Rejects with GuardianError; the state is then as before. */
  take(batch: GuardedBatch): Promise<void> {
    return this.#inTurn(() => this.#take(batch));
  }

  /**
   * Leaves at the last root that L1 executed, built once for each root from those before: every account may ask. Needs no turn,
   * because no form of an executed batch is replaced. Rejects with GuardianError StateUnknown.
   */
  async leaves(): Promise<ExecutedLeaves> {
    const { executed, executedStateRoot: stateRoot } = await this.#dependencies.readL1();
    const line = this.#line.slice(0, Number(executed));
    const last = line.at(-1);
    const isExecuted = BigInt(line.length) === executed && (last === undefined || last.newStateRoot === stateRoot);
    if (!isExecuted)
      throw new GuardianError(
        "StateUnknown",
        `L1 has executed ${executed} batches up to root ${stateRoot}, and batch ${line.length - 1} here has root ${last?.newStateRoot}; ask another guardian`,
      );
    if (this.#executed?.stateRoot !== stateRoot) {
      const leaves = this.#building.then(() => this.#leavesAfter(line));
      this.#building = leaves.catch(() => undefined);
      this.#executed = { stateRoot, leaves };
      // A file that is restored later is read then.
      leaves.catch(() => (this.#executed = undefined));
    }
    return this.#executed.leaves;
  }

  /**
   * Proof of a key in the state after the newest batch with this root; waits for leaves that are being built. Rejects with
   * GuardianError StateUnknown if no stored batch has the root.
   */
  async prove(stateRoot: Hex, key: StateKey): Promise<StateProof> {
    const index = this.#line.findLastIndex(({ newStateRoot }) => newStateRoot === stateRoot);
    if (index === -1) throw new GuardianError("StateUnknown", `no batch here has root ${stateRoot}; use another guardian`);
    const line = this.#line.slice(0, index + 1);
    const proof = this.#building.then(async () => (await this.#stateAfter(line)).rollup.prove(key));
    this.#building = proof.catch(() => undefined);
    return proof;
  }

  async #leavesAfter(line: readonly StoredForm[]): Promise<ExecutedLeaves> {
    const { rollup, porter } = await this.#stateAfter(line);
    const hasPorter = line.some(({ porterRoot }) => porterRoot !== undefined);
    const dumps = { dump: rollup.dump(), porter: hasPorter ? porter.state.dump() : undefined };
    return { stateRoot: rollup.stateRoot, nextBatch: BigInt(line.length), ...dumps };
  }

  /** State after these forms, from the one before: a chain's whole past would take longer with each batch. */
  async #stateAfter(forms: readonly StoredForm[]): Promise<GuardedState> {
    const past = this.#past;
    // A reorg of L1 may have undone executions.
    const isContinued = past?.forms.every((form, i) => form === forms[i]) === true;
    const [state, done] = isContinued ? [past.state, past.forms.length] : [this.#atGenesis(), 0];
    this.#past = undefined;
    for (const form of forms.slice(done)) await this.#apply(form, state);
    this.#past = { state, forms };
    return state;
  }

  async #take(batch: GuardedBatch): Promise<void> {
    const { pubdata, porter, ...form } = batch;
    const changed = porter === undefined ? {} : { porterRoot: porter.root };
    const stored: StoredForm = { type: "form", ...form, pubdataHash: hashPubdata(pubdata), ...changed };
    const { batchNumber } = form.outputs;
    // The signature of a form that was judged is repeated; the form may have been replaced since.
    if (this.#forms.has(keyOf(stored))) return;
    if (batchNumber > this.nextBatch)
      throw new GuardianError("BatchMissing", `batch ${this.nextBatch} comes next, not ${batchNumber}; send it first`, {
        nextBatch: this.nextBatch,
      });
    const before = this.#line;
    const isRewound = batchNumber < this.nextBatch;
    if (isRewound) await this.#rewind(batchNumber);
    let isApplied = false;
    try {
      const content = judgeBatch(batch, this.#dependencies.chain, this.#head.rollup);
      isApplied = true;
      applyContent(this.#head, batchNumber, content, porter?.list);
      await this.#store(stored, batch);
    } catch (error) {
      if (isRewound || isApplied) await this.#replay(before);
      if (!(error instanceof ReconstructionError)) throw error;
      throw new GuardianError("DataMismatch", error.message, { cause: error });
    }
  }

  async #rewind(batchNumber: bigint): Promise<void> {
    const { committed } = await this.#dependencies.readL1();
    if (committed > batchNumber)
      throw new GuardianError("BatchCommitted", `L1 has ${committed} batches, so batch ${batchNumber} has its final form`);
    await this.#replay(this.#line.slice(0, Number(batchNumber)));
  }

  async #store(stored: StoredForm, { pubdata, porter }: GuardedBatch): Promise<void> {
    const { data, journal } = this.#dependencies;
    const { batchNumber } = stored.outputs;
    // The data come first: a form without its data would be signed again after a crash.
    await data.keep({ batchNumber, hash: stored.pubdataHash }, pubdata);
    if (porter !== undefined) await data.keep({ batchNumber, hash: porter.root }, porter.list);
    await journal.append(stored);
    this.#forms.set(keyOf(stored), stored);
    this.#line = [...this.#line, stored];
  }

  /** Builds the state of these forms from the start. */
  async #replay(line: readonly StoredForm[]): Promise<void> {
    const state = this.#atGenesis();
    for (const form of line) await this.#apply(form, state);
    this.#head = state;
    this.#line = [...line];
  }

  async #apply(form: StoredForm, state: GuardedState): Promise<void> {
    const { outputs, pubdataHash, porterRoot } = form;
    const { batchNumber } = outputs;
    const pubdata = await this.#file(batchNumber, pubdataHash);
    const list = porterRoot === undefined ? undefined : await this.#file(batchNumber, porterRoot);
    applyContent(state, batchNumber, judgeBatch({ ...form, pubdata }, this.#dependencies.chain, state.rollup), list);
  }

  #file(batchNumber: bigint, hash: Hex): Promise<Uint8Array> {
    return this.#dependencies.data.read({ batchNumber, hash }, new AbortController().signal).catch((cause: unknown) => {
      throw new GuardianError("DataUnknown", `the file ${hash} of batch ${batchNumber} is missing; restore it`, { cause });
    });
  }

  #atGenesis(): GuardedState {
    return { rollup: this.#dependencies.genesis(), porter: new RebuiltPorter() };
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/**
 * Applies a batch to both trees. The pre-commitment binds no codes, so each must be known; it binds the porter's root. Throws
 * GuardianError BytecodeMissing or DataMismatch.
 */
function applyContent(
  { rollup, porter }: GuardedState,
  batchNumber: bigint,
  content: AppliedContent,
  list: Uint8Array | undefined,
): void {
  rollup.apply(batchNumber, content);
  const [missing] = rollup.missingCodes();
  if (missing !== undefined)
    throw new GuardianError(
      "BytecodeMissing",
      `batch ${batchNumber} names the code ${missing}, which is in no batch's data; form the batch again`,
    );
  const root = porter.rootAfter(rollup);
  if (root === undefined && list === undefined) return;
  const isApplied =
    root !== undefined && list !== undefined && porter.take({ batchNumber, root, entries: content.entries }, list);
  if (isApplied) return;
  throw new GuardianError(
    "DataMismatch",
    `the porter's list of batch ${batchNumber} does not lead to the root in the batch's state; form the batch again`,
  );
}

/** The pre-commitment does not bind all data, and a signature is for the data. */
function keyOf({ outputs, preCommitment, pubdataHash }: StoredForm): string {
  return `${outputs.batchNumber} ${preCommitment} ${pubdataHash}`;
}
