import type { Signer } from "ethers";

import { POOL_CONTRACTS, SHIELDED_POOL_ADDRESS } from "../client/pool/pool-contracts.ts";
import { putContract } from "../client/sending/deployed-contract.ts";
import { senderOn } from "../client/sending/submit.ts";

/**
 * Puts the shielded pool with its verifier on the signer's chain, once for all users: payers hide among the users of one
 * pool. Resolves with its address, `SHIELDED_POOL_ADDRESS`, also if the chain has it. Throws ClientError: NoContract for a
 * chain without the public's CREATE2 deployer.
 */
export async function deployShieldedPool(signer: Signer): Promise<string> {
  const chainId = Number((await signer.provider?.getNetwork())?.chainId ?? 0);
  const sender = await senderOn(signer, { name: `chain ${chainId}`, chainId });
  for (const contract of POOL_CONTRACTS) await putContract(contract, sender);
  return SHIELDED_POOL_ADDRESS;
}
