import { signDigest } from "../../../ground/transaction/digest-signature.ts";
import { signerOfDigest } from "../../../ground/transaction/signature-recovery.ts";
import type { Voters } from "../../../chain/consensus/state.ts";
import type { SignedVote, Vote } from "../../../chain/consensus/votes.ts";
import { blockVoteDigests, type BlockVoteDomain } from "../../../ground/protocol/block-vote.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Key of a node. */
export interface NodeKey {
  /** Lower-case hexadecimal digits. */
  readonly address: Hex;
  /** Absent for a node of another process. */
  readonly privateKey?: Hex | undefined;
}

/** Signers that are remembered: the nodes of this process check each vote. */
const MAX_REMEMBERED = 4_096;

/** Voters of a group in one life, by their keys, with their signatures of votes. Nodes lead in turns. */
export class VoteKeys implements Voters {
  readonly epoch: number;
  readonly #keys: readonly NodeKey[];
  readonly #digestOf: (vote: Omit<SignedVote, "signature">) => Hex;
  readonly #signers = new Map<string, Hex | undefined>();

  /** `epoch`: number of this set of voters, in each vote. Default 0, of groups whose voters stay. */
  constructor(keys: readonly NodeKey[], domain: BlockVoteDomain, epoch = 0) {
    this.#keys = keys;
    this.epoch = epoch;
    this.#digestOf = blockVoteDigests(domain);
  }

  get count(): number {
    return this.#keys.length;
  }

  leaderOf(view: number): number {
    return view % this.count;
  }

  /** Index of the node with this address. */
  indexOf(address: Hex): number | undefined {
    const index = this.#keys.findIndex((key) => key.address === address);
    return index < 0 ? undefined : index;
  }

  sign(index: number, vote: Vote, signedAt: number): SignedVote {
    const privateKey = this.#keys[index]?.privateKey;
    if (privateKey === undefined) throw new RangeError(`this process has no key of node ${index} of ${this.count}`);
    return { ...vote, signedAt, signature: signDigest(privateKey, this.#digestOf({ ...vote, signedAt })) };
  }

  /** Address that signed the vote; undefined if the signature has another form, or no key has it. */
  signerOf(vote: SignedVote): Hex | undefined {
    const digest = this.#digestOf(vote);
    const name = digest + vote.signature;
    if (this.#signers.has(name)) return this.#signers.get(name);
    const signer = signerOfDigest(digest, vote.signature);
    if (this.#signers.size >= MAX_REMEMBERED) this.#signers.clear();
    this.#signers.set(name, signer);
    return signer;
  }
}
