/** What a check found: whether it holds, and what to say if it should (not). */
export interface Verdict {
  readonly holds: boolean;
  readonly shouldHold: string;
  readonly shouldNotHold: string;
  /** What test reporters set side by side where the check should hold and does not. */
  readonly compared?: { readonly expected: unknown; readonly actual: unknown };
  /** Lines in contracts' sources at which a call failed, innermost first. */
  readonly sourceLines?: readonly string[];
}

/** A check of an assertion's subject. Rejects with TypeError for what cannot be asserted, so that its negation fails too. */
export type Check = (subject: unknown, ...args: never[]) => Promise<Verdict>;
