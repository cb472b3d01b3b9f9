import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import type { StateCheat } from "../../../src/ground/protocol/state-cheat.ts";
import { type ExecutionWitness, batchLinks, batchWitness } from "../../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { BlockLink } from "../../../src/proofs/execution-proof/batch/block-links.ts";
import type { ExecutedBatch, ExecutionBefore } from "../../../src/proofs/execution-proof/batch/executed-batch.ts";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import type { UnprovenExecution } from "../../../src/proofs/execution-proof/batch/unproven-execution.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { fromHex } from "../../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { BORN_AT, configurationWords, realGenesis } from "../../chain/support/predeploys.ts";
import type { VerifiedChain } from "../../chain/support/verified-chain.ts";
import { atOnce } from "../../../src/ground/runtime/turns.ts";

/** A batch of a chain with all that a proof of its execution is made from, and what L1 would have of it. */
export interface WitnessedBatch {
  readonly witness: ExecutionWitness | UnprovenExecution;
  readonly claim: ExecutionClaim;
  readonly executed: ExecutedBatch;
  readonly before: ExecutionBefore;
}

/** Options of `startVerifiedChain` for a proven chain. */
export const PROVEN_CHAIN = { isProven: true, bornAt: BORN_AT } as const;

/** Follows the batches of a proven chain, in order. */
export class ChainBatches {
  readonly #chain: VerifiedChain;
  readonly #tree: StateTree;
  #treeBefore: StateTree;
  readonly #codes = new Map<bigint, Uint8Array>();
  #links: readonly BlockLink[] = [];
  #last: FormedBatch | undefined;

  private constructor(chain: VerifiedChain, predeploys: readonly GenesisAccount[], accounts: readonly GenesisAccount[]) {
    this.#chain = chain;
    const genesis = [...predeploys, ...accounts];
    this.#tree = StateTree.genesis(genesisLeaves(genesis), { compressor: createCompressor() });
    this.#treeBefore = this.#tree;
    for (const { code } of genesis) if (code !== undefined) this.#addCode(fromHex(code));
  }

  static async of(chain: VerifiedChain, accounts: readonly GenesisAccount[]): Promise<ChainBatches> {
    return new ChainBatches(chain, await realGenesis(), accounts);
  }

  #addCode(code: Uint8Array): void {
    this.#codes.set(codeDigestValue(code), code);
  }

  /** The state that the newest batch found. */
  get treeBefore(): ExecutionBefore["tree"] {
    return this.#treeBefore;
  }

  /** Seals the next batch on the chain. */
  next(
    formed: FormedBatch,
    operations: readonly L2CanonicalTransaction[] = [],
    cheats: readonly { readonly blockNumber: bigint; readonly cheat: StateCheat }[] = [],
  ): WitnessedBatch {
    const { outputs } = formed;
    const { batchNumber } = outputs;
    const executed: ExecutedBatch = {
      ...{ chainId: BigInt(CHAIN_ID), batchNumber, coinbase: COINBASE, operations, cheats },
      parentHash: this.#chain.inputs(batchNumber).parentHash,
      blocks: this.#chain.blocks.filter((block) => block.batchNumber === batchNumber),
      configuration: batchNumber === 0n ? configurationWords(BORN_AT) : undefined,
      installsPredeploys: batchNumber === 0n,
    };
    const head = { number: this.#last?.outputs.lastBlock ?? 0n, timestamp: this.#last?.outputs.lastTimestamp ?? 0n };
    const before: ExecutionBefore = {
      ...{ tree: this.#tree, head, links: this.#links },
      codeOf: (digest) => this.#codes.get(digest),
    };
    const witness = atOnce(batchWitness(executed, before));
    const claim = this.#claimOf(formed);
    this.#treeBefore = StateTree.import(this.#tree.export(), { compressor: createCompressor() });
    this.#links = batchLinks(executed, before);
    this.#follow(formed);
    return { witness, claim, executed, before };
  }

  #claimOf({ outputs, outputsHash, oldStateRoot, newStateRoot, protocolVersion }: FormedBatch): ExecutionClaim {
    const { batchNumber, firstTimestamp, lastBlock, lastTimestamp } = outputs;
    const last = this.#last?.outputs;
    const oldRoot = digestToHex(oldStateRoot);
    return {
      chainId: BigInt(CHAIN_ID),
      previous: { newStateRoot: oldRoot, lastBlock: last?.lastBlock ?? 0n, lastTimestamp: last?.lastTimestamp ?? 0n },
      batch: {
        ...{ batchNumber, protocolVersion, oldStateRoot: oldRoot, newStateRoot: digestToHex(newStateRoot) },
        ...{ lastBlock, firstTimestamp, lastTimestamp, outputsHash },
      },
      outputs,
      coinbase: COINBASE,
    };
  }

  /** Advances the tree to L1's state. */
  #follow(formed: FormedBatch): void {
    const { writes, outputsHash, bytecodes } = formed;
    for (const code of bytecodes) this.#addCode(fromHex(code));
    this.#last = formed;
    this.#tree.apply(writes, BigInt(outputsHash));
  }
}
