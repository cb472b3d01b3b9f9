import type { Provider } from "ethers";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { crossChainViews } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName } from "../ecosystem/ecosystem.ts";
import type { RunningEcosystem } from "../ecosystem/running-ecosystem.ts";
import { refusalInWords, refusalOf } from "../sending/submit.ts";

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

/** What the slot holds, as the chain that reads has verified it. */
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
 * look up (ethers' default). Throws ClientError Refused, or rejects with what the gateway says.
 */
export async function readRemote(
  ecosystem: RunningEcosystem,
  request: RemoteReadRequest,
  provider: Provider,
): Promise<RemoteReading> {
  const here = findChain(ecosystem, request.on);
  const { chainId } = findChain(ecosystem, request.chain);
  const served = ecosystem.chains.filter((chain) => chain.chainId === here.chainId);
  const gateways = request.gateways ?? served.map(({ url }) => `${url}/views/{sender}/{data}`);
  const args = [chainId, parseAccount(request.contract), request.slot, request.notBefore ?? 0n, gateways];
  const data = crossChainViews.encodeFunctionData("read", args);
  const question = { to: PREDEPLOYS.CrossChainViews, data, enableCcipRead: true };
  const answer = await provider.call(question).catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const message = `${here.name} refuses it with ${refusalInWords(refusal)}`;
    throw new ClientError("Refused", message, { error: refusal.name, args: refusal.args }, { cause: error });
  });
  const [read] = crossChainViews.decodeFunctionResult("read", answer) as unknown as [RemoteReading];
  const { value, batchNumber, executedAt, provenSince } = read;
  return { value, batchNumber, executedAt, provenSince };
}
