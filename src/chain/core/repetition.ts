import type { CommandSource, Offer, Outcome, SpineView } from "./source.ts";
import type { CommandLog } from "./log/command-log.ts";

/** Replays commands of earlier processes at a start: they are decided, and applied exactly as at first. */
export class Repetition<Command, Result> implements CommandSource<Command, Result> {
  readonly name = "repetition";
  readonly #log: CommandLog<Command>;
  readonly #onRepeated: ((done: number, total: number) => void) | undefined;
  #total: number | undefined;
  #fault: { readonly error: unknown } | undefined;

  constructor(log: CommandLog<Command>, onRepeated?: (done: number, total: number) => void) {
    this.#log = log;
    this.#onRepeated = onRepeated;
  }

  /** Rejects as the reducer where a command other than the last is refused. */
  next({ executed, term }: SpineView): Promise<Offer<Command> | undefined> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault.error as Error);
    const entry = this.#log.at(executed);
    if (entry === undefined) return Promise.resolve(undefined);
    this.#total ??= this.#log.end - executed;
    this.#onRepeated?.(this.#total - (this.#log.end - executed), this.#total);
    return Promise.resolve({ standing: "decided", parent: executed, term, commands: [entry.command] });
  }

  /** Removes a refused last command, because its process ended before it could do so. */
  outcome(_: Offer<Command>, outcome: Outcome<Result>): void {
    if (outcome.type === "failed") this.#fault = outcome;
  }

  on(): void {
    // What it offers it has from the log.
  }

  mark(): void {
    // A replay ends before any mark.
  }

  returnTo(): void {
    // A replay ends before any return.
  }
}
