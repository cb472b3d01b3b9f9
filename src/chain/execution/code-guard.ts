import { fromHex, type Hex } from "../../protocol/hex.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { TransactionRequest } from "../transaction/transaction.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { PRECOMPILE_WORK } from "../model/work-limits.ts";
import { reachOf, type CodeReach } from "./code-reach.ts";

/** Codes whose reach is remembered: at most 12 MiB of them. */
const MAX_REMEMBERED = 256;

/**
 * Gas with which calls cannot pass on more data than the engine can hold. EDR 0.22 copies the data of every call and keeps it
 * to the end of the transaction, and a call costs 100 gas however much data it passes on: with this gas some 80 MB, with
 * EIP-7825's whole 2^24 more than any machine has.
 */
export const QUIET_GAS = 150_000n;

/**
 * Gas with which code that calls nothing cannot run more instructions than the engine can hold: each costs a gas at least. EDR
 * 0.22 remembers every instruction to the end of the block, in some 800 bytes; with EIP-7825's whole 2^24 that came to 5 GB. Nor
 * does such code take the witness longer than half a second, as 2^24 gas of copies take 7 s without a jump.
 */
const SHORT_GAS = 1_000_000n;

/** What must happen before the engine may run something. `hostile`: it must never run. */
export type GuardVerdict = "safe" | "unknown" | "hostile";

/** What the guard needs to know of a call or transaction. */
export type GuardedRequest = Pick<TransactionRequest, "to" | "data" | "gasLimit"> & {
  /** It may give accounts new code before it runs: EIP-7702's authorizations. */
  readonly delegates: boolean;
};

/**
 * Keeps from the engine the code that would end the process (see `isHostileCode`). The invariant: no account of the
 * chain holds such code, so only init code can be hostile, and init code runs only where something creates a contract.
 * A request that cannot reach a CREATE is safe, if it can neither pass on much data nor run for long; what is unknown must
 * first run in another engine.
 */
export class CodeGuard {
  readonly #trusted: ReadonlySet<Hex>;
  readonly #creators = new Set<Hex>();
  /** What code can do, by the code; the oldest goes when there are too many. */
  readonly #reaches = new Map<Hex, CodeReach>();

  /**
   * `trusted`: code of the genesis that creates contracts from fixed init code only, by its bytes; it does not count as
   * a creator. An attacker cannot gain by copying it.
   */
  constructor(genesis: readonly GenesisAccount[], trusted: readonly Hex[] = []) {
    this.#trusted = new Set(trusted);
    for (const { code } of genesis) if (code !== undefined) this.noteCode(code);
  }

  /** Must be told of every code that comes into the state, before anything else runs. */
  noteCode(code: Hex): void {
    if (!this.#trusted.has(code) && reachOf(fromHex(code)).creates) this.#creators.add(code);
  }

  /** Codes of the state that create contracts: of those that it was told of, the ones that it remembers. */
  get creators(): readonly Hex[] {
    return [...this.#creators];
  }

  /**
   * Whether the request can be given to the engine. `codeOf` reads an account's code in the state it will run in. `looksAtCode`:
   * whether nothing is found safe that may run other accounts' code or create contracts, also where no code of the chain can
   * harm the engine; default false.
   */
  async judge(
    request: GuardedRequest,
    codeOf: (address: Hex) => Promise<Hex>,
    { looksAtCode = false }: { readonly looksAtCode?: boolean } = {},
  ): Promise<GuardVerdict> {
    if (request.to === undefined) {
      const initCode = fromHex(request.data);
      return isHostileCode(initCode) ? "hostile" : "unknown";
    }
    if (request.delegates) return "unknown";
    if (!looksAtCode && this.#creators.size === 0 && request.gasLimit <= QUIET_GAS) return "safe";
    if (request.gasLimit > QUIET_GAS && PRECOMPILE_WORK.has(BigInt(request.to))) return "unknown";
    const code = await codeOf(request.to);
    const { calls, creates } = this.#reachOf(code);
    return calls || creates || (code !== "0x" && request.gasLimit > SHORT_GAS) ? "unknown" : "safe";
  }

  /**
   * Whether a transaction that is found safe can change no account's code. While no code of the chain creates contracts,
   * most are safe without a look, and trusted code may still create for them.
   */
  get safeKeepsCode(): boolean {
    return this.#creators.size > 0;
  }

  /** Whether this code may exist in the state or run as init code. */
  admits(code: Hex): boolean {
    return !isHostileCode(fromHex(code));
  }

  /** Whether the code may do something else with other gas, also where that is enough. */
  readsGas(code: Hex): boolean {
    return this.#reachOf(code).readsGas;
  }

  #reachOf(code: Hex): CodeReach {
    const known = this.#reaches.get(code);
    if (known !== undefined) return known;
    const reach = reachOf(fromHex(code));
    const [oldest] = this.#reaches.keys();
    if (oldest !== undefined && this.#reaches.size >= MAX_REMEMBERED) this.#reaches.delete(oldest);
    this.#reaches.set(code, reach);
    return reach;
  }
}
