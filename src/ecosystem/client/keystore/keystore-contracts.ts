import type { Provider, Signer } from "ethers";
import { KEYSTORE_ACCOUNT_FACTORY_CODE } from "../../../ground/abi/keystore-account-factory-code.ts";
import { KEYSTORE_CODE } from "../../../ground/abi/keystore-code.ts";
import { PASSKEY_VERIFIER_CODE } from "../../../ground/abi/passkey-verifier-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployContract, deployedContract, isDeployed } from "../sending/deployed-contract.ts";
import type { ChainName, Ecosystem } from "../ecosystem/ecosystem.ts";

const CONTRACTS = {
  keystore: deployedContract(KEYSTORE_CODE),
  accounts: deployedContract(KEYSTORE_ACCOUNT_FACTORY_CODE),
  passkeys: deployedContract(PASSKEY_VERIFIER_CODE),
} as const;

/**
 * Addresses of the contracts of keystore accounts, equal on every chain that has them, in this version of the
 * package.
 */
export const KEYSTORE_ADDRESSES: Readonly<Record<"keystore" | "accounts" | "passkeys", Hex>> = {
  keystore: CONTRACTS.keystore.address,
  accounts: CONTRACTS.accounts.address,
  passkeys: CONTRACTS.passkeys.address,
};

/** Whether a chain has the contracts of keystore accounts. */
export async function hasKeystore(provider: Provider): Promise<boolean> {
  const found = await Promise.all(Object.values(CONTRACTS).map((contract) => isDeployed(contract, provider)));
  return found.every(Boolean);
}

/**
 * Puts the keystore, the factory of its accounts and the verifier of passkeys on a chain, once for all users; they have no owner.
 * Every chain on which an account acts needs them. Resolves with their addresses, the same on each. `signer` is on that chain and
 * pays the gas. Throws ClientError.
 */
export async function deployKeystore(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<typeof KEYSTORE_ADDRESSES> {
  for (const contract of Object.values(CONTRACTS)) await deployContract(contract, ecosystem, name, signer);
  return KEYSTORE_ADDRESSES;
}
