import { paramsBlock } from "@ethereumjs/block";
import { createCustomCommon, Mainnet, type Common, type ParamsDict } from "@ethereumjs/common";
import { paramsEVM } from "@ethereumjs/evm";
import { paramsTx } from "@ethereumjs/tx";
import { paramsVM } from "@ethereumjs/vm";
import { createKeccak256 } from "../kernels/wasm/keccak256.ts";
import { ETHEREUM_CODE_LIMITS, type CodeLimits } from "./code-limits.ts";
import { kzg } from "./kzg.ts";
import { recoverPublicKey } from "../../ground/transaction/signature-recovery.ts";

/** ethereumjs' own constants, in the order in which a VM that runs transactions merges them. */
const PARAMETERS: readonly ParamsDict[] = [paramsTx, paramsBlock, paramsEVM, paramsVM];

/** The rules that a chain runs under: Ethereum's Osaka with the chain's own id and limits of code. */
export function chainRules(chainId: number, { runtimeBytes, initBytes }: CodeLimits = ETHEREUM_CODE_LIMITS): Common {
  const rules = createCustomCommon({ chainId, name: `chain-${chainId}` }, Mainnet, {
    hardfork: "osaka",
    customCrypto: { ecrecover: recoverPublicKey, keccak256: createKeccak256(), kzg },
  });
  mergeParametersOnce(rules);
  rules.updateParams({ 607: { maxCodeSize: runtimeBytes }, 3860: { maxInitCodeSize: initBytes } });
  return rules;
}

/** Rules with another id, for transactions to a chain's porter. */
export function withChainId(rules: Common, chainId: bigint): Common {
  return Object.assign(rules.copy(), { chainId: () => chainId });
}

/**
 * ethereumjs merges its constants into a copy of the rules for every transaction and block that it makes: a third of the
 * time that reading a transaction takes. Here they are in the rules from the start, and copies retain them.
 */
function mergeParametersOnce(rules: Common): void {
  const merge = rules.updateParams;
  for (const parameters of PARAMETERS) rules.updateParams(parameters);
  // A function that uses `this`: a copy has the same.
  rules.updateParams = function (this: Common, parameters) {
    if (!PARAMETERS.includes(parameters)) merge.call(this, parameters);
  };
}
