import type { CheckedShape } from "../proof-code.ts";
import { WRAPPED } from "./layout.ts";
import { type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, beginRule } from "./rule-code.ts";

/** The program whose proof L1 checks: it says what that of `compressProgram` says, by a proof that is cheap for a contract. */
export function wrapProgram(compressed: CheckedShape): NodeProgram {
  return nodeProgram("wrap", WRAPPED.count, [{ name: "compressed", ...compressed }], (a, statement, [said = []]) => {
    beginRule(a, "the same");
    assertSame(a, said, statement);
  });
}
