import { computeAddress, recoverAddress, SigningKey } from "ethers";
import type { Voters } from "../../../src/consensus/state.ts";
import type { SignedVote, Vote } from "../../../src/consensus/votes.ts";
import { keccak, type Hex } from "../../../src/protocol/hex.ts";

/** Keys of a group's nodes, which lead in turns, and their votes' signatures. */
export class TestKeys {
  readonly voters: Voters & { indexOf(address: Hex): number | undefined };
  readonly #keys: readonly SigningKey[];

  constructor(count: number) {
    this.#keys = Array.from({ length: count }, (_, i) => new SigningKey(`0x${String(i + 1).padStart(64, "0")}`));
    const addresses = this.#keys.map((key) => computeAddress(key.publicKey));
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
    const signature = this.#keys[index]?.sign(digestOf(vote, signedAt)).serialized as Hex;
    return Promise.resolve({ ...vote, signedAt, signature });
  }

  signerOf(vote: SignedVote): Hex {
    return recoverAddress(digestOf(vote, vote.signedAt), vote.signature) as Hex;
  }
}

function digestOf({ kind, epoch, view, id }: Vote, signedAt: number): Hex {
  return keccak(new TextEncoder().encode([kind, epoch, view, id, signedAt].join("/")));
}
