import { AbiCoder, concat } from "ethers";
import type { Provider, Signer } from "ethers";
import { HYPERCHAIN_NAMES_CODE } from "../abi/hyperchain-names-code.ts";
import { CREATE2_DEPLOYER } from "../protocol/create2.ts";
import type { Hex } from "../protocol/hex.ts";
import { deployedContract, isDeployed, putContract } from "./deployed-contract.ts";
import type { DeployedContract } from "./deployed-contract.ts";
import type { Ecosystem } from "./ecosystem.ts";
import { senderOn, submit } from "./submit.ts";

/** Creates the deployer on any network. No key signed it; its one sender needs 0.01 ETH. */
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";
const DEPLOYER_SENDER = { address: "0x3fab184622dc19b6109349b94811493bf2a45362", needs: 10n ** 16n };

/** Where `HyperchainNames.sol` is on an ecosystem's L1, of this version of the package. */
export function namesContract({ l1 }: Ecosystem): DeployedContract {
  return deployedContract(
    concat([HYPERCHAIN_NAMES_CODE, AbiCoder.defaultAbiCoder().encode(["address"], [l1.contracts.factory])]),
  );
}

/** Whether an ecosystem's L1 has the registry of names. */
export async function hasNames(ecosystem: Ecosystem, l1: Provider): Promise<boolean> {
  return isDeployed(namesContract(ecosystem), l1);
}

/**
 * Puts the registry of names on L1, once for the ecosystem; it has no owner. Resolves with its address, where it was there before
 * too. `signer` is on L1 and pays the gas. Throws ClientError.
 */
export async function deployNames(ecosystem: Ecosystem, signer: Signer): Promise<Hex> {
  const sender = await senderOn(signer, ecosystem.l1);
  const { provider } = sender;
  if ((await provider.getCode(CREATE2_DEPLOYER)) === "0x") {
    const { address, needs } = DEPLOYER_SENDER;
    if ((await provider.getBalance(address)) < needs) await submit(sender, { to: address, value: needs });
    await (await provider.broadcastTransaction(DEPLOYER_TRANSACTION)).wait();
  }
  return putContract(namesContract(ecosystem), sender);
}
