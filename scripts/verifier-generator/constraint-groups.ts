import type { Constraint, ConstraintScope } from "../../src/proofs/stark/constraints/air.ts";
import type { NodeIndex } from "../../src/proofs/stark/constraints/expression.ts";

/** A constraint with its power of the composition challenge. */
export interface Member {
  readonly index: number;
  readonly constraint: Constraint;
}

/** Constraints that share row selector and scope, in order of their index. */
export interface Group {
  readonly scope: ConstraintScope;
  readonly selector: NodeIndex | undefined;
  readonly members: readonly Member[];
}

/** Groups in the order of their first constraints; `first` is the index of the table's first constraint. */
export function groupConstraints(constraints: readonly Constraint[], first: number): Group[] {
  const groups = new Map<string, Group & { members: Member[] }>();
  constraints.forEach((constraint, i) => {
    const key = `${constraint.scope} ${constraint.selector ?? ""}`;
    const group = groups.get(key) ?? { scope: constraint.scope, selector: constraint.selector, members: [] };
    group.members.push({ index: first + i, constraint });
    groups.set(key, group);
  });
  return [...groups.values()];
}

/** The powers of the challenge, ascending and without the first, that Horner's scheme over these groups needs. */
export function needsPowers(groups: readonly Group[]): number[] {
  const exponents = new Set<number>();
  for (const { members } of groups) {
    members.forEach(({ index }, i) => {
      const previous = members[i - 1];
      exponents.add(previous === undefined ? index : index - previous.index - 1);
    });
  }
  return [...exponents].filter((exponent) => exponent > 1).sort((a, b) => a - b);
}
