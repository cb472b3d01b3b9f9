import { BLOCK_GAS_LIMIT } from "../../../ground/transaction/gas-limits.ts";
import { endHints } from "../../machine/hints/transaction-hints.ts";
import type { Boundary, RunEnvironment } from "../../machine/interpreter/environment.ts";
import type { FoldedHashSource } from "../../machine/interpreter/folded-hashes.ts";
import { type Kernel, kernelInTurns, type RunResult } from "../../machine/interpreter/kernel.ts";
import type { Hint } from "../../machine/interpreter/machine-state.ts";
import type { InTurns } from "../../../ground/runtime/turns.ts";
import { BLOCK_HASHES_SLOTS } from "../../../ground/protocol/block-hashes.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS } from "../../../ground/protocol/outputs-leaf.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { batchSteps, openingOf } from "./batch-steps.ts";
import { type BlockLink, BlockLinks, extendLinks } from "./block-links.ts";
import type { ExecutedBatch, ExecutionBefore } from "./executed-batch.ts";
import { BASE_FEE_WEI } from "./kernel-statement.ts";
import { type UnprovenExecution, unprovenBy, UnprovableBatch } from "./unproven-execution.ts";
import { createPrimitives } from "./machine-primitives.ts";
import { partOf, type TreePart } from "./partial-tree.ts";

/** All that a proof of a batch's execution is made from. Plain data. */
export interface ExecutionWitness {
  readonly kind: "witness";
  /** Inputs of the batch's first step besides the state. */
  readonly environment: RunEnvironment;
  /** Hints that the kernel reads, step by step. */
  readonly steps: readonly (readonly Hint[])[];
  /** The state before the batch, as far as the steps need it. */
  readonly state: TreePart;
  /** Codes that the steps load, by their digests. */
  readonly codes: ReadonlyMap<bigint, Uint8Array>;
  /** Links of the chain of blocks' hashes that its transactions can ask for. */
  readonly links: readonly BlockLink[];
}

/** Data that a caller already has of a batch, or of batches before it. */
interface PastOfL1 {
  /** Result of `batchLinks`. */
  readonly links?: readonly BlockLink[];
  /** Default: one is made. */
  readonly machine?: BatchMachine;
}

/** Machine that runs any number of batches. */
export type BatchMachine = Kernel;

/** Makes it, in pieces. */
export function batchMachine(): InTurns<BatchMachine> {
  return kernelInTurns(createPrimitives());
}

/** Steps in one run of the machine: its frames, those of codes included, have a limit. */
export const STEPS_OF_RUN = 32;

/** Rows of the kernel, and opcodes, in one piece of the work: some milliseconds. */
const STEPS_OF_TURN = 20_000;

/**
 * Runs a batch by the machine, and notes what a proof of it needs; or says why there is none. Must be through before the batch is
 * applied to the state's tree. Never throws.
 */
export function* batchWitness(
  batch: ExecutedBatch,
  before: ExecutionBefore,
  prior: PastOfL1 = {},
): InTurns<ExecutionWitness | UnprovenExecution> {
  try {
    const { links = batchLinks(batch, before) } = prior;
    const environment = environmentOf(batch, before);
    const steps = (yield* batchSteps(batch)).map(({ hints }) => hints);
    const kernel = prior.machine ?? (yield* batchMachine());
    const { names, codes } = yield* follow({ kernel, environment, steps, foldedHashes: new BlockLinks(links) }, before);
    return {
      kind: "witness",
      environment,
      steps,
      state: yield* partOf(before.tree, names),
      codes,
      links,
    };
  } catch (error) {
    return unprovenBy(error);
  }
}

/** Hashes of a batch's blocks that are not folded yet, and the digest of the chain before them. */
export interface UnfoldedHashes {
  /** True if the chain of hashes begins with the batch. */
  readonly forgets: boolean;
  readonly digest: bigint;
  readonly hashes: readonly Hex[];
}

/** Hashes that a batch adds to the chain of blocks, before they are folded. */
export function batchHashes(
  { blocks, parentHash }: Pick<ExecutedBatch, "blocks" | "parentHash">,
  { tree }: Pick<ExecutionBefore, "tree">,
): UnfoldedHashes {
  const own = blocks.slice(0, -1).map(({ hash }) => hash);
  // The chain of an opening that forgets what is before it begins with the opening's own block.
  const { forgetsHashes: forgets } = openingOf(blocks);
  return { forgets, digest: forgets ? 0n : foldedBefore(tree), hashes: forgets ? own : [parentHash, ...own] };
}

/** The links with those of further batches, in order. */
export function foldBatches(links: readonly BlockLink[], batches: readonly UnfoldedHashes[]): readonly BlockLink[] {
  if (batches.length === 0) return links;
  const { compress } = createCompressor();
  return batches.reduce(
    (earlier, { forgets, digest, hashes }) => extendLinks(forgets ? [] : earlier, digest, hashes, compress),
    links,
  );
}

/** The links that the batch's transactions can request, and those of its blocks, for the next batch's. */
export function batchLinks(
  batch: Pick<ExecutedBatch, "blocks" | "parentHash">,
  before: Pick<ExecutionBefore, "tree" | "links">,
): readonly BlockLink[] {
  return foldBatches(before.links, [batchHashes(batch, before)]);
}

type StateKey = Parameters<ExecutionBefore["tree"]["get"]>[0];

/** A batch's run. */
interface FollowedRun {
  readonly kernel: Kernel;
  readonly environment: RunEnvironment;
  readonly steps: ExecutionWitness["steps"];
  readonly foldedHashes: FoldedHashSource;
}

/** The leaves that the steps ask for, and the codes of the state that they load. Throws what the machine does. */
function* follow(
  { kernel, environment, steps, foldedHashes }: FollowedRun,
  before: ExecutionBefore,
): InTurns<{ readonly names: StateKey[]; readonly codes: ReadonlyMap<bigint, Uint8Array> }> {
  const values = new Map<string, bigint>();
  const names = new Map<string, StateKey>();
  const codes = new Map<bigint, Uint8Array>();
  const state = {
    read(leafKind: number, address: bigint, slot: bigint): bigint {
      const name = nameOf(leafKind, address, slot);
      const key: StateKey = { leafKind: leafKind as LeafKind, address, slot };
      names.set(name, key);
      return values.get(name) ?? before.tree.get(key);
    },
  };
  const codeOf = (digest: bigint): Uint8Array => {
    const code = codes.get(digest) ?? before.codeOf(digest);
    if (code === undefined) throw new UnprovableBatch("code-unknown", `the code of digest ${digest.toString(16)} was not kept`);
    return code;
  };
  let { boundary } = environment;
  for (let at = 0; at < steps.length; at += STEPS_OF_RUN) {
    const hints = [...steps.slice(at, at + STEPS_OF_RUN).flat(), ...endHints()];
    const inputs = { environment: { ...environment, boundary }, state, codes: { codeOf }, foldedHashes };
    const run = kernel.begin(inputs, hints);
    let result: RunResult | undefined;
    while (result === undefined) {
      yield;
      result = run.advance(STEPS_OF_TURN);
    }
    for (const { leafKind, account, slot, after } of result.leaves) values.set(nameOf(leafKind, account, slot), after);
    for (const [digest, code] of result.codes) codes.set(digest, code);
    ({ boundary } = result);
  }
  return { names: [...names.values()], codes };
}

/** Names a leaf in a map. */
export function nameOf(leafKind: number, address: bigint, slot: bigint): string {
  return `${leafKind} ${address.toString(16)} ${slot.toString(16)}`;
}

function environmentOf({ chainId, coinbase, batchNumber }: ExecutedBatch, { tree, head }: ExecutionBefore): RunEnvironment {
  const boundary: Boundary = {
    nextBatch: batchNumber,
    open: 0n,
    blockNumber: head.number,
    timestamp: head.timestamp,
    coinbase: BigInt(coinbase),
    blockHashes: foldedBefore(tree),
    cheatCount: 0n,
  };
  return { chainId, baseFee: BASE_FEE_WEI, blockGasLimit: BLOCK_GAS_LIMIT, boundary };
}

/** The chain of blocks' hashes as the batch before closed with it. */
function foldedBefore(tree: ExecutionBefore["tree"]): bigint {
  return tree.get({ leafKind: LeafKind.storage, address: OUTPUTS_ADDRESS, slot: BLOCK_HASHES_SLOTS.digest });
}
