import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type {
  GuardianNetworkInfo,
  GuardianNetworkStatus,
  LeafRequestInfo,
  RequestedLeaf,
} from "../../../ecosystem/devnet/guardian/guardian-info.ts";
import type { ReportedGuardian } from "../../../ecosystem/devnet/leaf-requests/leaf-requests.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { AddressLike, From } from "./naming/names.ts";

/** Leaf of a guarded chain's state that is to be requested on the layer on which the chain settles. */
export interface LeafRequestOptions {
  /** Chain whose data the guardians store. */
  readonly chain: ChainName;
  readonly account: AddressLike;
  /** Storage slot of the account. Default: the leaf with the account's nonce and balance. */
  readonly slot?: bigint | Hex;
  /** Default: "storage" with a slot, else "account". */
  readonly kind?: RequestedLeaf["kind"];
  /** Challenger, who pays the bond. Default: the first account. */
  readonly from?: From;
}

/** Sender of a transaction about a request, and the chain that the request is about if it does not settle on L1. */
export interface LeafAnswerOptions {
  readonly chain?: ChainName;
  readonly from?: From;
}

/** A network of guardians of the ecosystem (docs/recipes/store-data-with-guardians.md). */
export interface Guardians {
  readonly name: string;
  /** Contract, members and who can harm the network's chains. */
  look(): GuardianNetworkInfo;
  /** Guardians that run, and requests for leaves on L1 that are not over. */
  status(): Promise<GuardianNetworkStatus>;
  /** Ends a guardian's process as a crash does. Rejects (`UnknownGuardian`) for an index that no guardian has. */
  stop(guardian: number): Promise<void>;
  /** Starts a guardian that has ended, with the same key, data and URL. Rejects (`GuardianNotStarted`) with its reason. */
  start(guardian: number): Promise<void>;
  /**
   * Requests a leaf of the chain's newest executed state, with a bond for twice the present base fee. Guardians' processes
   * answer. Rejects with ClientError, and with ReconstructionError if L1 has executed no batch.
   */
  requestLeaf(options: LeafRequestOptions): Promise<LeafRequestInfo>;
  /** Shows the leaf of a request by a proof of the chain's node. Resolves with the hash. Rejects with ClientError. */
  answer(request: number, options?: LeafAnswerOptions): Promise<Hex>;
  /** Takes the stake of all guardians that signed for the data of an unanswered request. Rejects if L1 refuses all reports. */
  report(request: number, options?: LeafAnswerOptions): Promise<readonly ReportedGuardian[]>;
  /** Pays the rest of the bond to the challenger, after an answer or the deadline. Resolves with the hash. */
  close(request: number, options?: LeafAnswerOptions): Promise<Hex>;
}
