import { Transaction } from "ethers";
import type { Signer } from "ethers";
import { CREATE2_DEPLOYER } from "../../protocol/create2.ts";
import { DeploymentError } from "../l1/deploy-ecosystem.ts";
import { CREATE2_DEPLOYER_CODE } from "./singletons.ts";

/** `r` and `s` of the public deployment: no key made them, so that no one holds a key to the account that they belong to. */
const KEYLESS = `0x${"22".repeat(32)}`;
/** Returns what stands behind it: the deployer's 69 bytes. */
const INIT_PREFIX = "0x604580600e600039806000f350fe";
const GAS_PRICE = 100_000_000_000n;
const GAS_LIMIT = 100_000n;

/**
 * Puts the public's CREATE2 deployer where a chain has none, by the one transaction that can (github.com/Arachnid/
 * deterministic-deployment-proxy): any other code would be at another address. Rejects with DeploymentError.
 */
export async function putCreate2Deployer(payer: Signer): Promise<void> {
  const { provider } = payer;
  if (provider === null) throw new TypeError("the payer has no provider; connect it to the chain");
  if ((await provider.getCode(CREATE2_DEPLOYER)) !== "0x") return;
  const data = `${INIT_PREFIX}${CREATE2_DEPLOYER_CODE.slice(2)}`;
  const signature = { r: KEYLESS, s: KEYLESS, v: 27 };
  const deployment = Transaction.from({ type: 0, nonce: 0, gasPrice: GAS_PRICE, gasLimit: GAS_LIMIT, data, signature });
  await (await payer.sendTransaction({ to: deployment.from, value: GAS_PRICE * GAS_LIMIT })).wait();
  try {
    await (await provider.broadcastTransaction(deployment.serialized)).wait();
  } catch (error) {
    // Anybody can send it.
    if ((await provider.getCode(CREATE2_DEPLOYER)) !== "0x") return;
    const reason = `the chain takes no keyless transaction at ${GAS_PRICE} wei; start the ecosystem with the option singletons`;
    throw new DeploymentError("the CREATE2 deployer", reason, { cause: error });
  }
}
