import { TypedDataEncoder } from "ethers";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { hexQuantity, wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { LocalL1 } from "../l1/local-l1.ts";
import { MULTICALL3_CODE } from "./multicall3-code.ts";
import { SINGLETONS } from "./singleton-addresses.ts";
import type { SingletonName } from "./singleton-addresses.ts";
import { PERMIT2_CHAIN_ID_AT, PERMIT2_CODE, PERMIT2_DOMAIN_SEPARATOR_AT } from "./permit2-code.ts";

/**
 * CREATE2 with the first word as the salt and the rest as init code; reverts where nothing was created. In the public domain
 * (github.com/Arachnid/deterministic-deployment-proxy).
 */
const CREATE2_DEPLOYER_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/** The singletons as accounts of a chain's first state, as their public deployments would leave them there. */
export function singletonAccounts(chainId: bigint): GenesisAccount[] {
  const codes: Readonly<Record<SingletonName, Hex>> = {
    create2Deployer: CREATE2_DEPLOYER_CODE,
    safeSingletonFactory: CREATE2_DEPLOYER_CODE,
    multicall3: `0x${MULTICALL3_CODE}`,
    permit2: permit2Code(chainId),
  };
  return Object.entries(SINGLETONS).map(([name, address]) => ({ address, nonce: 1n, code: codes[name as SingletonName] }));
}

/** Puts those that are missing on a development L1. */
export async function putSingletons({ chainId, request }: Pick<LocalL1, "chainId" | "request">): Promise<void> {
  for (const { address, nonce, code } of singletonAccounts(chainId)) {
    if ((await request("eth_getCode", [address, "latest"])) !== "0x") continue;
    await request("hardhat_setCode", [address, code]);
    await request("hardhat_setNonce", [address, hexQuantity(nonce ?? 1n)]);
  }
}

function permit2Code(chainId: bigint): Hex {
  const separator = TypedDataEncoder.hashDomain({ name: "Permit2", chainId, verifyingContract: SINGLETONS.permit2 });
  const withChainId = withWord(PERMIT2_CODE, PERMIT2_CHAIN_ID_AT, wordToHex(chainId));
  return `0x${withWord(withChainId, PERMIT2_DOMAIN_SEPARATOR_AT, separator as Hex)}`;
}

/** The code, in digits, with a word in place of its bytes from there on. */
function withWord(code: string, at: number, word: Hex): string {
  return `${code.slice(0, 2 * at)}${word.slice(2)}${code.slice(2 * at + 64)}`;
}
