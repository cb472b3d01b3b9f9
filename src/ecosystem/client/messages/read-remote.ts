import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { crossChainViews } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import type { RunningEcosystem } from "../ecosystem/running-ecosystem.ts";
import { refusalInWords, refusalOf } from "../sending/submit.ts";
import { inPorter, membershipSlot } from "./remote-slot.ts";

/** A storage slot of a contract on one chain, asked of another. */
export interface RemoteReadRequest {
  /** The chain that reads. */
  readonly on: ChainName;
  /** The chain that is read. */
  readonly chain: ChainName;
  readonly contract: string;
  readonly slot: bigint;
  /** When L1 executed its batch at the earliest, seconds by L1's clock. Default: any that is kept, else the newest. */
  readonly notBefore?: bigint | undefined;
  /** Gateways (ERC-3668), which need not be trusted. Default: the chain that reads, where the ecosystem serves it. */
  readonly gateways?: readonly string[] | undefined;
}

/** Value of the slot, which the reading chain has verified. */
export interface RemoteReading {
  /** 0 also where the slot was never written. */
  readonly value: bigint;
  readonly batchNumber: bigint;
  /** Seconds by L1's clock. */
  readonly executedAt: bigint;
  /** Above the batch's number where the batch's own execution is not proven. */
  readonly provenSince: bigint;
}

/**
 * Reads a slot of a contract on another chain as `CrossChainViews.read` does for any client of ERC-3668: what is kept there, else
 * what a gateway proves. Sends nothing, and needs no other member than the chain that reads. `provider` is on that chain and may
 * look up (ethers' default). Throws ClientError Refused, or WrongPartition for a porter's account; or rejects with what the
 * gateway says.
 */
export async function readRemote(
  ecosystem: RunningEcosystem,
  request: RemoteReadRequest,
  provider: Provider,
): Promise<RemoteReading> {
  const here = findChain(ecosystem, request.on);
  const there = findChain(ecosystem, request.chain);
  const { chainId } = there;
  const served = ecosystem.chains.filter((chain) => chain.chainId === here.chainId);
  const gateways = request.gateways ?? served.map(({ url }) => `${url}/views/{sender}/{data}`);
  const contract = parseAccount(request.contract);
  const reader = { here, chainId, gateways, provider };
  const { value, batchNumber, executedAt, provenSince } = await read(reader, contract, request.slot, request.notBefore ?? 0n);
  if (value === 0n && there.porter !== undefined) {
    // The state on L1 has zeros for a porter's account. Accounts never leave a porter, so any batch that is as new shows it.
    const member = await read(reader, PREDEPLOYS.Partitions, membershipSlot(contract), executedAt);
    if (member.value !== 0n) throw inPorter(there, contract);
  }
  return { value, batchNumber, executedAt, provenSince };
}

interface RemoteReader {
  readonly here: EcosystemChain;
  readonly chainId: number;
  readonly gateways: readonly string[];
  readonly provider: Provider;
}

async function read(
  { here, chainId, gateways, provider }: RemoteReader,
  contract: Hex,
  slot: bigint,
  notBefore: bigint,
): Promise<RemoteReading> {
  const data = crossChainViews.encodeFunctionData("read", [chainId, contract, slot, notBefore, gateways]);
  const question = { to: PREDEPLOYS.CrossChainViews, data, enableCcipRead: true };
  const answer = await provider.call(question).catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const message = `${here.name} refuses it with ${refusalInWords(refusal)}`;
    throw new ClientError("Refused", message, { error: refusal.name, args: refusal.args }, { cause: error });
  });
  const [reading] = crossChainViews.decodeFunctionResult("read", answer) as unknown as [RemoteReading];
  return reading;
}
