import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import type { DevnetChain } from "./served-chain.ts";

/**
 * The ecosystem has no chain of that id or name.
 * Remedy: use an id or a name that `hyperchain_info` lists.
 */
export class UnknownChainError extends HyperchainError<"UnknownChain"> {
  override readonly name = "UnknownChainError";

  constructor(requestedChain: string, chains: readonly Pick<DevnetChain, "chainId" | "name">[]) {
    super(
      "UnknownChain",
      `there is no chain ${requestedChain}; there are ${chains.map(({ chainId, name }) => `${name} (${chainId})`).join(", ")}`,
    );
  }
}
