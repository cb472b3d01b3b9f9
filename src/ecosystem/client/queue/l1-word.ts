import { Interface, type Signer } from "ethers";
import { transactionRootRegistryAbi } from "../../../ground/abi/transaction-root-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { bridge } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { queuedRequest } from "./l1-request.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";

const registry = new Interface(transactionRootRegistryAbi);

/**
 * Marks on L1 that a chain executed nothing until now. For a silent chain, the mark shows that a leg is
 * missing. Anyone may mark, an hour after the chain's last batch or mark. `signer` is on L1, or on the
 * chain's settlement layer. Throws ClientError.
 */
export async function markChain(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  const chain = findChain(ecosystem, name);
  const { l1 } = ecosystemOf(ecosystem, chain);
  const sender = await senderOn(signer, l1);
  const data = registry.encodeFunctionData("mark", [chain.chainId]);
  return (await submit(sender, { to: l1.contracts.roots, data })).hash as Hex;
}

/**
 * Imports the newest root of the registry on a chain through L1's queue, which the chain must accept even if
 * no other chain responds. Resolves with the hash of the chain's transaction that will record the root.
 * `signer` is on L1, or on the chain's settlement layer, which has its registry and queue. Throws
 * ClientError.
 */
export async function bringRoot(all: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  const chain = findChain(all, name);
  const ecosystem = ecosystemOf(all, chain);
  const sender = await senderOn(signer, ecosystem.l1);
  const data = registry.encodeFunctionData("latestRootIndex");
  const newest = BigInt(await sender.provider.call({ to: ecosystem.l1.contracts.roots, data }));
  return sendRoot(ecosystem, chain, newest, sender);
}

/** Resolves with the hash of the transaction that will record the root. */
export async function sendRoot(ecosystem: Ecosystem, chain: EcosystemChain, rootIndex: bigint, sender: Sender): Promise<Hex> {
  const data = bridge.encodeFunctionData("sendRoot", [chain.chainId, rootIndex]);
  const receipt = await submit(sender, { to: ecosystem.l1.contracts.bridge, data });
  return queuedRequest(receipt, chain.hyperchain).canonicalTxHash;
}
