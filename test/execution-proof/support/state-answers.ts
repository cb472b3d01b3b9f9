import { P } from "../../../src/proofs/field/koala-bear.ts";
import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import type { RootChange } from "../../../src/proofs/execution-proof/run-statement.ts";
import type { RunTrace } from "../../../src/proofs/execution-proof/run-trace.ts";

/** A state as its tables answer of it: leaves' values by their keys, and its roots. What has no leaf is 0. */
export interface StateAnswers {
  readonly values: ReadonlyMap<string, readonly number[]>;
  readonly roots: RootChange;
}

/** Answers of the state to an honest run. Roots are any digests; `test/circuits/state-tables` has real ones. */
export function answersOf({ leaves }: RunTrace): StateAnswers {
  const digest = (first: number): number[] => Array.from({ length: 8 }, (_, i) => first + i);
  return {
    values: new Map(leaves.map(({ key, before }) => [key.join(), before])),
    roots: { before: digest(100), after: digest(200) },
  };
}

/** Number of times that each message was sent, by its elements. */
export type Sent = ReadonlyMap<string, number>;

/**
 * Which of the buses of the state do not balance: roots other than the state's, a value before the run other than the leaf's, or a
 * leaf that is asked for more often than the roots are, each of which opens the tree once.
 */
export function refusedByState({ values, roots }: StateAnswers, leaf: Sent, root: Sent): string[] {
  const truth = [...roots.before, ...roots.after].join();
  const asked = new Map<string, number>();
  let isTrue = true;
  for (const [message, times] of leaf) {
    const elements = message.split(",");
    const key = elements.slice(1, 9).join();
    const before = elements.slice(9, 9 + LIMBS).join();
    isTrue &&= before === (values.get(key) ?? new Array<number>(LIMBS).fill(0)).join();
    asked.set(key, (asked.get(key) ?? 0) + times);
  }
  const opened = [...root.values()].reduce((sum, times) => sum + times, 0) % P;
  const refused: string[] = [];
  if (!isTrue || [...asked.values()].some((times) => times % P > opened)) refused.push("leaf");
  if ([...root.keys()].some((message) => message !== truth)) refused.push("roots");
  return refused;
}
