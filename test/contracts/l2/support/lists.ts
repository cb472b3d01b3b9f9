import { Interface } from "ethers";
import hre from "hardhat";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import type { SimulatedChain } from "./ecosystem.ts";

/** A list that a batch sent, with its entries in order. */
export interface SentList {
  readonly destinationChainId: bigint;
  readonly messageHash: Hex;
  readonly number: bigint;
  readonly entries: readonly Hex[];
}

const readUpTo = new WeakMap<SimulatedChain, number>();

/** The lists that a chain has sent since the last call, by the router's events alone. */
export async function takeLists(chain: SimulatedChain): Promise<readonly SentList[]> {
  const abi = new Interface((await hre.artifacts.readArtifact("L2AssetRouter")).abi);
  const fromBlock = (readUpTo.get(chain) ?? -1) + 1;
  const toBlock = await chain.ethers.provider.getBlockNumber();
  readUpTo.set(chain, toBlock);
  const logs = await chain.ethers.provider.getLogs({ address: PREDEPLOYS.L2AssetRouter, fromBlock, toBlock });
  const events = logs.map((log) => abi.parseLog(log)).filter((event) => event !== null);
  const sent: SentList[] = [];
  const entries = new Map<string, Hex[]>();
  for (const { name, args } of events) {
    const list = String(args["list"] ?? "");
    if (name === "TransferListed") {
      entries.set(list, [...(entries.get(list) ?? []), args["entry"] as Hex]);
    } else if (name === "ListSent") {
      const number = args["number"] as bigint;
      const [destinationChainId, messageHash] = [args["destinationChainId"] as bigint, args["messageHash"] as Hex];
      sent.push({ destinationChainId, messageHash, number, entries: entries.get(list) ?? [] });
    }
  }
  return sent;
}
