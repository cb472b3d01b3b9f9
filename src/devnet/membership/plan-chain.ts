import { Interface, ZeroAddress } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
import { FIRST_CHAIN_ID } from "../../options/chain.ts";
import { addedChain } from "../../options/config.ts";
import { check, optionName, said } from "../../options/problems.ts";
import { DevnetOptionsError, planAddedChain } from "../options.ts";
import type { ChainPlan } from "../options.ts";
import { chainOptions } from "./configured-chain.ts";
import type { ChainOpening } from "./open-chain.ts";

const factory = new Interface(chainFactoryAbi);

/**
 * What a description means beside the chains that run: where it names no id, the first one that L1 has not given to a chain.
 * `place` is one that no chain had, since an operator's account serves one chain only.
 * Rejects with DevnetOptionsError, or with L1's error.
 */
export async function planChain(
  described: unknown,
  { plans: running, place }: { readonly plans: readonly ChainPlan[]; readonly place: number },
  { options, layer, ecosystem }: Pick<ChainOpening, "options" | "layer" | "ecosystem">,
): Promise<ChainPlan> {
  const isTaken = async (chainId: number): Promise<boolean> => {
    const data = factory.encodeFunctionData("getHyperchain", [chainId]);
    const answer = await layer.l1.provider.call({ to: ecosystem.addresses.factory, data });
    return factory.decodeFunctionResult("getHyperchain", answer)[0] !== ZeroAddress;
  };
  const firstFree = async (): Promise<number> => {
    let chainId = FIRST_CHAIN_ID;
    while (await isTaken(chainId)) chainId++;
    return chainId;
  };
  const checked = check(addedChain, described);
  if ("problems" in checked) {
    const [first] = checked.problems;
    throw new DevnetOptionsError("BadOptions", first === undefined ? "" : said(optionName(first.path) || "the chain", first));
  }
  const { chainId = await firstFree(), ...rest } = checked.value;
  const planned = planAddedChain(chainOptions({ ...rest, chainId }, options.chainDefaults), place, running, options);
  if (await isTaken(chainId))
    throw new DevnetOptionsError(
      "BadOptions",
      `chainId: ${chainId} is the id of another chain on L1; choose another, or leave it out`,
    );
  return planned;
}
