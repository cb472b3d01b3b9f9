import type { Certificate } from "../../chain/consensus/certificates.ts";
import { contentOf, requireHeader } from "../../chain/consensus/proposals.ts";
import type { BlockVoteDomain } from "../../ground/protocol/block-vote.ts";
import { toHex, type Hex } from "../../ground/protocol/hex.ts";
import { encodeHubHeader, type HubHeader } from "../../ground/protocol/hub-header.ts";

/** A decision of the aggregators, as `Hub.sol` takes it. */
interface HubDecision {
  readonly turn: bigint;
  readonly parent: Hex;
  readonly content: Hex;
}

/** Votes of a quorum that make a block's decision final, as `Hub.sol` takes them. */
export interface HubCertificate {
  readonly epoch: bigint;
  readonly life: Hex;
  readonly decisions: readonly HubDecision[];
  readonly signedAt: readonly bigint[];
  readonly signatures: readonly Hex[];
}

/** Decisions that one certificate makes final, the oldest first. */
interface FinalDecisions {
  readonly proposals: readonly Uint8Array[];
  readonly certificate: Certificate;
}

/** Group of aggregators in one life. */
interface HubVoters {
  readonly epoch: number;
  readonly life: Hex;
  /** Addresses by the index of the voter, in lower case. */
  readonly addresses: readonly Hex[];
}

/** Domain of votes on blocks of a hub. */
export function hubVoteDomain(l1ChainId: bigint, hub: Hex, life: Hex): BlockVoteDomain {
  return { name: "Hyperchain Hub", version: "1", chainId: l1ChainId, verifyingContract: hub, salt: life };
}

/** Certificate of a block for L1; undefined if these decisions do not contain it. */
export function hubCertificate(
  header: HubHeader,
  { proposals, certificate }: FinalDecisions,
  { epoch, life, addresses }: HubVoters,
): HubCertificate | undefined {
  const wanted = toHex(encodeHubHeader(header));
  const first = proposals.findIndex((bytes) => toHex(contentOf(bytes)) === wanted);
  if (first < 0) return undefined;
  const decisions = proposals.slice(first).map((bytes) => {
    const { view, parent } = requireHeader(bytes);
    return { turn: BigInt(view), parent, content: toHex(contentOf(bytes)) };
  });
  // L1 finds each signer in one pass over the aggregators, which ascend.
  const votes = certificate.votes
    .map((vote) => ({ ...vote, address: addresses[vote.voter] ?? "0x" }))
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  return {
    epoch: BigInt(epoch),
    life,
    decisions,
    signedAt: votes.map(({ signedAt }) => BigInt(signedAt)),
    signatures: votes.map(({ signature }) => signature),
  };
}
