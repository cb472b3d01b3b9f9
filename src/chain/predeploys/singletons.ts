import type { GenesisAccount } from "../model/genesis.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { MULTICALL3_CODE } from "./multicall3-code.ts";
import { SINGLETONS, type SingletonName } from "./singleton-addresses.ts";
import { PERMIT2_CODE } from "./permit2-code.ts";

/**
 * CREATE2 with the first word as the salt and the rest as init code; reverts where nothing was created. In the public domain
 * (github.com/Arachnid/deterministic-deployment-proxy).
 */
const CREATE2_DEPLOYER_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

/**
 * The singletons as accounts of a chain's genesis. Permit2 has no chain's id in its code and computes its domain from the chain's
 * at each call, so all chains have the same code.
 */
export function singletonAccounts(): GenesisAccount[] {
  const codes: Readonly<Record<SingletonName, Hex>> = {
    create2Deployer: CREATE2_DEPLOYER_CODE,
    safeSingletonFactory: CREATE2_DEPLOYER_CODE,
    multicall3: `0x${MULTICALL3_CODE}`,
    permit2: `0x${PERMIT2_CODE}`,
  };
  return Object.entries(SINGLETONS).map(([name, address]) => ({ address, nonce: 1n, code: codes[name as SingletonName] }));
}
