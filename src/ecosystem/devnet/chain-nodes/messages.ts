import type { LeaderSettings } from "../../../chain/sequencer/remote-leaders.ts";
import type { NumberedWish } from "../../../chain/sequencer/shared-input.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { SequencerError } from "../../../chain/sequencer/sequencer-error.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import type { CountedVote } from "../../../chain/consensus/votes.ts";
import type { ChainOnL1 } from "../../../chain/node/described/chain-on-l1.ts";
import type { ChainStart, RunningOptions } from "../../../chain/node/described/chain-options.ts";
import type { BlockVoteDomain } from "../../../ground/protocol/block-vote.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { NodeKey } from "../../sequencing/local/vote-keys.ts";

/** Chain that a node executes, as its host starts it. */
export interface NodeChain {
  readonly chain: ChainOnL1;
  readonly genesis: readonly GenesisAccount[];
  readonly start: Pick<
    ChainStart,
    "genesisTimestamp" | "firstBatch" | "previousCommitment" | "operationsBefore" | "operationsTaken" | "upgrades"
  >;
  readonly running: Omit<RunningOptions, "access" | "fees">;
  /** Account that no list applies to, and the relayer of the ecosystem. */
  readonly admin: Hex;
  readonly relayer: Hex;
  readonly transactionOrder: "arrival" | "fee" | "encrypted";
  readonly l1Url: string;
  /** First L1 block whose roots the chain imports. */
  readonly rootsFrom: number;
  readonly confirmations: number;
}

/** One life of a group: the chain does not return to an earlier state in it. */
export interface NodeLife {
  /** Number of the life, counted by the host. */
  readonly life: number;
  readonly domain: BlockVoteDomain;
  /** Above all views of earlier lives. */
  readonly firstView: number;
  /** Newest view that the host had decided in the life before it. */
  readonly decidedBefore: number;
  /** Commands before the life, as a chain stores them. */
  readonly commands: readonly string[];
  /** Requests of the life until now; the first has the number `firstWish`. */
  readonly firstWish: bigint;
  readonly wishes: readonly NumberedWish[];
}

export interface NodeStart extends NodeLife {
  readonly type: "start";
  readonly index: number;
  /** Keys of all nodes; the private one of this node. */
  readonly keys: readonly NodeKey[];
  readonly chain: NodeChain;
  /** Folder of the node's files in this life. */
  readonly folder: string;
  /** False if the node has run in this life, so that it has files. */
  readonly isFirst: boolean;
  readonly offsetSeconds: bigint;
  readonly settings: LeaderSettings;
  /** Serialized transactions that wait. */
  readonly transactions: readonly Hex[];
}

/** To a node. */
export type ToNode =
  | NodeStart
  /** Message of another node. */
  | { readonly type: "message"; readonly life: number; readonly from: number; readonly message: GroupMessage }
  | { readonly type: "offer"; readonly raw: Hex }
  | { readonly type: "drop"; readonly hash: Hex }
  | { readonly type: "include"; readonly hashes: readonly Hex[] }
  | { readonly type: "request"; readonly life: number; readonly number: bigint; readonly wish: NumberedWish }
  | { readonly type: "endBatch"; readonly batchNumber: bigint }
  | { readonly type: "set"; readonly settings: LeaderSettings }
  | { readonly type: "time"; readonly offsetSeconds: bigint }
  | { readonly type: "look" | "connected" }
  /** At rest a node proposes nothing but the end of undecided decisions. */
  | { readonly type: "rest"; readonly isAtRest: boolean }
  | ({ readonly type: "ask"; readonly id: number } & NodeQuestion);

export type NodeQuestion =
  | { readonly question: "standing" }
  /** Answered when the node has formed the batch. */
  | { readonly question: "commitment"; readonly batchNumber: bigint };

/** Decisions of a node. */
export interface NodeStanding {
  /** True while an executed decision is not final. */
  readonly isPending: boolean;
  /** View of the newest final decision. */
  readonly decidedView: number;
  /** Commands that the node's chain has decided, and the digests of all that follows them. */
  readonly position: number;
  readonly digests: readonly (readonly [name: string, digest: string])[];
  readonly hasVote: boolean;
}

/** Answers of a node, by question. */
export interface NodeAnswers {
  readonly standing: NodeStanding;
  readonly commitment: Hex | undefined;
}

/** From a node. */
export type FromNode =
  | { readonly type: "ready"; readonly life: number }
  | { readonly type: "message"; readonly life: number; readonly message: GroupMessage; readonly to: number | undefined }
  /** Contrary votes of another node. */
  | { readonly type: "evidence"; readonly life: number; readonly first: CountedVote; readonly second: CountedVote }
  | {
      readonly type: "refused";
      readonly life: number;
      readonly number: bigint;
      readonly code: SequencerError["code"];
      readonly message: string;
    }
  /** The node cannot continue in this life. */
  | { readonly type: "failed"; readonly life: number; readonly reason: string }
  | { readonly type: "answer"; readonly id: number; readonly answer: NodeAnswers[keyof NodeAnswers] };
