import type { TracedCall } from "./answers.ts";

/** Gas of a transaction that a contract's function used, without the calls that it made. */
export interface FunctionGas {
  readonly to: string | undefined;
  /** Name of the function, its selector, or the kind of the call. */
  readonly name: string;
  readonly calls: number;
  readonly gas: number;
}

/** The gas of a call tree by contract and function, the most first. */
export function gasByFunction(root: TracedCall): readonly FunctionGas[] {
  const sums = new Map<string, FunctionGas>();
  const visit = (call: TracedCall): void => {
    const { to, input, type, calls = [] } = call;
    const name =
      call.call?.split("(")[0] ??
      (input.length >= 10 && to !== undefined && type !== "CREATE" ? input.slice(0, 10) : type.toLowerCase());
    const own = gasOf(call) - calls.reduce((sum, each) => sum + gasOf(each), 0);
    const key = `${to ?? ""}:${name}`;
    const before = sums.get(key);
    // The stipend of a call with value is its caller's gift: what it leaves comes back.
    sums.set(key, { to, name, calls: (before?.calls ?? 0) + 1, gas: (before?.gas ?? 0) + Math.max(0, own) });
    calls.forEach(visit);
  };
  visit(root);
  return [...sums.values()].sort((a, b) => b.gas - a.gas);
}

function gasOf({ gasUsed }: TracedCall): number {
  return Number(gasUsed ?? 0);
}
