import { type Change, changedSecond } from "./planted-faults.ts";

/**
 * Refusals of the second verifier that the planted faults do not delete, by contract: text in its source with the condition as its
 * first group, or a call that checks.
 */
const REFUSALS = {
  "another version": ["SecondStark", /uint8\(proof\[0\]\) != d\.version/],
  "fewer rows than the least": ["SecondStark", /s\.logRows < d\.minLogRows/],
  "more rows than the most": ["SecondStark", /s\.logRows > d\.maxLogRows/],
  "end of the head": ["SecondStark", /s\.cursor > s\.end/],
  "statement's element not below p": ["SecondStark", /value >= SecondField\.P(?=\) revert IStarkVerifier\.BadStatement)/],
  "auxiliary value not below p": ["SecondStark", /value >= SecondField\.P(?=\) revert IStarkVerifier\.NonCanonicalElement)/],
  "opened value not below p": ["SecondMemory", /failed(?=\) revert[^\n]*\n {4}\}\n\n {4}\/\/\/ @notice Sum of)/],
  "row's element not below p": ["SecondMemory", /failed(?=\) revert[^\n]*\n {4}\}\n\n {4}\/\/\/ @notice An extension)/],
  "padding of opened values": ["SecondStark", /SecondMemory\.requirePadding\([^;]*;/],
  "padding of the last polynomial": ["SecondStark", /SecondMemory\.requireExtensionPadding\([^;]*;/],
  "padding of rows": ["SecondOpenings", /SecondMemory\.requirePadding\([^;]*;/],
  "padding of a layer": ["SecondFri", /SecondMemory\.requireExtensionPadding\([^;]*;/],
  "end of a tree": ["SecondOpenings", /s\.cursor > s\.end/],
  "end of a layer": ["SecondFri", /s\.cursor > s\.end/],
  "root of a tree": ["SecondOpenings", /\(got \^ SecondMemory\.load\(rootAt\)\) >> \(256 - 8 \* size\) != 0/],
  "values of the fold before": [
    "SecondFri",
    /value != SecondMemory\.load\(s\.values \+ 32 \* i\)(?=\) revert IStarkVerifier\.Fold)/,
  ],
} as const satisfies Readonly<Record<string, readonly [contract: string, text: RegExp]>>;

/** A refusal that can be deleted. */
export type Rule = keyof typeof REFUSALS;
export const RULES = Object.keys(REFUSALS) as readonly Rule[];

/** Word after the arguments of a call that deletes a refusal; 0 deletes none. */
export const wordOf = (rule: Rule | undefined): number => (rule === undefined ? 0 : RULES.indexOf(rule) + 1);

/** Creation code of the second verifier, each of whose refusals a call can delete. */
export function withDeletions(): string {
  const changes: Record<string, Change[]> = {};
  for (const rule of RULES) {
    const [contract, text] = REFUSALS[rule];
    const isDeleted = `SecondField.planted(${wordOf(rule)})`;
    const isCall = text.source.endsWith("[^;]*;");
    const after = isCall ? `if (!${isDeleted}) $&` : `(!${isDeleted} && ($&))`;
    (changes[contract] ??= []).push([text, after]);
  }
  return changedSecond(changes);
}
