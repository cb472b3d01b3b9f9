import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { Forming, type ChooseData, type FormedResult } from "../../../src/chain/batch/forming.ts";
import { BatchArchive } from "../../../src/chain/index/batch-archive.ts";
import type { SealedBatch } from "../../../src/chain/model/sealed-batch.ts";
import type { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { CarriedOut, Environment } from "../../../src/chain/core/environment.ts";
import type { Follower } from "../../../src/chain/core/follower.ts";
import { HandOver } from "../../../src/chain/core/hand-over.ts";
import { CommandLog } from "../../../src/chain/core/log/command-log.ts";
import { Repetition } from "../../../src/chain/core/repetition.ts";
import { Spine } from "../../../src/chain/core/spine.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { digestOf } from "../../../src/chain/core/digest-of.ts";
import type { Digest } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { PolicyOf } from "../../../src/ground/protocol/terms.ts";
import type { SettledChain } from "../../settlement/support/settled-l1.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";
import { neverInstalling } from "../../support/extensions.ts";

/** Command of a counter: to add, or to end its batch at a time. */
export type Count = { readonly add: bigint } | { readonly sealAt: bigint };

/** State of a counter, and the leaf with L1's copy of its total. */
interface CounterState {
  readonly total: bigint;
  readonly batchNumber: bigint;
}

/** An environment without accounts, code and transactions: its total is one leaf, which each batch writes. */
function counter(leaf: CounterLeaf, extensions: Hex, first: CounterState): Environment<Count, SealedBatch> {
  let now = first;
  return {
    name: "counter",
    get batchNumber() {
      return now.batchNumber;
    },
    async carryOut(command) {
      const { total, batchNumber } = now;
      if ("add" in command && command.add < 0n) throw new RangeError("a counter only rises");
      now = "add" in command ? { ...now, total: total + command.add } : { ...now, batchNumber: batchNumber + 1n };
      const writes = [{ leafKind: LeafKind.storage, ...leaf, value: total }];
      const sealed = "add" in command ? undefined : oneBlockBatch(batchNumber, command.sealAt, { writes, extensions });
      return { command, sealed };
    },
    mark: () => now,
    returnTo: (then) => void (now = then as CounterState),
  };
}

/** Start of a counter: a chain's initial state, or a rebuilt one. */
export interface CounterBeginning extends CounterState {
  readonly tree: StateTree;
  readonly previousCommitment: Hex;
  /** Stored commands of an earlier process. */
  readonly commands?: readonly Count[];
  /** Publication of its batches' data. Default: their commits publish them, under the policy of the chain's creation. */
  readonly data?: { readonly choose: ChooseData; readonly policyOf: PolicyOf };
}

/** The leaf in which the total is. */
export interface CounterLeaf {
  readonly address: bigint;
  readonly slot: bigint;
}

export interface RunningCounter {
  readonly spine: Spine<Count, CarriedOut<Count, SealedBatch>>;
  /** Everything decided, as a disk has it. */
  readonly kept: readonly Count[];
  readonly formed: readonly FormedBatch[];
  /** Root after its last batch. */
  root(): Digest;
  /** Rejects with OfferError for what the counter refuses. */
  tell(command: Count): Promise<CarriedOut<Count, SealedBatch>>;
}

/** A counter as a chain: the log of core, its environment, and the followers that any chain's batches have. */
export async function startCounter(chain: SettledChain, leaf: CounterLeaf, begin: CounterBeginning): Promise<RunningCounter> {
  const kept = [...(begin.commands ?? [])];
  const former = formerOf(chain, begin);
  const formed: FormedBatch[] = [];
  const batches: Follower<FormedResult, number> = {
    name: "batches",
    on: ({ formed: batch }) => void (batch && formed.push(batch)),
    mark: () => formed.length,
    returnTo: (length) => void (formed.length = length),
    digest: () => digestOf(formed.map(({ commitment }) => commitment)),
  };
  const forming = new Forming(former, (sealed) => sealed, begin.data?.choose);
  const sink = { append: (command: Count) => void kept.push(command), truncate: (end: number) => void (kept.length = end) };
  const log = new CommandLog<Count>({ commands: [...kept], sink });
  const spine = new Spine<Count, CarriedOut<Count, SealedBatch>>({
    reducer: counter(leaf, chain.extensions, begin),
    followers: [forming, ...[new BatchArchive(), batches].map((follower: Follower<FormedResult>) => forming.behind(follower))],
    log,
    ends: (command) => "sealAt" in command,
  });
  await spine.drive(new Repetition(log)).ended;
  const told = new HandOver<Count, CarriedOut<Count, SealedBatch>>("told");
  spine.drive(told);
  return { spine, kept, formed, root: () => former.root, tell: (command) => told.carryOut(command) };
}

/** Batch former; L1 accepts a batch by its leaves and logs, whatever they mean. */
function formerOf(chain: SettledChain, { tree, previousCommitment, data }: CounterBeginning): BatchFormer {
  const { settlementChainId, hyperchain } = chain.contract;
  const { chainId, dataAvailabilityPolicy, protocolVersion } = chain.configuration;
  const compressor = createCompressor();
  return new BatchFormer(
    {
      ...{ settlementChainId, chainId, extensions: neverInstalling(chain.extensions) },
      hyperchainAddress: hyperchain,
      daPolicy: BigInt(dataAvailabilityPolicy),
    },
    { previousCommitment, operationsTaken: 0n },
    {
      tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      versionOf: () => protocolVersion,
      policyOf: data?.policyOf,
    },
  );
}
