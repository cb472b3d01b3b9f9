/** Result of a check, and the message for its failure or for its negation. */
export interface Verdict {
  readonly holds: boolean;
  readonly shouldHold: string;
  readonly shouldNotHold: string;
  /** Values that test reporters compare if the check should hold and does not. */
  readonly compared?: { readonly expected: unknown; readonly actual: unknown };
  /** Lines in contracts' sources at which a call failed, innermost first. */
  readonly sourceLines?: readonly string[];
}

/** A check of an assertion's subject. Rejects with TypeError for what cannot be asserted, so that its negation fails too. */
export type Check = (subject: unknown, ...args: never[]) => Promise<Verdict>;
