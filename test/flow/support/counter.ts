import { BatchFormer } from "../../../src/chain/batch/form-batch.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { Follower, Reducer } from "../../../src/core/follower.ts";
import { HandOver } from "../../../src/core/hand-over.ts";
import { CommandLog } from "../../../src/core/log/command-log.ts";
import { Repetition } from "../../../src/core/repetition.ts";
import { Spine } from "../../../src/core/spine.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/protocol/asset-flows.ts";
import { digestOf } from "../../../src/core/digest-of.ts";
import { LeafKind } from "../../../src/protocol/domain-tags.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import type { SettledChain } from "../../settlement/support/settled-l1.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";

/** What a counter is told: to add, or that its batch ends at a time. */
export type Count = { readonly add: bigint } | { readonly sealAt: bigint };

interface Counted {
  readonly command: Count;
  /** Behind the command; a seal's is what the batch says on L1. */
  readonly total: bigint;
  readonly sealed: bigint | undefined;
}

type CounterState = readonly [total: bigint, batchNumber: bigint];

/** An environment that knows no account, no code and no transaction. */
class Counter implements Reducer<Count, Counted, CounterState> {
  readonly name = "counter";
  #now: CounterState;
  constructor(total: bigint, batchNumber: bigint) {
    this.#now = [total, batchNumber];
  }
  get batchNumber(): bigint {
    return this.#now[1];
  }
  async carryOut(command: Count): Promise<Counted> {
    const [total, batch] = this.#now;
    if ("sealAt" in command) this.#now = [total, batch + 1n];
    else if (command.add < 0n) throw new RangeError("a counter only rises");
    else this.#now = [total + command.add, batch];
    return { command, total: this.#now[0], sealed: "sealAt" in command ? batch : undefined };
  }
  mark = (): CounterState => this.#now;
  returnTo = (now: CounterState): void => void (this.#now = now);
}

/** Where a counter begins: at a chain's first state, or behind what others have rebuilt of it. */
export interface CounterBeginning {
  readonly total: bigint;
  readonly batchNumber: bigint;
  readonly tree: StateTree;
  readonly previousCommitment: Hex;
  /** What an earlier process has kept of its commands since. */
  readonly commands?: readonly Count[];
}

/** The leaf in which the total is. */
export interface CounterLeaf {
  readonly address: bigint;
  readonly slot: bigint;
}

export interface RunningCounter {
  readonly spine: Spine<Count, Counted>;
  /** Everything decided, as a disk has it. */
  readonly kept: readonly Count[];
  readonly formed: readonly FormedBatch[];
  /** Rejects with OfferError for what the counter refuses. */
  tell(command: Count): Promise<Counted>;
}

/** A counter as a chain: the log of core, its reducer, and the followers that form its batches as any chain's are. */
export async function startCounter(chain: SettledChain, leaf: CounterLeaf, begin: CounterBeginning): Promise<RunningCounter> {
  const kept = [...(begin.commands ?? [])];
  const former = formerOf(chain, begin);
  const formed: FormedBatch[] = [];
  const batches: Follower<Counted> = {
    name: "batches",
    on({ command, sealed, total }) {
      if (sealed === undefined || !("sealAt" in command)) return;
      const writes = [{ leafKind: LeafKind.storage, ...leaf, value: total }];
      formed.push(former.form(oneBlockBatch(sealed, command.sealAt, { writes, extensions: chain.extensions })));
    },
    mark: () => [former.mark(), formed.length] as const,
    returnTo(own) {
      const [mark, length] = own as readonly [ReturnType<BatchFormer["mark"]>, number];
      former.returnTo(mark);
      formed.length = length;
    },
    digest: () => digestOf(formed.map(({ commitment }) => commitment)),
  };
  const sink = { append: (command: Count) => void kept.push(command), truncate: (end: number) => void (kept.length = end) };
  const log = new CommandLog<Count>({ commands: [...kept], sink });
  const reducer = new Counter(begin.total, begin.batchNumber);
  const spine = new Spine<Count, Counted>({ reducer, followers: [batches], log, ends: (command) => "sealAt" in command });
  await spine.drive(new Repetition(log)).ended;
  const told = new HandOver<Count, Counted>("told");
  spine.drive(told);
  return { spine, kept, formed, tell: (command) => told.carryOut(command) };
}

/** What L1 takes of a batch follows from its leaves and logs, whatever they mean. */
function formerOf(chain: SettledChain, { tree, previousCommitment }: CounterBeginning): BatchFormer {
  const { settlementChainId, hyperchain } = chain.contract;
  const { chainId, dataAvailabilityPolicy, protocolVersion } = chain.configuration;
  const compressor = createCompressor();
  return new BatchFormer(
    {
      ...{ settlementChainId, chainId, extensions: chain.extensions },
      hyperchainAddress: hyperchain,
      daPolicy: BigInt(dataAvailabilityPolicy),
    },
    { previousCommitment, operationsTaken: 0n },
    {
      tree,
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      versionOf: () => protocolVersion,
    },
  );
}
