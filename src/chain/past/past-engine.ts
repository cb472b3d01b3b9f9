import type { BlockEnvironment, MineResult, NamedHead } from "../model/block.ts";
import { EngineError } from "../execution/engine.ts";
import type { EngineNotification, ExecutionEngine } from "../execution/engine.ts";
import { blockPlaceOf } from "../execution/older-states.ts";
import type { EngineTransaction } from "../transaction/transaction.ts";
import type { StateCheat } from "../witness/state-cheat.ts";
import { feeHistoryAcross, NEWEST } from "./fee-history.ts";
import type { ToldFields, ToldBlocks } from "./told-blocks.ts";
import { hexQuantity } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Block 0. */
const FIRST = 0;

interface PastEngineOptions {
  /** The newest block of the engine below, which forked there. */
  readonly head: NamedHead;
  /** The oldest block whose state is known. */
  readonly oldestState: bigint;
}

/**
 * An engine that forked at a place. The blocks up to there are answered for as they were told, whatever the engine below makes of
 * them; what concerns both is put together.
 */
export class PastEngine implements ExecutionEngine {
  readonly #engine: ExecutionEngine;
  readonly #told: ToldBlocks;
  readonly #oldestState: bigint;
  readonly #end: () => Promise<void>;
  #newest: bigint;
  readonly #marks = new Map<string, bigint>();
  readonly #answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    eth_getBlockByNumber: ([tag, isFull]) => this.#block(this.#numberOf(tag), isFull),
    eth_getBlockByHash: ([hash, isFull]) => this.#block(this.#told.numberOf(hash), isFull),
    eth_getBlockTransactionCountByNumber: ([tag]) => countOf(this.#block(this.#numberOf(tag), false)),
    eth_getBlockTransactionCountByHash: ([hash]) => countOf(this.#block(this.#told.numberOf(hash), false)),
    eth_getTransactionByBlockNumberAndIndex: ([tag, index]) => placed(this.#block(this.#numberOf(tag), true), index),
    eth_getTransactionByBlockHashAndIndex: ([hash, index]) => placed(this.#block(this.#told.numberOf(hash), true), index),
    eth_getTransactionByHash: ([hash]) => this.#told.transaction(hash),
    eth_getTransactionReceipt: ([hash]) => this.#told.receipt(hash),
    eth_getLogs: ([filter]) => this.#logs(filter as ToldFields),
    eth_feeHistory: (params) =>
      feeHistoryAcross(this.#told, this.#newest, params, (rest) => this.#engine.request("eth_feeHistory", rest)),
    eth_getProof: () => {
      const reason = "the state roots in headers of a chain that was started from a place are not its state's";
      throw new EngineError(
        "NotKept",
        `eth_getProof has no answer: ${reason}; zks_getProof proves values under the root that L1 has`,
      );
    },
  };

  /** `end` ends what the engine below reads from. */
  constructor(engine: ExecutionEngine, told: ToldBlocks, { head, oldestState }: PastEngineOptions, end: () => Promise<void>) {
    this.#engine = engine;
    this.#told = told;
    this.#oldestState = oldestState;
    this.#newest = head.number;
    this.#end = end;
  }

  async mine(
    transactions: readonly EngineTransaction[],
    environment: BlockEnvironment,
    options?: { readonly isWhole: boolean },
  ): Promise<MineResult> {
    const result = await this.#engine.mine(transactions, environment, options);
    this.#newest = environment.number;
    return result;
  }

  async mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]> {
    const hashes = await this.#engine.mineEmpty(environments);
    this.#newest = environments.at(-1)?.number ?? this.#newest;
    return hashes;
  }

  cheat(cheat: StateCheat): Promise<void> {
    return this.#engine.cheat(cheat);
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const told = await this.#answers[method]?.(params);
    if (told !== undefined) return told;
    this.#requireState(method, params);
    return this.#engine.request(method, params);
  }

  onNotification(listener: (notification: EngineNotification) => void): () => void {
    return this.#engine.onNotification(listener);
  }

  async snapshot(): Promise<string> {
    const mark = await this.#engine.snapshot();
    this.#marks.set(mark, this.#newest);
    return mark;
  }

  async revert(mark: string): Promise<void> {
    await this.#engine.revert(mark);
    this.#newest = this.#marks.get(mark) ?? this.#newest;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await this.#end();
  }

  /** The number of a block before the place; undefined for others. */
  #numberOf(tag: unknown): number | undefined {
    if (tag === "earliest") return FIRST;
    const number = NEWEST.has(tag)
      ? this.#newest
      : typeof tag === "string" && /^0x[0-9a-fA-F]{1,16}$/.test(tag)
        ? BigInt(tag)
        : undefined;
    return number === undefined || number > this.#told.last ? undefined : Number(number);
  }

  #block(
    number: number | undefined,
    isFull: unknown,
  ): (ToldFields & { readonly transactions?: readonly ToldFields[] }) | undefined {
    return number === undefined ? undefined : this.#told.block(number, isFull === true);
  }

  async #logs(filter: ToldFields): Promise<unknown> {
    const { fromBlock, toBlock, blockHash } = filter;
    const one = blockHash === undefined || blockHash === null ? undefined : this.#told.numberOf(blockHash);
    if (one !== undefined) return this.#told.logs(one, one, filter);
    const first = blockHash === undefined ? this.#numberOf(fromBlock) : undefined;
    if (first === undefined) return undefined;
    const last = this.#numberOf(toBlock);
    const told = this.#told.logs(first, last ?? Number(this.#told.last), filter);
    if (last !== undefined || this.#newest <= this.#told.last) return told;
    const rest = { ...filter, fromBlock: hexQuantity(this.#told.last + 1n) };
    return [...told, ...((await this.#engine.request("eth_getLogs", [rest])) as readonly ToldFields[])];
  }

  #requireState(method: string, params: readonly unknown[]): void {
    const asked = blockPlaceOf(method, params);
    const { blockHash, blockNumber } = (typeof asked === "object" && asked !== null ? asked : {}) as ToldFields;
    const number = blockHash === undefined ? this.#numberOf(blockNumber ?? asked ?? "latest") : this.#told.numberOf(blockHash);
    if (number === undefined || BigInt(number) >= this.#oldestState) return;
    throw new EngineError(
      "NotKept",
      `the state of block ${number} is not kept: since the ecosystem was started again, block ${this.#oldestState} is the oldest with a state`,
    );
  }
}

function countOf(block: ToldFields | undefined): string | undefined {
  return block === undefined ? undefined : hexQuantity((block["transactions"] as readonly unknown[]).length);
}

function placed(block: { readonly transactions?: readonly ToldFields[] } | undefined, index: unknown): unknown {
  return block === undefined ? undefined : (block.transactions?.[Number(index)] ?? null);
}
