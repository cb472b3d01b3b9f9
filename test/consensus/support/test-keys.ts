import { addressOfKey, signDigest } from "../../../src/ground/transaction/digest-signature.ts";
import { signerOfDigest } from "../../../src/ground/transaction/signature-recovery.ts";
import type { Voters } from "../../../src/chain/consensus/state.ts";
import type { SignedVote, Vote } from "../../../src/chain/consensus/votes.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";

/** Keys of a group's nodes, which lead in turns, and their votes' signatures. */
export class TestKeys {
  readonly voters: Voters & { indexOf(address: Hex): number | undefined };
  readonly #keys: readonly Hex[];

  constructor(count: number) {
    this.#keys = Array.from({ length: count }, (_, i): Hex => `0x${String(i + 1).padStart(64, "0")}`);
    const addresses = this.#keys.map((key) => addressOfKey(key));
    this.voters = {
      count,
      epoch: 0,
      leaderOf: (view) => view % count,
      indexOf: (address) => {
        const at = addresses.indexOf(address);
        return at < 0 ? undefined : at;
      },
    };
  }

  sign(index: number, vote: Vote, signedAt = 7): Promise<SignedVote> {
    const key = this.#keys[index];
    if (key === undefined) throw new RangeError(`no key has index ${index}`);
    return Promise.resolve({ ...vote, signedAt, signature: signDigest(key, digestOf(vote, signedAt)) });
  }

  signerOf(vote: SignedVote): Hex | undefined {
    return signerOfDigest(digestOf(vote, vote.signedAt), vote.signature);
  }
}

function digestOf({ kind, epoch, view, id }: Vote, signedAt: number): Hex {
  return keccak(new TextEncoder().encode([kind, epoch, view, id, signedAt].join("/")));
}
