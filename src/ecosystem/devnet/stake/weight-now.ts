import { Interface, type Provider } from "ethers";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";

const registryInterface = new Interface(stakeRegistryAbi);

interface StakedService {
  readonly registry: Hex;
  readonly service: Hex;
  readonly key: Hex;
}

/**
 * Stake of a key with what the newest block changed. A node without pending blocks answers as of the second before that block.
 * Rejects with L1's error.
 */
export async function weightNow(
  l1: Pick<Provider, "call">,
  { registry, service, key }: StakedService,
  newest: { readonly timestamp: number },
): Promise<bigint> {
  const call = { to: registry, contract: registryInterface, name: "weightAt" };
  const at = (timestamp: number) => [service, key, timestamp];
  const weight = await askContract(l1, { ...call, args: at(newest.timestamp), block: "pending" }).catch(() =>
    askContract(l1, { ...call, args: at(newest.timestamp - 1) }),
  );
  return weight as bigint;
}
