import { fromHex, keccak, numberToHex, wordToHex, type Hex } from "./hex.ts";
import type { TypedDataDomain } from "./quorum.ts";

/** EIP-712 domain of votes on blocks: the validators' domain, with the life of the group as salt. */
export interface BlockVoteDomain extends TypedDataDomain {
  /** Differs after each start and each return of the chain, so that no vote counts in another life. */
  readonly salt: Hex;
}

/** Fields of a vote on a block. */
interface BlockVote {
  readonly kind: number;
  readonly epoch: number;
  readonly view: number;
  readonly id: Hex;
  readonly signedAt: number;
}

const DOMAIN_TYPE = hashText("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)");
const VOTE_TYPE = hashText("BlockVote(uint8 kind,uint64 epoch,uint64 view,bytes32 id,uint64 signedAt)");

/** Function from votes to their EIP-712 digests in the domain. */
export function blockVoteDigests({ name, version, chainId, verifyingContract, salt }: BlockVoteDomain): (vote: BlockVote) => Hex {
  const contract = numberToHex(BigInt(verifyingContract), 32);
  const domain = hashWords([DOMAIN_TYPE, hashText(name), hashText(version), wordToHex(chainId), contract, salt]);
  return ({ kind, epoch, view, id, signedAt }) => {
    const numbers = [kind, epoch, view].map((value) => wordToHex(BigInt(value)));
    const struct = hashWords([VOTE_TYPE, ...numbers, id, wordToHex(BigInt(signedAt))]);
    return keccak(fromHex("0x1901"), fromHex(domain), fromHex(struct));
  };
}

function hashText(text: string): Hex {
  return keccak(new TextEncoder().encode(text));
}

function hashWords(words: readonly Hex[]): Hex {
  return keccak(...words.map((word) => fromHex(word, 32)));
}
