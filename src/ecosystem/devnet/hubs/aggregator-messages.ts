import { isGroupMessage, isVote, type GroupMessage } from "../../../chain/consensus/messages.ts";
import type { SignedVote } from "../../../chain/consensus/votes.ts";
import type { HubBlock } from "../../hub/hub-block.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { HubHeader } from "../../../ground/protocol/hub-header.ts";
import type { HubEpoch } from "./hub-landing.ts";

/** Contracts that an aggregator reads on L1, and how it reaches them. */
export interface AggregatorPlace {
  readonly hub: Hex;
  readonly l1ChainId: bigint;
  readonly l1Url: string;
  /** Depth of an L1 block that counts; 1 is the newest. */
  readonly confirmations: number;
  readonly factory: Hex;
  readonly registry: Hex;
  readonly settings: Hex;
  /** Contract that accepts the hub's proofs. */
  readonly aggregator: Hex;
  /** False if it accepts markers instead of proofs. */
  readonly isProven: boolean;
}

/** A member of the hub that runs, with its endpoint. */
export interface MemberPlace {
  readonly chainId: bigint;
  readonly name: string;
  readonly url: string;
}

/** Start of an aggregator in one life of its group. */
export interface AggregatorStart {
  readonly type: "start";
  /** Salt of the votes. */
  readonly life: Hex;
  readonly epoch: HubEpoch;
  readonly index: number;
  readonly privateKey: Hex;
  /** Above all views of earlier lives. */
  readonly firstView: number;
  readonly place: AggregatorPlace;
  /** Newest block at the begin of the life, with the state and the facts after it. */
  readonly header: HubHeader;
  readonly state: Uint8Array;
  readonly facts: readonly Hex[];
  /** Blocks that were proposed or decided since. */
  readonly blocks: readonly HubBlock[];
  /** Folder of the aggregator's votes in this life. */
  readonly folder: string;
  /** False if the aggregator has run in this life, so that it has files. */
  readonly isFirst: boolean;
  readonly work: AggregatorWork;
}

/** Present task of an aggregator: it runs or not, and a block is due or not. */
export interface AggregatorWork {
  readonly isRunning: boolean;
  readonly hasWork: boolean;
  readonly members: readonly MemberPlace[];
}

/** To an aggregator. */
export type ToAggregator =
  | AggregatorStart
  /** Message of another aggregator. */
  | { readonly type: "message"; readonly life: Hex; readonly from: number; readonly message: GroupMessage }
  | { readonly type: "block"; readonly life: Hex; readonly block: HubBlock }
  | { readonly type: "work"; readonly life: Hex; readonly work: AggregatorWork };

/** Messages from an aggregator, except `ready` and `failed`. */
export type FromAggregator =
  | { readonly type: "message"; readonly life: Hex; readonly message: GroupMessage; readonly to: number | undefined }
  /** A block that it proposes: the others decide on its header. */
  | { readonly type: "block"; readonly life: Hex; readonly block: HubBlock }
  /** Number of its newest block. */
  | { readonly type: "height"; readonly life: Hex; readonly number: bigint }
  /** Contrary votes of another aggregator. */
  | { readonly type: "evidence"; readonly life: Hex; readonly first: SignedVote; readonly second: SignedVote };

/** True for a message of an aggregator in its form. A block is checked by the aggregators that vote for it. */
export function isFromAggregator(value: unknown): value is FromAggregator {
  if (typeof value !== "object" || value === null) return false;
  const message = value as Readonly<Record<string, unknown>>;
  const { life, to } = message;
  if (typeof life !== "string") return false;
  switch (message["type"]) {
    case "message":
      return (to === undefined || (Number.isSafeInteger(to) && Number(to) >= 0)) && isGroupMessage(message["message"]);
    case "block":
      return isBlock(message["block"]);
    case "height":
      return typeof message["number"] === "bigint";
    case "evidence":
      return isVote(message["first"]) && isVote(message["second"]);
    default:
      return false;
  }
}

/** A block with a header and entries, so that its header has a hash. */
function isBlock(value: unknown): value is HubBlock {
  if (typeof value !== "object" || value === null) return false;
  const { header, entries } = value as Readonly<Record<string, unknown>>;
  if (typeof header !== "object" || header === null || !Array.isArray(entries)) return false;
  const { number, parent, state, contents } = header as Readonly<Record<string, unknown>>;
  return typeof number === "bigint" && number >= 0n && number < 2n ** 64n && [parent, state, contents].every(isWord);
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
}
