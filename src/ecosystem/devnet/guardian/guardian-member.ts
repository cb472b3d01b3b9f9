import type { BaseWallet } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainToGuard, GuardianStart } from "./guardian-messages.ts";
import { GuardianProcess } from "./guardian-process.ts";

/** Key of a guardian, and coins that answer for it. */
interface StakedKey {
  readonly key: Hex;
  readonly stakeWei: bigint;
  /** Signs for any settlement layer. */
  readonly wallet: BaseWallet;
}

/** A guardian of this ecosystem, whose process can end, and start again with the same key, folder, URL and chains. */
export class GuardianMember implements StakedKey {
  readonly key: Hex;
  readonly stakeWei: bigint;
  readonly wallet: BaseWallet;
  readonly url: string;
  readonly #start: GuardianStart;
  readonly #chains = new Map<Hex, ChainToGuard>();
  #process: GuardianProcess;
  /** One start or stop at a time. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor({ key, stakeWei, wallet }: StakedKey, start: GuardianStart, process: GuardianProcess) {
    this.key = key;
    this.stakeWei = stakeWei;
    this.wallet = wallet;
    this.url = process.url;
    // L1 has the URL, so the next process has its port.
    this.#start = { ...start, port: Number(new URL(process.url).port) };
    this.#process = process;
  }

  /** Starts the process. Rejects with an Error that has the reason of the process. */
  static async open(staked: StakedKey, start: GuardianStart): Promise<GuardianMember> {
    return new GuardianMember(staked, start, await GuardianProcess.start(start));
  }

  /** Process id; undefined after the process has ended. */
  get pid(): number | undefined {
    return this.#process.isRunning ? this.#process.pid : undefined;
  }

  /** Stores a chain from now onwards, also after a later start. Rejects with an Error if the process has ended or refuses. */
  guard(chain: ChainToGuard): Promise<void> {
    this.#chains.set(chain.hyperchain, chain);
    return this.#process.guard(chain);
  }

  /** Starts an ended process again. Rejects with an Error that has the reason if it does not start, or cannot store a chain. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#process.isRunning) return;
      this.#process = await GuardianProcess.start(this.#start);
      for (const chain of this.#chains.values()) await this.#process.guard(chain);
    });
  }

  /** Ends the process as a crash does: the data of its signatures are on disk. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#process.close());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
