import type { Hex } from "../../ground/protocol/hex.ts";
import type { BlockNumber } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment, BlockHeader, Head, NamedHead } from "../model/block.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { ReadAccount } from "../witness/batch-witness.ts";
import { emptyHeader } from "../witness/made-block.ts";
import type { Witness } from "../witness/witness.ts";
import type { Explainer, ReadPrestate } from "./explainer.ts";
import { EngineError, type EngineResult, type ExecutionEngine } from "./engine.ts";
import { unknownHeader } from "./unknown-header.ts";

interface FlatEngineOptions {
  /** The newest block before the engine's own; its hash where that is known. */
  readonly head: Head & { readonly hash?: Hex };
}

interface FlatEngineDependencies {
  readonly witness: Pick<Witness, "request">;
  /** Ends with the engine. */
  readonly explainer: Explainer;
  readonly readPrestate: ReadPrestate;
  /** Reads an account after an older block. */
  readonly readAt: (at: BlockNumber, address: Hex, slot?: bigint) => Promise<ReadAccount>;
}

/** Some 10 ms: behind what prints more, others do not wait. */
const MOST_AWAITED_LINES = 100;

/** ethereumjs as a chain's execution engine: the witness makes the blocks. */
export class FlatEngine implements ExecutionEngine {
  readonly #dependencies: FlatEngineDependencies;
  readonly #head: NamedHead;
  readonly #headers: BlockHeader[] = [];
  readonly #marks = new Map<string, number>();
  #nextMark = 1;

  constructor({ head }: FlatEngineOptions, dependencies: FlatEngineDependencies) {
    this.#head = { ...head, hash: head.hash ?? unknownHeader(head).hash };
    this.#dependencies = dependencies;
  }

  async mine(
    transactions: readonly EngineTransaction[],
    environment: BlockEnvironment,
    { isWhole }: { readonly isWhole: boolean } = { isWhole: false },
  ): Promise<EngineResult> {
    const parentHash = this.#newestHash;
    const ordered = { transactions, environment, parentHash, isWhole };
    const { header, receipts, refused, logged, ...repeated } = await this.#dependencies.witness.request("make", ordered);
    this.#headers.push(header);
    const reasons = new Map(refused.map(({ index, reason }) => [index, reason]));
    const included = transactions.filter((_, index) => !reasons.has(index));
    await this.#comment(included, environment, logged);
    return {
      block: { environment, hash: header.hash, receipts },
      included,
      refused: transactions.flatMap((transaction, index) => {
        const reason = reasons.get(index);
        return reason === undefined ? [] : [{ transaction, reason }];
      }),
      repeated,
    };
  }

  /** Prints the lines of a block's contracts. If Hardhat measures, its network repeats the transactions and so prints them. */
  async #comment(
    transactions: readonly EngineTransaction[],
    block: BlockEnvironment,
    logged: readonly (readonly Hex[])[],
  ): Promise<void> {
    const { explainer } = this.#dependencies;
    if (explainer.repeatsAll) return this.#measure(transactions, block, logged);
    const lines = logged.flat();
    // A failure to print does not change the block.
    const printed = explainer.print(lines).catch(() => undefined);
    if (lines.length <= MOST_AWAITED_LINES) await printed;
  }

  /** Repeats the transactions before the block is answered, because a test run may end after any answer. */
  async #measure(
    transactions: readonly EngineTransaction[],
    block: BlockEnvironment,
    logged: readonly (readonly Hex[])[],
  ): Promise<void> {
    const { explainer, readPrestate } = this.#dependencies;
    for (const [index, transaction] of transactions.entries()) {
      const before = transactions.slice(0, index);
      const prestate = await readPrestate({ transaction, block, before }).catch(() => undefined);
      const repeated =
        prestate === undefined ? explainer.print(logged[index] ?? []) : explainer.measure({ transaction, block, prestate });
      await repeated.catch(() => undefined);
    }
  }

  async mineEmpty(environments: readonly BlockEnvironment[]): Promise<readonly Hex[]> {
    return environments.map((environment) => {
      const header = emptyHeader(environment, this.#newestHash);
      this.#headers.push(header);
      return header.hash;
    });
  }

  /** Does nothing, because the witness receives the cheat. */
  async cheat(): Promise<void> {}

  state(at: BlockNumber | "now"): StateReader {
    const { witness, readAt } = this.#dependencies;
    // What is asked for by its number may be older by the time that it is read.
    const read = (address: Hex, slot?: bigint): Promise<ReadAccount> =>
      at === "now" ? witness.request("read", { address, ...(slot === undefined ? {} : { slot }) }) : readAt(at, address, slot);
    return {
      async account(address) {
        const { nonce, balanceWei } = await read(address);
        return { nonce, balanceWei };
      },
      code: async (address) => (await read(address)).code,
      word: async (address, slot) => (await read(address, slot)).word,
    };
  }

  async header(number: BlockNumber): Promise<BlockHeader | undefined> {
    const { number: first, timestamp, hash } = this.#head;
    if (number > first) return this.#headers[Number(number - first) - 1];
    const header = unknownHeader({ number, timestamp });
    return number === first ? { ...header, hash } : header;
  }

  async snapshot(): Promise<string> {
    const mark = `${this.#nextMark++}`;
    this.#marks.set(mark, this.#headers.length);
    return mark;
  }

  async revert(mark: string): Promise<void> {
    const length = this.#marks.get(mark);
    if (length === undefined) throw new EngineError("UnknownSnapshot", `snapshot ${mark} does not exist or was used`);
    for (const other of this.#marks.keys()) if (Number(other) >= Number(mark)) this.#marks.delete(other);
    this.#headers.length = length;
  }

  async close(): Promise<void> {
    await this.#dependencies.explainer.close();
  }

  get explainer(): Explainer {
    return this.#dependencies.explainer;
  }

  get #newestHash(): Hex {
    return this.#headers.at(-1)?.hash ?? this.#head.hash;
  }
}
