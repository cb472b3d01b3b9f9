/** What helps where a contract refuses what a user chose, by the error's name; its arguments are what it allows and got. */
const ADVICE: Readonly<Record<string, (allowed: unknown, got: unknown, member: string) => string>> = {
  AlreadyExpired: (_allowed, now, member) =>
    `its last second has passed by the clock of ${member}: name one after ${String(now)}`,
  GasLimitTooHigh: (most) => `give the call a gas limit of at most ${String(most)}`,
  OperationExecuted: () =>
    "the chain had carried it out before it ended: what it brought is its recipient's there, whom hyperchain:exit pays",
  GasLimitTooLow: (least) => `give the call a gas limit of at least ${String(least)}`,
};

/** What to do about a contract's error, as the end of a sentence; empty where nothing is known to help. */
export function refusalAdvice(
  { name, args }: { readonly name: string; readonly args: readonly unknown[] },
  member: string,
): string {
  const advice = Object.hasOwn(ADVICE, name) ? ADVICE[name] : undefined;
  return advice === undefined ? "" : `; ${advice(args[0], args[1], member)}`;
}
