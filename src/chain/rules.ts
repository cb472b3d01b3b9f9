import { createCustomCommon, Mainnet } from "@ethereumjs/common";
import type { Common } from "@ethereumjs/common";
import { kzg } from "./kzg.ts";
import { recoverPublicKey } from "./signature-recovery.ts";

/** The rules that a chain runs under: Ethereum's Osaka with the chain's own id. */
export function chainRules(chainId: number): Common {
  return createCustomCommon({ chainId, name: `chain-${chainId}` }, Mainnet, {
    hardfork: "osaka",
    customCrypto: { ecrecover: recoverPublicKey, kzg },
  });
}
