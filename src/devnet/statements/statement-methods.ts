import * as v from "valibot";
import { RpcCode, RpcError } from "../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../chain/rpc/request/dispatch.ts";
import { fromHex, hexQuantity, isPlainHex, type Hex } from "../../protocol/hex.ts";
import type { FactBatch } from "../../protocol/fact-evidence.ts";
import { storedBatchSchema } from "../offers/offered-answers.ts";
import type { StatementImports } from "./statement-imports.ts";
import { StatementRefused } from "./statement-refused.ts";

const shown = v.object({
  chainId: v.pipe(
    v.string(),
    v.regex(/^\d{1,20}$/),
    v.transform((text) => BigInt(text)),
  ),
  stored: storedBatchSchema,
  program: v.pipe(v.string(), v.maxLength(64)),
  proof: v.custom<Hex>((text) => isPlainHex(text)),
});

/** Reads the parameter of `hyperchain_importStatement`. Throws RpcError. */
function readStatement(parameter: unknown): FactBatch {
  const read = v.safeParse(shown, parameter);
  if (read.success) return { ...read.output, proof: fromHex(read.output.proof), imports: [], flows: [] };
  throw new RpcError(
    RpcCode.invalidParams,
    "the parameter is {chainId, stored, program, proof}: the batch's record with numbers as decimal text, and its own proof",
  );
}

/** The method by which a chain on this one has a statement about its batch imported. */
export function statementMethods(statements: StatementImports | undefined): ReadonlyMap<string, RpcMethod> {
  const importStatement: RpcMethod = async ([parameter]) => {
    const batch = readStatement(parameter);
    try {
      if (statements === undefined) throw new StatementRefused("ChainNotListed", "this chain imports no statements");
      return hexQuantity(await statements.import(batch));
    } catch (error) {
      if (!(error instanceof StatementRefused)) throw error;
      throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
    }
  };
  return new Map([["hyperchain_importStatement", importStatement]]);
}
