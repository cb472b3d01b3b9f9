import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reason of a link that neither chain has. */
type LinkRefusalCode =
  /** The transaction sends no link, several, or other messages besides. */
  | "NoLink"
  /** The other chain does not run here, or does not name this one in its option `links`. */
  | "PeerNotLinked"
  /** A chain takes no transactions now. */
  | "ChainPaused"
  /** One of the chains has open batches with another peer. */
  | "PeerOpen"
  /** The chains have as many open linked batches as L1 executes together. */
  | "LinkedTooMuch"
  /** A link with the peer was void a short time ago. */
  | "PeerShutOut"
  /** A link of the sender, or between the chains, was undone a short time ago. */
  | "LinksPaused"
  /** The maximum number of links wait. */
  | "TooManyWaiting"
  /** A batch of one of the chains imports about a third chain, and L1 has not executed it. */
  | "OpenImport"
  /** The transaction would fail, or its link would not be received. */
  | "LinkFails"
  /** One of the batches came out otherwise, and both chains rebuilt theirs without the link. */
  | "LinkUndone";

/**
 * A link is neither sent nor received.
 * Remedy: send one link in a transaction, to a chain that receives links of the sender's, and try again after the pause.
 */
export class LinkRefused extends HyperchainError<LinkRefusalCode> {
  override readonly name = "LinkRefused";
}
