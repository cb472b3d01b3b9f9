import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { UnformedBatch } from "../../chain/chain.ts";
import { codeDigestValue } from "../../chain/model/code-digests.ts";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import type { SequencedBlock } from "../../chain/ordering/batch-reducer.ts";
import type { LoggedCommand } from "../../chain/sequencer/command-log.ts";
import type { StateTree } from "../../chain/state/state-tree.ts";
import { batchLinks, batchWitness } from "../../execution-proof/batch/batch-witness.ts";
import type { BatchWitness } from "../../execution-proof/batch/batch-witness.ts";
import type { BlockLink } from "../../execution-proof/batch/block-links.ts";
import type { ExecutedBatch, ExecutedBlock, ExecutionBefore } from "../../execution-proof/batch/executed-batch.ts";
import type { LabelledExecution } from "../../execution-proof/batch/execution-label.ts";
import { firstStateTree } from "../../execution-proof/batch/first-state.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import { BatchBlocks } from "../batch-blocks.ts";
import type { OlderBlocks } from "../batch-blocks.ts";

export interface ExecutedBatchesOptions {
  readonly chainId: ChainId;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** The protocol's genesis. */
  readonly genesis: readonly GenesisAccount[];
  /** What the chain has beside it from the start. */
  readonly initialState: readonly GenesisAccount[];
  /** Codes of the state that an earlier process left, where the chain begins behind it. */
  readonly codes: readonly Uint8Array[];
}

/** Batches before which the links of blocks' hashes are remembered, for a chain that goes back. */
const LINKED_BATCHES = 256n;

/** What a chain's batches did and found, as far as proofs of their execution need it. It follows a chain that goes back. */
export class ExecutedBatches {
  readonly #options: ExecutedBatchesOptions;
  readonly #blocks: BatchBlocks<ExecutedBlock>;
  readonly #codes: Map<bigint, Uint8Array>;
  /** Links that were known before a batch. */
  readonly #links = new Map<bigint, readonly BlockLink[]>();

  /** `older` takes the blocks of batches that are not in memory. */
  constructor(options: ExecutedBatchesOptions, older: OlderBlocks<ExecutedBlock>) {
    this.#options = options;
    this.#blocks = new BatchBlocks(older);
    const codes = [...options.genesis, ...options.initialState].flatMap(({ code }) =>
      code === undefined ? [] : [fromHex(code)],
    );
    this.#codes = new Map([...codes, ...options.codes].map((code) => [codeDigestValue(code), code]));
  }

  addBlock({ environment, hash, batchNumber, transactions }: SequencedBlock): void {
    const { number, timestamp } = environment;
    this.#blocks.add(batchNumber, { environment: { number, timestamp }, hash, transactions });
  }

  /**
   * Of a sealed batch that is not formed yet: what a proof of its execution is made from, or why there is none. Undefined where
   * it is not `wanted`. To be called for each batch.
   */
  take(unformed: UnformedBatch, wanted: boolean): BatchWitness | LabelledExecution | undefined {
    const { batchNumber } = unformed;
    const batch = this.#executed(unformed);
    const before = this.#before(unformed);
    const links = batchLinks(batch, before);
    this.#links.set(batchNumber + 1n, links);
    this.#links.delete(batchNumber - LINKED_BATCHES);
    return wanted ? batchWitness(batch, before, links) : undefined;
  }

  /** The batch is formed: later ones may run the code that accounts received in it. */
  addCodes({ bytecodes }: Pick<FormedBatch, "bytecodes">): void {
    for (const hex of bytecodes) {
      const code = fromHex(hex);
      this.#codes.set(codeDigestValue(code), code);
    }
  }

  #executed({ batchNumber, head, commands }: UnformedBatch): ExecutedBatch {
    const { chainId, coinbase } = this.#options;
    const parentHash = this.#blocks.lastHash(batchNumber - 1n) ?? head.hash;
    const blocks = this.#blocks.of(batchNumber) ?? [];
    return { chainId, coinbase, batchNumber, parentHash, blocks, operations: operationsOf(commands), cheats: cheatsOf(commands) };
  }

  #before({ batchNumber, tree, previous }: UnformedBatch): ExecutionBefore {
    const isFirst = batchNumber === 0n;
    return {
      ...(isFirst ? { tree: this.#firstState(), listedFrom: tree.leafCount } : { tree }),
      head: { number: previous?.lastBlock ?? 0n, timestamp: previous?.timestamp ?? 0n },
      codeOf: (digest) => this.#codes.get(digest),
      links: (isFirst ? undefined : this.#links.get(batchNumber)) ?? [],
    };
  }

  #firstState(): StateTree {
    const { genesis, initialState } = this.#options;
    return firstStateTree(genesis, initialState, { compressor: createCompressor() });
  }
}

function operationsOf(commands: readonly LoggedCommand[]): ExecutedBatch["operations"] {
  return commands.flatMap(({ command }) =>
    command.type === "operation" && command.operation.queued !== undefined ? [command.operation.queued] : [],
  );
}

function cheatsOf(commands: readonly LoggedCommand[]): ExecutedBatch["cheats"] {
  return commands.flatMap(({ command, behind }) => (command.type === "cheat" ? [{ behind, cheat: command.cheat }] : []));
}
