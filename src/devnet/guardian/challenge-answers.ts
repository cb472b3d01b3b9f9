import type { Signer } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { transact } from "../deployment/transact.ts";
import { answerCall, challengeInterface, requestedKey, type ChallengeOnL1 } from "./challenge-interface.ts";
import type { GuardedChain } from "./guarded-chain.ts";
import { GuardianError } from "./guardian-error.ts";

const TURNS = 4n;

interface AnsweringGuardian {
  /** Contract of the network on L1. */
  readonly network: Hex;
  /** Sends and pays the answers, which the bond of a request refunds. */
  readonly signer: Signer;
  readonly chain: Pick<GuardedChain, "prove">;
}

/**
 * Answers of one guardian to requests for leaves of a chain. Guardians take turns by their keys and the request's number, so
 * that one guardian answers as a rule, and the next one if it does not.
 */
export class ChallengeAnswers {
  readonly #guardian: AnsweringGuardian;
  /** Number of polls during each open request. */
  readonly #open = new Map<bigint, bigint>();
  #next = 1n;

  constructor(guardian: AnsweringGuardian) {
    this.#guardian = guardian;
  }

  /** Answers new requests at this guardian's turn. Rejects with L1's error; the next call tries again. */
  async poll(): Promise<void> {
    const count = BigInt((await this.#ask("challengeCount")) as bigint);
    // L1 may have undone requests.
    if (count + 1n < this.#next) [this.#next] = [1n, this.#open.clear()];
    for (; this.#next <= count; this.#next++) this.#open.set(this.#next, 0n);
    for (const [id, polls] of this.#open) await this.#consider(id, polls);
  }

  async #consider(id: bigint, polls: bigint): Promise<void> {
    const { signer } = this.#guardian;
    const challenge = (await this.#ask("challengeOf", id)) as ChallengeOnL1;
    const now = BigInt((await signer.provider?.getBlock("latest"))?.timestamp ?? 0);
    if (challenge.isAnswered || now > challenge.deadline) {
      this.#open.delete(id);
      return;
    }
    this.#open.set(id, polls + 1n);
    const turn = (BigInt(await signer.getAddress()) + id) % TURNS;
    if (polls >= turn) await this.#answer(id, challenge);
  }

  async #answer(id: bigint, challenge: ChallengeOnL1): Promise<void> {
    const { network, signer, chain } = this.#guardian;
    const key = requestedKey(challenge);
    const proof = await chain.prove(challenge.stateRoot, key).catch((error: unknown) => {
      // The request may be about another chain of the network.
      if (error instanceof GuardianError && error.code === "StateUnknown") return undefined;
      throw error;
    });
    if (proof === undefined) return;
    await transact(
      signer,
      { to: network, ...answerCall(id, key, proof) },
      { name: "answer", subject: ` to request ${id} for a leaf` },
    );
    this.#open.delete(id);
  }

  #ask(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { network, signer } = this.#guardian;
    if (signer.provider === null) throw new TypeError("a guardian that answers has a provider");
    return askContract(signer.provider, { to: network, contract: challengeInterface, name, args });
  }
}
