import { ProviderRpcError, type Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import { errorString } from "../../../ground/protocol/error-string.ts";
import { panicCode, panicText } from "../../../ground/protocol/panic-code.ts";

interface Receipt {
  readonly status: string;
}

interface SentTransaction {
  readonly from: string;
  readonly to: string | null;
  readonly input: string;
  readonly value: string;
  readonly gas: string;
}

interface Outcome {
  readonly output?: string;
  readonly error?: string;
}

/**
 * Rejects where the transaction is in a block and failed, with what it failed of as `data`, its hash as `transactionHash`, and
 * a stack trace in the contracts' source where one can be found: as Hardhat's own in-process networks answer the sender.
 */
export async function requireSuccess(member: Eip1193Provider, hash: unknown): Promise<void> {
  const receipt = (await member.request({ method: "eth_getTransactionReceipt", params: [hash] })) as Receipt | null;
  if (receipt?.status !== "0x0") return;
  const outcome = (await member.request({
    method: "debug_traceTransaction",
    params: [hash, { tracer: "callTracer" }],
  })) as Outcome;
  const output = outcome.output ?? "0x";
  const explained = await repeated(member, hash);
  const error =
    explained !== undefined && revertData(explained) === output
      ? explained
      : new ProviderRpcError({ code: REVERTED, message: messageOf(output, outcome.error), data: output });
  throw Object.assign(error, { transactionHash: hash });
}

/**
 * Failure of the same call on the current state, which has hardly changed, because only the nonce and the
 * fees of the failed transaction remain.
 */
async function repeated(member: Eip1193Provider, hash: unknown): Promise<Error | undefined> {
  const { from, to, input, value, gas } = (await member.request({
    method: "eth_getTransactionByHash",
    params: [hash],
  })) as SentTransaction;
  const call = { from, ...(to === null ? {} : { to }), data: input, value, gas };
  try {
    await member.request({ method: "eth_call", params: [call, "latest"] });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : undefined;
  }
}

function revertData(error: Error): string {
  const data: unknown = "data" in error ? error.data : undefined;
  if (typeof data === "string") return data;
  const inner: unknown = typeof data === "object" && data !== null && "data" in data ? data.data : undefined;
  return typeof inner === "string" ? inner : "0x";
}

/** In the words of Hardhat's networks, which tools look for. */
function messageOf(output: string, error: string | undefined): string {
  const prefix = "VM Exception while processing transaction:";
  if (output === "0x")
    return `${prefix} ${error === undefined || error === "execution reverted" ? "reverted without a reason string" : error}`;
  const panic = panicCode(output);
  if (panic !== undefined) return `${prefix} reverted with panic code ${panicText(panic)}`;
  const reason = errorString(output);
  return `${prefix} ${reason === undefined ? `reverted with an unrecognized custom error (return data: ${output})` : `reverted with reason string '${reason}'`}`;
}

/** Error code of EIP-1474 that nodes use for reverts. */
const REVERTED = 3;
