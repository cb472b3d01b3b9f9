import { EnvironmentError } from "../../../chain/environment/environment-error.ts";

/** A request of JSON-RPC. */
interface EnvironmentRequest {
  readonly method: string;
}

/**
 * Answers JSON-RPC for a chain with an execution environment: its id alone. Throws EnvironmentError for every other method,
 * because Ethereum's methods describe accounts, blocks and calls of an EVM.
 */
export function answerRequest(chainId: bigint, { method }: EnvironmentRequest): unknown {
  if (method === "eth_chainId") return `0x${chainId.toString(16)}`;
  if (method === "net_version") return String(chainId);
  throw new EnvironmentError(
    "NeedsEvm",
    `${method} describes a chain with an EVM, and chain ${chainId} has another environment; ask the environment's own interface`,
  );
}
