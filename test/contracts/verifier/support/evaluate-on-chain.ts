import { layoutCore } from "../../../../scripts/verifier-generator/core-layout.ts";
import { lanes, lanesOf, MONTGOMERY, PRIME } from "../../../../scripts/verifier-generator/lanes.ts";
import { splitEvaluator } from "../../../../scripts/verifier-generator/split-evaluator.ts";
import type { Ext } from "../../../../src/proofs/field/extension.ts";
import { inv, reduce } from "../../../../src/proofs/field/koala-bear.ts";
import { rowSelectors } from "../../../../src/proofs/stark/systems/evaluate.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import { type CodeChain, deployYul } from "./chain.ts";

/** Inputs of the constraints' evaluation. */
export interface EvaluationPoint {
  readonly logRows: number;
  readonly point: Ext;
  readonly alpha: Ext;
  readonly atPoint: readonly Ext[];
  readonly atNext: readonly Ext[];
  readonly publicValues: readonly number[];
}

/** Deploys a one-table system's constraint contracts; the result runs them in sequence, like the verifier. */
export async function deployEvaluators(chain: CodeChain, system: System): Promise<(at: EvaluationPoint) => Promise<Ext>> {
  const parts = splitEvaluator(layoutCore(system));
  const name = (index: number): string => `Part${index}`;
  const call = await deployYul(chain, Object.fromEntries(parts.map((part, i) => [name(i), { body: part.yul, functions: "" }])));
  const montgomery = (a: Ext): bigint => lanes(a.map((x) => (BigInt(x) * MONTGOMERY) % PRIME));
  return async ({ logRows, point, alpha, atPoint, atNext, publicValues }) => {
    const { field } = system;
    const selectors = rowSelectors(field, point, logRows);
    const input = [
      ...[alpha, selectors.transition, selectors.firstRow, selectors.lastRow].map(montgomery),
      ...publicValues.map((x) => montgomery([x])),
      ...atPoint.map(montgomery),
      ...atNext.map(montgomery),
    ];
    let total = field.zero;
    for (const index of parts.keys()) {
      const [share, ...shared] = await call(name(index), input);
      if (share === undefined) throw new Error("an evaluator returned nothing");
      total = field.add(total, field.scale(lanesOf(share).map(reduce), inv(Number(MONTGOMERY))));
      input.push(...shared);
    }
    return total;
  };
}
