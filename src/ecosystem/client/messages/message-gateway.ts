import { AbiCoder } from "ethers";
import { L2_MESSAGE_GATEWAY_CODE } from "../../../ground/abi/l2-message-gateway-code.ts";
import { MESSAGE_GATEWAY_CODE } from "../../../ground/abi/message-gateway-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployedContract, putOnLayer, type DeployedContract } from "../sending/deployed-contract.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, type SignerOf } from "../sending/submit.ts";

/**
 * Endpoints of the ERC-7786 gateway between a chain and its settlement layer; contracts use the endpoint on
 * their chain.
 */
export interface MessageGateways {
  /** `MessageGateway.sol`, on L1 or on the chain on which this one settles. */
  readonly onL1: Hex;
  /** `L2MessageGateway.sol`, on the chain; at one address of all that settle on the same. */
  readonly onChain: Hex;
}

/**
 * Addresses of the gateway's endpoints for a chain, in this version of the package. Throws ClientError
 * UnknownChain.
 */
export function messageGateways(all: Ecosystem, chain: ChainName): MessageGateways {
  return gatewaysOf(ecosystemOf(all, findChain(all, chain)).l1.contracts.factory);
}

/** Likewise for all chains of a factory. */
export function gatewaysOf(factory: Hex): MessageGateways {
  const { onL1, onChain } = gatewayContracts(factory);
  return { onL1: onL1.address, onChain: onChain.address };
}

/** The end on chains of the gateway whose end on L1 is here. */
export function chainEndOf(onL1: Hex): Hex {
  return created(L2_MESSAGE_GATEWAY_CODE, onL1).address;
}

/**
 * Puts both ends of a chain's gateway where they are missing, once for all users. Resolves with their addresses. `signerOf`
 * gives an account on L1 and one on the chain, by chain id; each pays its gas, and 0.01 coins where the public's deployer is
 * missing. Throws ClientError.
 */
export async function deployMessageGateways(all: Ecosystem, name: ChainName, signerOf: SignerOf): Promise<MessageGateways> {
  const chain = findChain(all, name);
  const { l1 } = ecosystemOf(all, chain);
  const { onL1, onChain } = gatewayContracts(l1.contracts.factory);
  return {
    onL1: await putOnLayer(onL1, await senderOn(await signerOf(l1.chainId), l1)),
    onChain: await putOnLayer(onChain, await senderOn(await signerOf(chain.chainId), chain)),
  };
}

/** Both ends of the gateways of a factory's chains. */
export function gatewayContracts(factory: Hex): { readonly onL1: DeployedContract; readonly onChain: DeployedContract } {
  const onL1 = created(MESSAGE_GATEWAY_CODE, factory);
  return { onL1, onChain: created(L2_MESSAGE_GATEWAY_CODE, onL1.address) };
}

function created(code: string, argument: Hex): DeployedContract {
  // Joined as texts: ethers does it byte by byte.
  return deployedContract(code + AbiCoder.defaultAbiCoder().encode(["address"], [argument]).slice(2));
}
