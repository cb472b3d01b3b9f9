import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { RebuiltPorter } from "../../../chain/reconstruction/rebuilt-porter.ts";
import type { AppliedContent, LeafDump, RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import type { PublishingChain } from "../../../chain/reconstruction/published-batch.ts";
import type { StateKey } from "../../../chain/state/state-key.ts";
import type { StateProof } from "../../../chain/state/state-proof.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";
import type { Journal } from "../../../chain/settlement/journal/journal.ts";
import type { DataHolder } from "../held-data/held-data.ts";
import { judgeBatch, type GuardedBatch, type PredecessorState } from "./guarded-batch.ts";
import { GuardianError } from "./guardian-error.ts";

/** A form of a batch that a guardian has stored: all but its data, which are a file with this hash as its name. */
export interface StoredForm extends Omit<GuardedBatch, "pubdata" | "porter"> {
  readonly type: "form";
  readonly pubdataHash: Hex;
  /** Root of the porter, the name of its list's file; absent if the batch does not change it. */
  readonly porterRoot?: Hex;
  /** State before it: each form of a batch may follow another one. */
  readonly oldStateRoot: Hex;
  /** Leaves of the state after it. */
  readonly leafCount: number;
  /** The chain's policy then, as a number: it may change, and the forms stay. */
  readonly daPolicy: bigint;
}

/** State of a chain's contract on L1, as far as a guardian needs it. */
export interface GuardedOnL1 {
  readonly committed: bigint;
  readonly executed: bigint;
  readonly executedStateRoot: Hex;
}

interface GuardedChainDependencies {
  /** Contract and ids that the chain's commitments name. */
  readonly chain: Omit<PublishingChain, "daPolicy">;
  /** Policies that L1 may accept for a batch whose first block has this timestamp; the first is the likely one. */
  readonly policiesOf: (firstTimestamp: bigint) => Promise<readonly bigint[]>;
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

/** Content of a batch that was judged, the forms that it follows, and the policy that its pre-commitment names. */
interface FittedBatch {
  readonly content: AppliedContent;
  readonly line: readonly StoredForm[];
  readonly daPolicy: bigint;
}

/** Both trees of a chain; the second is empty without a porter. */
interface GuardedState {
  readonly rollup: RebuiltState;
  readonly porter: RebuiltPorter;
}

/**
 * State and data of one chain, at a guardian: it applies each batch before it is on L1, without an EVM, and stores each form
 * that it applied. A batch of an earlier number replaces all from that number onwards, unless L1 has one; what it replaces stays
 * stored, because L1 may execute any form that was signed. One call at a time.
 */
export class GuardedChain {
  readonly #dependencies: GuardedChainDependencies;
  /** Forms in the order of their arrival, by number, pre-commitment and hash of the data. */
  readonly #forms = new Map<string, StoredForm>();
  /** The first form of each number and root: forms with one root have one state. */
  readonly #states = new Map<string, StoredForm>();
  /** Forms of the present state, by batch number. */
  #line: StoredForm[] = [];
  #head: GuardedState;
  /** Before the first batch. */
  readonly #first: Omit<PredecessorState, "compress">;
  #tail: Promise<unknown> = Promise.resolve();
  /** State of the leaves that were built last: the next ones are built on it. Undefined after a failure. */
  #past: StateAfter | undefined;
  #building: Promise<unknown> = Promise.resolve();
  /** Leaves that the last request built; the next root replaces them. */
  #executed: { readonly stateRoot: Hex; readonly leaves: Promise<ExecutedLeaves> } | undefined;

  private constructor(dependencies: GuardedChainDependencies) {
    this.#dependencies = dependencies;
    this.#head = this.#atGenesis();
    const { stateRoot, leafCount } = this.#head.rollup;
    this.#first = { stateRoot, leafCount };
  }

  /** Continues from the stored forms. Rejects with GuardianError DataUnknown if a file is missing, or as `take`. */
  static async open(dependencies: GuardedChainDependencies): Promise<GuardedChain> {
    const chain = new GuardedChain(dependencies);
    for (const form of dependencies.journal.entries) chain.#add(form);
    const newest = dependencies.journal.entries.at(-1);
    await chain.#replay(newest === undefined ? [] : chain.#lineTo(newest));
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
    const last = this.#states.get(stateName(executed - 1n, stateRoot));
    if (last === undefined && executed > 0n)
      throw new GuardianError(
        "StateUnknown",
        `L1 has executed ${executed} batches up to root ${stateRoot}, and no form of batch ${executed - 1n} here has it; ask another guardian`,
      );
    const line = last === undefined ? [] : this.#lineTo(last);
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
    const last = this.#newestWith(stateRoot);
    if (last === undefined) throw new GuardianError("StateUnknown", `no batch here has root ${stateRoot}; use another guardian`);
    const line = this.#lineTo(last);
    const proof = this.#building.then(async () => (await this.#stateAfter(line)).rollup.prove(key));
    this.#building = proof.catch(() => undefined);
    return proof;
  }

  /** Number of the newest batch with this root; undefined if no stored batch has it. */
  batchWith(stateRoot: Hex): bigint | undefined {
    return this.#newestWith(stateRoot)?.outputs.batchNumber;
  }

  #newestWith(stateRoot: Hex): StoredForm | undefined {
    return [...this.#states.values()].findLast(({ newStateRoot }) => newStateRoot === stateRoot);
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
    const { outputs, preCommitment, pubdata, porter } = batch;
    const { batchNumber } = outputs;
    // The signature of a form that was judged is repeated; the form may have been replaced since.
    if (this.#forms.has(keyOf({ outputs, preCommitment, pubdataHash: hashPubdata(pubdata) }))) return;
    if (batchNumber < this.nextBatch) await this.#requireReplaceable(batchNumber);
    const { content, line, daPolicy } = this.#fitted(batch, await this.#dependencies.policiesOf(outputs.firstTimestamp));
    const before = this.#line;
    const isOther = line.length !== before.length || line.at(-1) !== before.at(-1);
    let isApplied = false;
    try {
      if (isOther) await this.#replay(line);
      isApplied = true;
      applyContent(this.#head, batchNumber, content, porter?.list);
      await this.#store(batch, { oldStateRoot: line.at(-1)?.newStateRoot ?? this.#first.stateRoot, daPolicy });
    } catch (error) {
      if (isOther || isApplied) await this.#replay(before);
      if (!(error instanceof ReconstructionError)) throw error;
      throw new GuardianError("DataMismatch", error.message, { cause: error });
    }
  }

  /**
   * Content of a batch, and the forms that it follows: those of the present state, or others that were signed, since a chain
   * may continue from each. Throws GuardianError.
   */
  #fitted(batch: GuardedBatch, policies: readonly bigint[]): FittedBatch {
    const { batchNumber } = batch.outputs;
    if (batchNumber === 0n) return { ...this.#judged(batch, policies, this.#first), line: [] };
    const present = this.#line[Number(batchNumber) - 1];
    const others = [...this.#states.values()].filter((form) => form.outputs.batchNumber === batchNumber - 1n && form !== present);
    const parents = [...(present === undefined ? [] : [present]), ...others.toReversed()].slice(0, MOST_PARENTS);
    let refusal: unknown = new GuardianError(
      "BatchMissing",
      `batch ${this.nextBatch} comes next, not ${batchNumber}; send it first`,
      { nextBatch: this.nextBatch },
    );
    for (const [i, parent] of parents.entries()) {
      try {
        const judged = this.#judged(batch, policies, { stateRoot: parent.newStateRoot, leafCount: parent.leafCount });
        return { ...judged, line: this.#lineTo(parent) };
      } catch (error) {
        if (i === 0) refusal = error;
      }
    }
    throw refusal;
  }

  /** Throws the refusal under the likeliest policy. */
  #judged(
    batch: GuardedBatch,
    policies: readonly bigint[],
    before: Omit<PredecessorState, "compress">,
  ): Omit<FittedBatch, "line"> {
    const { compress } = this.#head.rollup;
    let refusal: unknown;
    for (const daPolicy of policies) {
      try {
        return { content: judgeBatch(batch, { ...this.#dependencies.chain, daPolicy }, { ...before, compress }), daPolicy };
      } catch (error) {
        refusal ??= error;
      }
    }
    throw refusal;
  }

  async #requireReplaceable(batchNumber: bigint): Promise<void> {
    const { committed } = await this.#dependencies.readL1();
    if (committed > batchNumber)
      throw new GuardianError("BatchCommitted", `L1 has ${committed} batches, so batch ${batchNumber} has its final form`);
  }

  async #store(
    { pubdata, porter, ...form }: GuardedBatch,
    { oldStateRoot, daPolicy }: Pick<StoredForm, "oldStateRoot" | "daPolicy">,
  ): Promise<void> {
    const { data, journal } = this.#dependencies;
    const { batchNumber } = form.outputs;
    const changed = porter === undefined ? {} : { porterRoot: porter.root };
    const { leafCount } = this.#head.rollup;
    const stored: StoredForm = {
      type: "form",
      ...form,
      ...changed,
      pubdataHash: hashPubdata(pubdata),
      oldStateRoot,
      leafCount,
      daPolicy,
    };
    // The data come first: a form without its data would be signed again after a crash.
    await data.keep({ batchNumber, hash: stored.pubdataHash }, pubdata);
    if (porter !== undefined) await data.keep({ batchNumber, hash: porter.root }, porter.list);
    await journal.append(stored);
    this.#line = [...this.#line, this.#add(stored)];
  }

  /** Adds a form, and returns the one that represents the state after it. */
  #add(form: StoredForm): StoredForm {
    this.#forms.set(keyOf(form), form);
    const name = stateName(form.outputs.batchNumber, form.newStateRoot);
    const first = this.#states.get(name) ?? form;
    this.#states.set(name, first);
    return first;
  }

  /** The forms up to this one. Throws GuardianError StateUnknown if one is missing. */
  #lineTo(last: StoredForm): StoredForm[] {
    const line = [last];
    for (let [form, number] = [last, last.outputs.batchNumber]; number > 0n; number--) {
      const parent = this.#states.get(stateName(number - 1n, form.oldStateRoot));
      if (parent === undefined)
        throw new GuardianError(
          "StateUnknown",
          `no form of batch ${number - 1n} here has root ${form.oldStateRoot}; restore the folder`,
        );
      line.push(parent);
      form = parent;
    }
    return line.toReversed();
  }

  /** Builds the state of these forms from the start. */
  async #replay(line: readonly StoredForm[]): Promise<void> {
    const state = this.#atGenesis();
    for (const form of line) await this.#apply(form, state);
    this.#head = state;
    this.#line = [...line];
  }

  async #apply(form: StoredForm, state: GuardedState): Promise<void> {
    const { outputs, pubdataHash, porterRoot, daPolicy } = form;
    const { batchNumber } = outputs;
    const pubdata = await this.#file(batchNumber, pubdataHash);
    const list = porterRoot === undefined ? undefined : await this.#file(batchNumber, porterRoot);
    const chain = { ...this.#dependencies.chain, daPolicy };
    applyContent(state, batchNumber, judgeBatch({ ...form, pubdata }, chain, state.rollup), list);
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

/** Forms of the batch before that a new one is compared with: a chain replaces few. */
const MOST_PARENTS = 8;

function stateName(batchNumber: bigint, stateRoot: Hex): string {
  return `${batchNumber} ${stateRoot}`;
}

/** The pre-commitment does not bind all data, and a signature is for the data. */
function keyOf({ outputs, preCommitment, pubdataHash }: Pick<StoredForm, "outputs" | "preCommitment" | "pubdataHash">): string {
  return `${outputs.batchNumber} ${preCommitment} ${pubdataHash}`;
}
