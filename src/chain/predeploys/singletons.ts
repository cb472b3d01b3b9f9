import { TypedDataEncoder } from "ethers";
import type { GenesisAccount } from "../model/genesis.ts";
import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { MULTICALL3_CODE } from "./multicall3-code.ts";
import { SINGLETONS, type SingletonName } from "./singleton-addresses.ts";
import { PERMIT2_CHAIN_ID_AT, PERMIT2_CODE, PERMIT2_DOMAIN_SEPARATOR_AT } from "./permit2-code.ts";

/**
 * CREATE2 with the first word as the salt and the rest as init code; reverts where nothing was created. In the public domain
 * (github.com/Arachnid/deterministic-deployment-proxy).
 */
const CREATE2_DEPLOYER_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/**
 * The singletons as accounts of a chain's first state, as their public deployments would leave them there. Without a chain's id
 * Permit2 has none in its code, and makes its domain from the chain's own each time: so all chains have the same code.
 */
export function singletonAccounts(chainId?: bigint): GenesisAccount[] {
  const codes: Readonly<Record<SingletonName, Hex>> = {
    create2Deployer: CREATE2_DEPLOYER_CODE,
    safeSingletonFactory: CREATE2_DEPLOYER_CODE,
    multicall3: `0x${MULTICALL3_CODE}`,
    permit2: chainId === undefined ? `0x${PERMIT2_CODE}` : permit2Code(chainId),
  };
  return Object.entries(SINGLETONS).map(([name, address]) => ({ address, nonce: 1n, code: codes[name as SingletonName] }));
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
