import { readFileSync } from "node:fs";
import { HardhatPluginError } from "hardhat/plugins";
import type { AskL1 } from "../../../ecosystem/devnet/l1/past/read-change.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { callJsonRpc } from "../discovery/json-rpc.ts";
import { pluginError } from "../plugin-error.ts";
import { isGeth, readGethNode } from "./geth-node.ts";
import { isHardhatNode, readHardhatNode, type NodeState } from "./hardhat-node.ts";
import { planImport, type ImportPlan } from "./import-state.ts";
import { readImportedState } from "./imported-state.ts";

/** State of a source for a chain. */
interface SourceState extends Pick<ImportPlan, "accounts" | "leftOut"> {
  /** Warnings for users of the chain. */
  readonly warnings: readonly string[];
}

/**
 * The accounts of a file or of a running node (anvil, geth or Hardhat's), for a chain with this id, where that is known.
 * Throws a plugin error for a source that cannot be read, for contracts where chains have the protocol's, and for accounts
 * with storage alone.
 */
export async function readSource(
  source: string,
  chain: { readonly name: string; readonly chainId?: number | undefined },
): Promise<SourceState> {
  const { gap, ...state } = await stateOf(source);
  const { accounts, leftOut, conflicts, bare } = planImport(state.accounts);
  if (conflicts.length > 0) {
    throw pluginError(
      `${source} has contracts where ${chain.name} has the protocol's, below 0x30000: ${conflicts.join(", ")}; remove them from it`,
    );
  }
  if (bare.length > 0) {
    throw pluginError(
      `${source} has accounts with storage and neither code nor nonce, as no transaction leaves one: ${bare.join(", ")}; give each a nonce there (hardhat_setNonce), or remove them from it`,
    );
  }
  const warnings = gap === undefined ? [] : [gap];
  if (state.chainId !== undefined && chain.chainId !== undefined && state.chainId !== BigInt(chain.chainId)) {
    const why = "contracts that keep the id, for signatures by EIP-712 say, refuse what is signed for the new one";
    warnings.push(`it is of chain ${state.chainId}, and ${chain.name} is ${chain.chainId}: ${why}`);
  }
  return { accounts, leftOut, warnings };
}

async function stateOf(source: string): Promise<Pick<NodeState, "chainId" | "accounts"> & { readonly gap?: string | undefined }> {
  if (/^https?:\/\//.test(source)) {
    const ask: AskL1 = (method, ...params) => callJsonRpc(source, method, params);
    if (await isHardhatNode(ask)) return readHardhatNode(source, ask);
    if (await isGeth(ask))
      return readGethNode(source, ask).catch((error: unknown) => {
        throw error instanceof HardhatPluginError
          ? error
          : pluginError(
              `${source} does not tell its accounts (${reasonOf(error)}); start geth with --http.api eth,web3,debug`,
              error,
            );
      });
    const state = await ask("anvil_dumpState").catch((error: unknown) => {
      throw pluginError(
        `${source} does not tell its state by anvil_dumpState (${reasonOf(error)}); of another node than anvil, geth or Hardhat's give a file: its genesis, or what geth dump wrote`,
        error,
      );
    });
    return readImportedState(String(state), source);
  }
  try {
    return readImportedState(readFileSync(source, "utf8"), source);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
    throw pluginError(`${source} cannot be read: ${reasonOf(error)}`, error);
  }
}
