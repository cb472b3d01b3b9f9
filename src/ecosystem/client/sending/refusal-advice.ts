/**
 * Remedies for a contract's refusal, by the error's name; the error's arguments are the limit and the value.
 */
const ADVICE: Readonly<Record<string, (allowed: unknown, got: unknown, member: string) => string>> = {
  AlreadyExpired: (_allowed, now, member) =>
    `its last second has passed by the clock of ${member}: name one after ${String(now)}`,
  GasLimitTooHigh: (max) => `give the call a gas limit of at most ${String(max)}`,
  OperationExecuted: () =>
    "the chain had executed it before its end: its value belongs to the recipient there, whom hyperchain:exit pays",
  GasLimitTooLow: (min) => `give the call a gas limit of at least ${String(min)}`,
};

/** Remedy for a contract's error, as the end of a sentence; empty if none is known. */
export function refusalAdvice(
  { name, args }: { readonly name: string; readonly args: readonly unknown[] },
  member: string,
): string {
  const advice = Object.hasOwn(ADVICE, name) ? ADVICE[name] : undefined;
  return advice === undefined ? "" : `; ${advice(args[0], args[1], member)}`;
}
