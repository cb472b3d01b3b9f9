import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { Hint } from "../../../src/proofs/machine/interpreter/machine-state.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { GENESIS_TIMESTAMP } from "../../chain/support/engine.ts";
import { BORN_AT, configurationWords, realGenesis } from "../../chain/support/predeploys.ts";
import { startVerifiedChain, type RequestedOperation, type VerifiedChain } from "../../chain/support/verified-chain.ts";
import { compareReceipts, ReplayedChain, stepsOf, type ObservedRun } from "./replay.ts";

/** Chain whose operations the machine executes also. */
export class OperationReplay {
  readonly #chain: VerifiedChain;
  readonly #machine: ReplayedChain;
  #queue: L2CanonicalTransaction[] = [];
  #folded = 0;

  private constructor(chain: VerifiedChain, machine: ReplayedChain) {
    this.#chain = chain;
    this.#machine = machine;
    machine.hashes.fold(BigInt(chain.inputs(0n).parentHash));
  }

  static async start(accounts: readonly GenesisAccount[]): Promise<OperationReplay> {
    const chain = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT });
    return new OperationReplay(chain, new ReplayedChain([...(await realGenesis()), ...accounts], GENESIS_TIMESTAMP));
  }

  get chain(): VerifiedChain {
    return this.#chain;
  }

  /** Wei of an account, as the machine has it. */
  balanceOf(address: Hex): bigint {
    return this.#machine.state.read(1, BigInt(address), 0n) >> 64n;
  }

  async request(requested: RequestedOperation) {
    const operation = this.#chain.queueUnseen(requested);
    assert.ok(operation.queued !== undefined);
    this.#queue.push(operation.queued);
    return this.#chain.chain.sequencer.runPriorityOp(operation);
  }

  /** Seals the batch and lets validators run it; returns the result, the blocks and the steps. */
  async #seal() {
    const batch = await this.#chain.sealAndVerify();
    const { batchNumber } = batch.outputs;
    const { blocks } = this.#chain;
    for (const { hash } of blocks.slice(this.#folded)) this.#machine.hashes.fold(BigInt(hash));
    this.#folded = blocks.length;
    const own = blocks.filter((block) => block.batchNumber === batchNumber);
    const configuration = batchNumber === 0n ? configurationWords(BORN_AT) : undefined;
    const steps = stepsOf(own, this.#chain.inputs(batchNumber).parentHash, { operations: this.#queue, configuration });
    this.#queue = [];
    return { batch, own, steps };
  }

  /**
   * Returns the first operation's witness of a batch whose first step after its opening is an operation, and the machine's
   * result for another one.
   */
  async witness() {
    const [opening, operation] = (await this.#seal()).steps;
    assert.ok(opening !== undefined && operation !== undefined);
    const outcome = (hints: readonly Hint[]): string => {
      const { boundary, leaves } = this.#machine.attempt([opening, { hints }]);
      return inspect([boundary, leaves], { depth: 4, maxArrayLength: null });
    };
    return { hints: operation.hints, outcome };
  }

  /**
   * Seals the batch, runs it with validators and the machine, and compares. Calls `observe` before the machine's run and
   * after its end.
   */
  async compare(observe?: ObservedRun): Promise<void> {
    const { batch, own, steps } = await this.#seal();
    const { writes, outputsHash } = batch;
    const start = this.#machine.state.copy();
    const result = this.#machine.run(steps, observe);
    compareReceipts(result, own);
    this.#machine.state.compare(start, writes, BigInt(outputsHash));
    for (const code of batch.bytecodes) this.#machine.state.addCode(fromHex(code));
  }
}

/** Closes what it opens; no fault of the chain is left. */
export async function withReplay(
  accounts: readonly GenesisAccount[],
  use: (replay: OperationReplay) => Promise<void>,
): Promise<void> {
  const replay = await OperationReplay.start(accounts);
  try {
    await use(replay);
    assert.deepEqual(replay.chain.faults, []);
  } finally {
    await replay.chain.chain.close();
  }
}
