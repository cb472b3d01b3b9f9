import { inOrder, partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import type { Word } from "../relation.ts";
import { OF_PROGRAMS } from "./layout.ts";
import { assertSame, assertSameWhere, assertZeros } from "./rule-code.ts";

/** Elements at the end of a statement. */
const { parts, count } = inOrder(OF_PROGRAMS);

/** End of a statement: for a program that checks others 1 and the digest that admits them, otherwise zeros. */
export function statedPrograms(admitted?: readonly number[]): number[] {
  return admitted === undefined ? new Array<number>(count).fill(0) : [1, ...admitted];
}

/** The program checks no others. */
export function assertChecksNoPrograms(a: Assembler, statement: readonly Word[]): void {
  assertZeros(a, statement.slice(-count));
}

/** The program checks others. */
export function assertChecksPrograms(a: Assembler, statement: readonly Word[]): void {
  assertSame(a, partOf(statement.slice(-count), parts.checksPrograms), [a.constant(1)]);
}

/** A child that checks programs has them admitted by this digest. */
export function assertAdmittedBelow(a: Assembler, child: readonly Word[], digest: readonly Word[]): void {
  const own = child.slice(-count);
  const [flag] = partOf(own, parts.checksPrograms);
  if (flag !== undefined) assertSameWhere(a, flag, partOf(own, parts.programs), digest);
}
