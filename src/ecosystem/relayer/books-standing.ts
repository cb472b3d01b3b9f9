import { newestRun } from "../../ground/runtime/newest-run.ts";
import { answerWithin } from "./member-silence.ts";

/** Freshness of the books that readings fill. */
export interface BooksStanding {
  /** Since the oldest of the members' last readings began; a chain that has told all its blocks counts as read now. */
  readonly ageMs: number;
  /** Error of the last reading of a member; `undefined` if the last reading of every member was complete. */
  readonly failure: unknown;
  /** Another number after each time when all was forgotten. */
  readonly era: number;
}

/** Notes when what was read of each member, and with what that failed. */
export class StandingOfBooks {
  readonly #nowMs: () => number;
  /** Start of each member's last complete reading. */
  readonly #readAt: Map<string, number>;
  readonly #failures = new Map<string, unknown>();
  #era = 0;
  #filledEra: number | undefined;

  /** None of the members was read. */
  constructor(members: readonly string[], nowMs: () => number) {
    this.#nowMs = nowMs;
    const now = nowMs();
    this.#readAt = new Map(members.map((member) => [member, now]));
  }

  get era(): number {
    return this.#era;
  }

  /** Whether each member was read since all was forgotten, or has failed to be. */
  get areFilled(): boolean {
    return this.#filledEra === this.#era;
  }

  forget(): void {
    this.#era++;
  }

  filled(): void {
    this.#filledEra = this.#era;
  }

  /**
   * Reads a member once at a time for all that call. Rejects with what that fails with, or with MemberSilentError; a member of
   * this process is late only by load, and has no limit.
   */
  noted(member: string, isHere: boolean, read: () => Promise<void>): (withinMs?: number) => Promise<void> {
    const run = newestRun(async () => {
      const [began, era] = [this.#nowMs(), this.#era];
      await read();
      this.#failures.delete(member);
      if (era === this.#era) this.#readAt.set(member, began);
    });
    return async (withinMs) => {
      try {
        await answerWithin(run(), member, isHere ? undefined : withinMs);
      } catch (error) {
        this.#failures.set(member, error);
        throw error;
      }
    };
  }

  /** `current` are those of which all is known without a reading. */
  standing(current: readonly string[]): BooksStanding {
    const now = this.#nowMs();
    const ages = [...this.#readAt].map(([member, readAt]) => (current.includes(member) ? 0 : now - readAt));
    const [failure] = this.#failures.values();
    return { ageMs: Math.max(0, ...ages), failure, era: this.#era };
  }
}
