import { RpcCode, RpcError } from "../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../chain/rpc/request/dispatch.ts";
import { quantity } from "../../chain/rpc/request/quantities.ts";
import { toHex } from "../../protocol/hex.ts";
import type { BatchOutputs } from "../../protocol/outputs.ts";
import { executionInfo } from "./tell-execution.ts";
import type { ExecutionProofInfo } from "./execution-info.ts";
import type { ExecutionView } from "./node-execution.ts";

/** What a chain answers about proofs of its execution; undefined where it makes none. */
export function executionMethods(view: ExecutionView | undefined): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "hyperchain_getExecution",
      () => Promise.resolve(view === undefined ? { kind: "trusted" } : { kind: "proven", ...executionInfo(view) }),
    ],
    ["hyperchain_getExecutionProof", ([batch]) => Promise.resolve(proofInfo(view, quantity(batch)))],
  ]);
}

/** Throws RpcError for a batch that is not sealed, or of which nothing is kept. */
function proofInfo(view: ExecutionView | undefined, batchNumber: bigint): ExecutionProofInfo {
  if (view === undefined) return { kind: "trusted" };
  const standing = view.standing(batchNumber);
  const batch = Number(batchNumber);
  switch (standing?.kind) {
    case undefined:
      throw new RpcError(RpcCode.rejected, `no proof of the execution of batch ${batchNumber} is made here: it is not sealed`, {
        code: "BatchUnknown",
      });
    case "waiting":
      return { kind: "waiting", batch };
    case "proving":
      return { kind: "proving", batch, ...standing.progress };
    case "labelled":
      return { kind: "labelled", batch, reason: standing.reason, detail: standing.detail };
    case "proven": {
      const { chunks, provenBits, seconds } = standing;
      const made = { batch, chunks, provenBits, seconds };
      const served = view.served(batchNumber);
      if (served === undefined) return { kind: "pruned", ...made };
      const { outputs, coinbase, proof } = served;
      return { kind: "proven", ...made, outputs: asText(outputs), coinbase, proof: toHex(proof) };
    }
  }
}

function asText(outputs: BatchOutputs): Readonly<Record<keyof BatchOutputs, string>> {
  return Object.fromEntries(Object.entries(outputs).map(([field, value]) => [field, String(value)])) as Record<
    keyof BatchOutputs,
    string
  >;
}
