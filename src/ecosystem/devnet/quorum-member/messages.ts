import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import type { DataChoice } from "../../../ground/protocol/data-choice.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ApprovalTerms, BatchRevert } from "../../../ground/protocol/quorum.ts";
import type { Enlistment } from "../../../ground/protocol/stake.ts";
import type { FirstState } from "../described/first-state.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Data that a member receives about its chain; it reads everything else from L1. */
export interface MemberSetup {
  readonly l1Url: string;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  /** L1 blocks on top of an event before it counts, including its block; the same for the chain. */
  readonly confirmations: number;
  /** L1 block of the ecosystem's first contract: no event is older. */
  readonly fromBlock: number;
  /** Receives the chain's fees. */
  readonly coinbase: Hex;
  /** Genesis of the version that the chain was created with; checked against L1's root. */
  readonly genesis: readonly GenesisAccount[];
  readonly firstState: FirstState;
  /** Method of making every batch's data available. */
  readonly data: DataChoice;
  /** Set if commits have the inputs of each batch instead, which the member computes and compares. */
  readonly publishedInputs?: { readonly firstState: number } | undefined;
  /** Accounts that may read the data, if the member stores every batch's data. */
  readonly keeps: { readonly readers: readonly Hex[] } | undefined;
  /** Whether L1 is a development chain, which returns to earlier states by command. */
  readonly l1Returns: boolean;
}

/** A batch for a member, which computes all of it independently and compares. */
interface ShownBatch {
  readonly inputs: BatchInputs;
  /** That it was formed for. */
  readonly protocolVersion: bigint;
}

/** Identification of a batch for comparison: its data's signers are requested before it has a commitment. */
export type RequestedBatch = Pick<ShownBatch, "protocolVersion"> &
  ({ readonly commitment: Hex } | { readonly preCommitment: Hex });

/** Operations of a member: arguments and result of each. */
export interface MemberOperations {
  /** Makes the member's key, which never leaves its process; resolves with its address. */
  readonly introduce: { readonly request: undefined; readonly result: Hex };
  readonly configure: { readonly request: MemberSetup; readonly result: undefined };
  /** Runs a batch that others have agreed to, so that the next one can follow. */
  readonly follow: { readonly request: BatchInputs; readonly result: undefined };
  readonly signBatch: {
    readonly request: ShownBatch & { readonly commitment: Hex; readonly terms: ApprovalTerms };
    readonly result: Hex;
  };
  readonly signRevert: { readonly request: BatchRevert; readonly result: Hex };
  /** Drops approvals after L1 has rewound. Refused on an L1 that does not rewind. */
  readonly forgetApprovalsBut: { readonly request: { readonly exceptions: readonly Hex[] }; readonly result: undefined };
  /** Consents that an operator's deposit answers for the member's key. */
  readonly signEnlistment: { readonly request: Enlistment & { readonly registry: Hex }; readonly result: Hex };
  /** Signs for a batch's data, which it then keeps. */
  readonly signAvailability: {
    readonly request: ShownBatch & { readonly preCommitment: Hex; readonly policy: Hex };
    readonly result: Hex;
  };
  /** The kept data of a batch, for a reader with rights. */
  readonly readData: { readonly request: DataRequest; readonly result: Uint8Array };
}

/** A reader's signed request for a batch's data; see `data-request.ts`. */
export interface DataRequest {
  readonly batchNumber: bigint;
  readonly signature: Hex;
}

export type MemberOperation = keyof MemberOperations;

/** To the member; answered in order. */
export interface MemberRequest {
  readonly id: number;
  readonly operation: MemberOperation;
  readonly request: unknown;
}

/** From the member. `nextBatch` is set where the batch does not follow on what it has. */
export type MemberReply =
  | { readonly id: number; readonly type: "done"; readonly result: unknown }
  | {
      readonly id: number;
      readonly type: "refused";
      readonly code: string;
      readonly message: string;
      readonly nextBatch: bigint | undefined;
    };

/** A member refused, is silent, or has died. `code` is the refusal's, L1Unreachable, MemberSilent or MemberDied. */
export class QuorumMemberError extends HyperchainError<string> {
  override readonly name = "QuorumMemberError";
  /** The batch that the member would take next, where it refused one for its number. */
  readonly nextBatch: bigint | undefined;

  constructor(code: string, message: string, nextBatch?: bigint) {
    super(code, `${code}: ${message}`);
    this.nextBatch = nextBatch;
  }
}
