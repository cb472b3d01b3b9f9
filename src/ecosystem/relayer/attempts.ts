import { NamedError } from "../../ground/errors/named-error.ts";
import { PaidFailure } from "./own-account.ts";

/** Looks between attempts double up to 2 to this: what a flood, or a better relayer, only delayed is tried again. */
const MAX_PAUSE_DOUBLINGS = 8;
/** Maximum number of doublings if attempts cost gas. */
const MAX_PAID_PAUSE_DOUBLINGS = 20;
/** Failures that say nothing of what was tried, in the words of clients and nodes. */
const PASSING = /insufficient.?funds|enough funds|ECONN|socket hang up|SERVER_ERROR|NETWORK_ERROR|TIMEOUT/i;

/** When things are tried again that were tried in vain. */
export class Attempts<Thing extends object> {
  #failures = new WeakMap<Thing, { readonly failed: number; readonly nextLook: number }>();
  #looks = 0;

  /** Another look begins. */
  look(): void {
    this.#looks++;
  }

  isDue(thing: Thing): boolean {
    return (this.#failures.get(thing)?.nextLook ?? 0) <= this.#looks;
  }

  /** Number of failed attempts. */
  failed(thing: Thing): number {
    return this.#failures.get(thing)?.failed ?? 0;
  }

  /**
   * Schedules a retry after a pause; at the next look if the chain refused nothing, but did not answer, or
   * money lacked.
   */
  fail(thing: Thing, error: unknown): void {
    if (isPassing(error)) return;
    const failed = this.failed(thing);
    const doublings = Math.min(failed, error instanceof PaidFailure ? MAX_PAID_PAUSE_DOUBLINGS : MAX_PAUSE_DOUBLINGS);
    this.#failures.set(thing, { failed: failed + 1, nextLook: this.#looks + 2 ** doublings });
  }

  /**
   * Retries at the next look, because the cause of the failure may have changed, unless the attempts were
   * given up.
   */
  retry(thing: Thing): void {
    if (this.#failures.get(thing)?.nextLook !== Infinity) this.#failures.delete(thing);
  }

  /** Ends the attempts. */
  giveUp(thing: Thing): void {
    this.#failures.set(thing, { failed: this.failed(thing), nextLook: Infinity });
  }
}

/** Whether a failure says nothing of what was tried. What a contract says in refusing never does: anyone writes contracts. */
function isPassing(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  const code = String((error as { readonly code?: unknown }).code);
  return code !== "CALL_EXCEPTION" && !(error instanceof NamedError) && PASSING.test(`${code} ${text}`);
}
