import { createAddressFromString } from "@ethereumjs/util";
import { fromHex, toHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment, MinedBlock, MineResult, NamedHead } from "../model/block.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import type { SystemRequest } from "../../ground/protocol/system-transactions.ts";
import type { BlockEngine, PlannedBlock } from "../ordering/block-engine.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import { changeSize, type ChangeSize } from "../witness/change-size.ts";
import type { NetChanges } from "../witness/net-changes.ts";
import { blockBytes, makeBlock } from "../witness/made-block.ts";
import type { Reexecution } from "../witness/reexecution.ts";
import { decidesRun } from "../witness/run-end.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { BatchInputs, InputBlock, InputTransaction } from "./batch-inputs.ts";
import { BatchRefusal } from "./refusal.ts";

/** Mark of a validator's engine. */
interface ShownMark {
  readonly state: number;
  readonly blockHashes: ReturnType<Reexecution["blockHashes"]>;
  readonly head: NamedHead;
  readonly hasOtherHashes: boolean;
}

/**
 * Engine of a validator, or of an account that rebuilds a chain: runs each planned block in a separate EVM and computes its hash.
 * If blocks are shown, each must be the planned one and have that hash. Rejects with BatchRefusal; what ran until then stays in
 * the execution's state.
 */
export class ShownBlocks implements BlockEngine {
  readonly #execution: Reexecution;
  readonly #chainId: ChainId;
  #inputs: BatchInputs | undefined;
  #start = 0;
  #first: NamedHead;
  #head: NamedHead;
  #place = 0;
  /** Hash by which the parent of each block of the batch is known, in order; undefined if it is the computed one. */
  #parentHashes: readonly (Hex | undefined)[] = [];
  #hasOtherHashes = false;

  /** `head` is the block before the first batch. */
  constructor(head: NamedHead, execution: Reexecution, chainId: ChainId) {
    this.#chainId = chainId;
    this.#first = head;
    this.#head = head;
    this.#execution = execution;
  }

  /**
   * Begins a batch without shown blocks: they follow from its commands alone. `parentHashes` are the hashes of its blocks'
   * parents in a proof of the batch, in order: transactions can ask for them, also if they are not the computed ones.
   */
  beginUnseen(parentHashes: readonly (Hex | undefined)[] = []): void {
    this.#inputs = undefined;
    this.#parentHashes = parentHashes;
    this.#place = 0;
    this.#start = this.#execution.state.mark();
    this.#nameHead();
  }

  /** True if a proof had another hash of a block than the computed one. */
  get hasOtherHashes(): boolean {
    return this.#hasOtherHashes;
  }

  /** The next block names this hash as its parent's. No transaction can ask for the hash. */
  followUnknown(parentHash: Hex): void {
    this.#head = { ...this.#head, hash: parentHash };
  }

  /** The next batch's blocks are these. */
  show(inputs: BatchInputs): void {
    this.#inputs = inputs;
    this.#parentHashes = [];
    this.#start = this.#execution.state.mark();
    this.#place = 0;
    // Block 0 is the sequencer's word, which the chain's first batch writes into the state.
    if (inputs.batchNumber === 0n) this.#head = this.#first = { ...this.#head, hash: inputs.parentHash };
  }

  mark(): ShownMark {
    return {
      state: this.#execution.state.mark(),
      blockHashes: this.#execution.blockHashes(),
      head: this.#head,
      hasOtherHashes: this.#hasOtherHashes,
    };
  }

  returnTo({ state, blockHashes, head, hasOtherHashes }: ShownMark): void {
    this.#execution.state.rollback(state);
    this.#execution.returnTo(blockHashes);
    this.#head = head;
    this.#hasOtherHashes = hasOtherHashes;
  }

  /** The state remembers the way back to every mark. */
  release(): void {}

  /** The block before the first batch, as that batch was shown. */
  get first(): NamedHead {
    return this.#first;
  }

  get head(): NamedHead {
    return this.#head;
  }

  async run(planned: PlannedBlock): Promise<MineResult> {
    const { environment, transactions } = planned;
    const shown = this.#take(planned);
    const made: Parameters<typeof makeBlock>[0][number][] = [];
    for (const [i, transaction] of transactions.entries()) {
      try {
        const receipt = await this.#execution.run(transaction, environment);
        made.push({ transaction, receipt, bytes: blockBytes(transaction, this.#chainId) });
      } catch (error) {
        if (!decidesRun(error)) throw error;
        throw new BatchRefusal("TransactionInvalid", `block ${environment.number}, transaction ${i}: ${error.message}`, {
          cause: error,
        });
      }
    }
    const { header, receipts } = makeBlock(made, environment, this.#head.hash);
    const { hash } = header;
    if (shown !== undefined && shown.hash !== hash)
      throw new BatchRefusal("BlockMismatch", `block ${environment.number} is shown with hash ${shown.hash}, and has ${hash}`);
    this.#head = { number: environment.number, timestamp: environment.timestamp, hash };
    this.#execution.rememberHash(environment.number, hash);
    if (shown === undefined) this.#nameHead();
    return { block: { environment, hash, receipts }, included: transactions, refused: [] };
  }

  async runEmpty(environments: readonly BlockEnvironment[]): Promise<readonly MinedBlock[]> {
    const blocks: MinedBlock[] = [];
    for (const environment of environments)
      blocks.push((await this.run({ environment, transactions: [], areSafe: true, purpose: "no user sent" })).block);
    return blocks;
  }

  async cheat(cheat: StateCheat): Promise<ChangeSize> {
    await this.#execution.cheat(cheat);
    return this.measure();
  }

  async nonceOf(address: Hex): Promise<bigint> {
    return (await this.#execution.state.getAccount(createAddressFromString(address)))?.nonce ?? 0n;
  }

  async codeOf(address: Hex): Promise<Hex> {
    return toHex(this.#execution.state.codeAt(address));
  }

  async storageOf(address: Hex, slot: bigint): Promise<bigint> {
    const word = await this.#execution.state.getStorage(createAddressFromString(address), fromHex(wordToHex(slot)));
    return word.length === 0 ? 0n : BigInt(toHex(word));
  }

  judgeOperation(judged: JudgedOperation): Promise<OperationVerdict> {
    return this.#execution.judge(judged);
  }

  async measure(): Promise<ChangeSize> {
    return this.#size();
  }

  async takeChanges(): Promise<NetChanges> {
    const shown = this.#inputs;
    if (shown !== undefined && this.#place !== shown.blocks.length)
      throw new BatchRefusal("BlockMismatch", `batch ${shown.batchNumber} ends with block ${this.#head.number}, more are shown`);
    return this.#execution.state.changesSince(this.#start);
  }

  /** Gives the head the hash that the next block's record has. */
  #nameHead(): void {
    const hash = this.#parentHashes[this.#place++];
    if (hash === undefined || hash === this.#head.hash) return;
    this.#hasOtherHashes = true;
    this.#head = { ...this.#head, hash };
    this.#execution.rememberHash(this.#head.number, hash);
  }

  #size(): ChangeSize {
    return changeSize(this.#execution.state.changesSince(this.#start));
  }

  /** The next block that is shown, which must be the planned one; undefined if none are. */
  #take({ environment, transactions, purpose }: PlannedBlock): InputBlock | undefined {
    if (this.#inputs === undefined) return undefined;
    const shown = this.#inputs.blocks[this.#place++];
    if (shown === undefined)
      throw new BatchRefusal(
        "BlockMismatch",
        `batch ${this.#inputs.batchNumber} ends without block ${environment.number}, of a transaction that ${purpose}`,
      );
    for (const name of ["number", "timestamp", "coinbase", "gasLimit", "prevRandao"] as const) {
      const [actual, expected] = [shown.environment[name], environment[name]];
      if (actual !== expected)
        throw new BatchRefusal("BlockMismatch", `block ${environment.number}: ${name} is ${actual}, not ${expected}`);
    }
    const isSame =
      shown.transactions.length === transactions.length &&
      transactions.every((transaction, i) => isInput(shown.transactions[i], transaction));
    if (!isSame)
      throw new BatchRefusal(
        "SystemTransactionMismatch",
        `block ${environment.number}: it does not hold the one that ${purpose}`,
      );
    return shown;
  }
}

function isInput(input: InputTransaction | undefined, transaction: EngineTransaction): boolean {
  if (input?.kind !== "unsigned") return transaction.kind === "signed" && input?.raw === transaction.raw;
  return isRequest(input, transaction) && input.nonce === transaction.nonce;
}

/** Whether a transaction that is shown is the one that is asked for, whatever its nonce. */
export function isRequest(
  transaction: InputTransaction,
  { from, to, valueWei, data, gasLimit }: Omit<SystemRequest, "canonicalTxHash">,
): boolean {
  return (
    transaction.kind === "unsigned" &&
    transaction.from === from &&
    transaction.to === to &&
    transaction.valueWei === valueWei &&
    transaction.data === data &&
    transaction.gasLimit === gasLimit
  );
}
