import type { Signer, TransactionRequest } from "ethers";
import type { StateKey } from "../../../chain/state/state-key.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { transmit } from "../deployment/transmit.ts";
import { answerCall, challengeInterface, requestedKey, type ChallengeOnL1 } from "./challenge-interface.ts";
import type { GuardedChain } from "./guarded-chain.ts";

const TURNS = 4n;
/** Polls until an unanswered request is answered again: L1 may have lost the transaction. */
const REPEAT_POLLS = 15n;
/**
 * An eighth of the base fee is a guardian's tip. The bond pays a quarter above the base fee, so an answer costs its guardian
 * nothing, also if the base fee falls for five blocks. A node's suggestion can be many times a low base fee.
 */
const TIP_DIVISOR = 8n;
/** Minimum tip in wei of a gas: nodes with default settings take no transaction below. */
const LEAST_TIP = 1_000_000n;

interface AnsweringGuardian {
  /** Contract of the network on L1. */
  readonly network: Hex;
  /** Sends and pays the answers, which the bond of a request refunds. */
  readonly signer: Signer;
  readonly chain: Pick<GuardedChain, "prove" | "batchWith">;
}

/** A request at a guardian's turn. */
interface DueRequest {
  readonly id: bigint;
  readonly batchNumber: bigint;
  readonly key: StateKey;
  readonly challenge: ChallengeOnL1;
}

/**
 * Answers of one guardian to requests for leaves of a chain. Guardians take turns by their keys and the request's number, so
 * that one guardian answers as a rule, and the next one if it does not. Strangers may open thousands of requests, for any
 * state of the last day: no answer waits for another one, and those of one poll go from the oldest state to the newest.
 */
export class ChallengeAnswers {
  readonly #guardian: AnsweringGuardian;
  /** Number of polls during each request whose deadline has not passed: L1 may undo an answer. */
  readonly #open = new Map<bigint, bigint>();
  #next = 1n;

  constructor(guardian: AnsweringGuardian) {
    this.#guardian = guardian;
  }

  /**
   * Answers new requests at this guardian's turn; resolves when the answers are sent. Rejects with the first error, after
   * all other answers; a later call tries again.
   */
  async poll(): Promise<void> {
    const count = BigInt((await this.#ask("challengeCount")) as bigint);
    // L1 may have undone requests.
    if (count + 1n < this.#next) [this.#next] = [1n, this.#open.clear()];
    for (; this.#next <= count; this.#next++) this.#open.set(this.#next, 0n);
    const now = BigInt((await this.#guardian.signer.provider?.getBlock("latest"))?.timestamp ?? 0);
    const due = (await Promise.all([...this.#open.keys()].map((id) => this.#due(id, now)))).flat();
    const errors: unknown[] = [];
    for (const request of due.toSorted((a, b) => Number(a.batchNumber - b.batchNumber)))
      await this.#answer(request).catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  /** The request, if this guardian answers it now. */
  async #due(id: bigint, now: bigint): Promise<readonly DueRequest[]> {
    const { signer, chain } = this.#guardian;
    const challenge = (await this.#ask("challengeOf", id)) as ChallengeOnL1;
    if (now > challenge.deadline) {
      this.#open.delete(id);
      return [];
    }
    const polls = this.#open.get(id) ?? 0n;
    this.#open.set(id, polls + 1n);
    const turn = (BigInt(await signer.getAddress()) + id) % TURNS;
    if (challenge.isAnswered || polls % REPEAT_POLLS !== turn) return [];
    // Otherwise the request may be about another chain of the network.
    const batchNumber = chain.batchWith(challenge.stateRoot);
    return batchNumber === undefined ? [] : [{ id, batchNumber, key: requestedKey(challenge), challenge }];
  }

  async #answer({ id, key, challenge }: DueRequest): Promise<void> {
    const { network, signer, chain } = this.#guardian;
    const proof = await chain.prove(challenge.stateRoot, key);
    await transmit(signer, { to: network, ...answerCall(id, key, proof), ...(await this.#fees()) });
  }

  /** The base fee can double while the answer waits. Nothing on a layer without a base fee. */
  async #fees(): Promise<Pick<TransactionRequest, "maxFeePerGas" | "maxPriorityFeePerGas">> {
    const baseFee = (await this.#guardian.signer.provider?.getBlock("latest"))?.baseFeePerGas ?? undefined;
    if (baseFee === undefined) return {};
    const eighth = baseFee / TIP_DIVISOR;
    const maxPriorityFeePerGas = eighth > LEAST_TIP ? eighth : LEAST_TIP;
    return { maxFeePerGas: 2n * baseFee + maxPriorityFeePerGas, maxPriorityFeePerGas };
  }

  #ask(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { network, signer } = this.#guardian;
    if (signer.provider === null) throw new TypeError("a guardian that answers has a provider");
    return askContract(signer.provider, { to: network, contract: challengeInterface, name, args });
  }
}
