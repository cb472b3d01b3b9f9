import { SigningKey } from "ethers";
import { recoverPublicKey, UnknownSignerError } from "../../chain/transaction/signature-recovery.ts";
import type { SignedVote, Vote } from "../../consensus/votes.ts";
import { blockVoteDigests, type BlockVoteDomain } from "../../protocol/block-vote.ts";
import { fromHex, keccak, toHex, type Hex } from "../../protocol/hex.ts";
import { libsecp256k1 } from "../../runtime/libsecp256k1.ts";

/** Key of a node. */
export interface NodeKey {
  /** Lower-case hexadecimal digits. */
  readonly address: Hex;
  readonly privateKey: Hex;
}

/** Signers that are remembered: the nodes of this process check each vote. */
const MAX_REMEMBERED = 4_096;
const SIGNATURE = /^0x[0-9a-f]{128}(?:1b|1c)$/;

/** Signatures of votes in one life of a group. */
export class VoteKeys {
  readonly #keys: readonly NodeKey[];
  readonly #digestOf: (vote: Omit<SignedVote, "signature">) => Hex;
  readonly #signers = new Map<string, Hex | undefined>();

  constructor(keys: readonly NodeKey[], domain: BlockVoteDomain) {
    this.#keys = keys;
    this.#digestOf = blockVoteDigests(domain);
  }

  get count(): number {
    return this.#keys.length;
  }

  /** Index of the node with this address. */
  indexOf(address: Hex): number | undefined {
    const index = this.#keys.findIndex((key) => key.address === address);
    return index < 0 ? undefined : index;
  }

  sign(index: number, vote: Vote, signedAt: number): SignedVote {
    const key = this.#keys[index];
    if (key === undefined) throw new RangeError(`node ${index} is not one of ${this.count}`);
    return { ...vote, signedAt, signature: signDigest(key.privateKey, this.#digestOf({ ...vote, signedAt })) };
  }

  /** Address that signed the vote; undefined if the signature has another form, or no key has it. */
  signerOf(vote: SignedVote): Hex | undefined {
    const digest = this.#digestOf(vote);
    const name = digest + vote.signature;
    if (this.#signers.has(name)) return this.#signers.get(name);
    const signer = recover(digest, vote.signature);
    if (this.#signers.size >= MAX_REMEMBERED) this.#signers.clear();
    this.#signers.set(name, signer);
    return signer;
  }
}

function signDigest(privateKey: Hex, digest: Hex): Hex {
  if (libsecp256k1 === undefined) return new SigningKey(privateKey).sign(digest).serialized as Hex;
  const { signature, recid } = libsecp256k1.ecdsaSign(fromHex(digest), fromHex(privateKey));
  return `${toHex(signature)}${recid === 0 ? "1b" : "1c"}`;
}

function recover(digest: Hex, signature: Hex): Hex | undefined {
  if (!SIGNATURE.test(signature)) return undefined;
  const bytes = fromHex(signature);
  try {
    const key = recoverPublicKey(fromHex(digest), BigInt(bytes[64] ?? 0), bytes.slice(0, 32), bytes.slice(32, 64));
    return `0x${keccak(key).slice(-40)}`;
  } catch (error) {
    if (error instanceof UnknownSignerError) return undefined;
    throw error;
  }
}
