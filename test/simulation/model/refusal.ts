import type { ContractKind } from "./world.ts";

/** A call that L1 is expected to refuse: which contract raises which error with which arguments. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly raisedBy: ContractKind;
  /** Name of the contract's error. */
  readonly error: string;
  /** `Name(argument, …)`, with arguments in lower case; `0x` for a revert without an error. */
  readonly text: string;

  constructor(raisedBy: ContractKind, error: string, args: readonly unknown[] = []) {
    const text = error === "0x" ? error : describeError(error, args);
    // Most calls of a run are refused, and a trace of the stack takes longer than many of them.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(text);
    Error.stackTraceLimit = stackTraceLimit;
    this.raisedBy = raisedBy;
    this.error = error;
    this.text = text;
  }
}

/** Form in which errors of the model and of L1 are compared. */
export function describeError(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map((argument) => String(argument).toLowerCase()).join(", ")})`;
}

/** Raises the error unless the condition holds. Arguments are computed only then. */
export function requireThat(
  condition: boolean,
  raisedBy: ContractKind,
  error: string,
  args: () => readonly unknown[] = () => [],
): asserts condition {
  if (!condition) throw new Refusal(raisedBy, error, args());
}
