import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { ClientError } from "../../../client/ecosystem/client-error.ts";
import { revertReason } from "../../../client/sending/revert-reason.ts";
import { refusalOf } from "../../../client/sending/submit.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import type { ProjectNames } from "../books/describe.ts";

/** Hexadecimal characters that are decoded: a stranger's data can unfold into a thousand times as much. */
const MOST_REVERT = 16_386;
/** Characters of a refusal. */
export const MAX_REASON = 1_000;

/** Always rejects, with an error of JSON-RPC. Its text has the names of errors from the project's contracts. */
export async function refuse(error: unknown, { names }: { readonly names: () => Promise<ProjectNames> }): Promise<never> {
  if (error instanceof RpcError) throw error;
  const refusal = error instanceof ClientError && error.code !== "Refused" ? undefined : refusalOf(error);
  if (refusal !== undefined && refusal.data.length <= MOST_REVERT)
    throw new RpcError(
      RpcCode.rejected,
      `it would revert ${revertReason(refusal.data, await names())}`.slice(0, MAX_REASON),
      { code: "Refused" },
      { cause: error },
    );
  const code = error instanceof ClientError ? { code: error.code } : undefined;
  throw new RpcError(RpcCode.rejected, reasonOf(error, MAX_REASON), code, { cause: error });
}
