import { Interface } from "ethers";
import type { Signer } from "ethers";
import { transactionRootRegistryAbi } from "../abi/transaction-root-registry.ts";
import type { Hex } from "../protocol/hex.ts";
import { bridge } from "./contract-interfaces.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem, EcosystemChain } from "./ecosystem.ts";
import { queuedRequest } from "./l1-request.ts";
import { senderOn, submit } from "./submit.ts";
import type { Sender } from "./submit.ts";

const registry = new Interface(transactionRootRegistryAbi);

/**
 * Has L1 say that a chain executed nothing until now: what shows, of a silent chain, that a leg is missing. Anyone may, an hour
 * after the chain's last batch or mark. `signer` is on L1. Throws ClientError.
 */
export async function markChain(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  const sender = await senderOn(signer, ecosystem.l1);
  const data = registry.encodeFunctionData("mark", [findChain(ecosystem, name).chainId]);
  return (await submit(sender, { to: ecosystem.l1.contracts.roots, data })).hash as Hex;
}

/**
 * Has L1's queue bring a chain the newest root of the registry, which it must take: where no other chain says anything.
 * Resolves with the hash of the chain's transaction that will record the root. `signer` is on L1. Throws ClientError.
 */
export async function bringRoot(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  const sender = await senderOn(signer, ecosystem.l1);
  const data = registry.encodeFunctionData("latestRootIndex");
  const newest = BigInt(await sender.provider.call({ to: ecosystem.l1.contracts.roots, data }));
  return sendRoot(ecosystem, findChain(ecosystem, name), newest, sender);
}

/** Resolves with the hash of the transaction that will record the root. */
export async function sendRoot(ecosystem: Ecosystem, chain: EcosystemChain, rootIndex: bigint, sender: Sender): Promise<Hex> {
  const data = bridge.encodeFunctionData("sendRoot", [chain.chainId, rootIndex]);
  const receipt = await submit(sender, { to: ecosystem.l1.contracts.bridge, data });
  return queuedRequest(receipt, chain.hyperchain).canonicalTxHash;
}
