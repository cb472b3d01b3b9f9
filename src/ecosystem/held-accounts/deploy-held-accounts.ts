import type { Signer } from "ethers";
import { HELD_ACCOUNTS_CODE } from "../../ground/abi/held-accounts-code.ts";
import type { ChainName, Ecosystem } from "../client/ecosystem/ecosystem.ts";
import { deployContract, deployedContract } from "../client/sending/deployed-contract.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/**
 * Deploys the contract `HeldAccounts` on a chain, once for all users; it has no owner. Resolves with its address, also if the
 * chain has it. `signer` is on that chain and pays the gas. Rejects with ClientError.
 */
export async function deployHeldAccounts(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  return deployContract(deployedContract(HELD_ACCOUNTS_CODE), ecosystem, name, signer);
}
