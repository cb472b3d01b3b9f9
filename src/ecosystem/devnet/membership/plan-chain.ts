import { Interface, ZeroAddress } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { idOnChain, layersBelow, MAX_LAYERS } from "../../../ground/protocol/chain-ancestry.ts";
import { FIRST_CHAIN_ID } from "../../options/fields/identity.ts";
import { addedChain } from "../../options/added-chain.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { check, optionName, said } from "../../options/problems.ts";
import { DevnetOptionsError, planAddedChain } from "../described/options.ts";
import type { ChainOpening } from "./open-chain.ts";

const factory = new Interface(chainFactoryAbi);

/**
 * Plan of a chain that joins the running ones: if the description names no id, the first one that L1 has not given to a
 * chain. `place` is an index that no chain had, since an operator's account serves one chain only. Rejects with
 * DevnetOptionsError, or with L1's error.
 */
export async function planChain(
  described: unknown,
  { plans: running, place }: { readonly plans: readonly ChainPlan[]; readonly place: number },
  { options, bases }: Pick<ChainOpening, "options" | "bases">,
): Promise<ChainPlan> {
  const checked = check(addedChain, described);
  if ("problems" in checked) {
    const [first] = checked.problems;
    throw new DevnetOptionsError("BadOptions", first === undefined ? "" : said(optionName(first.path) || "the chain", first));
  }
  const { chainId: given, ...rest } = checked.value;
  const parent = running.find(({ name }) => name === rest.settlesOn);
  const idOf = (number: number): number =>
    parent === undefined || layersBelow(parent.chainId) + 1 >= MAX_LAYERS
      ? FIRST_CHAIN_ID + number
      : Number(idOnChain(parent.chainId, BigInt(number + 1)));
  const planWith = (chainId: number): ChainPlan => planAddedChain({ ...rest, chainId }, place, running, options);
  // Where it may not settle, nothing is deployed there.
  if (rest.settlesOn !== undefined) planWith(given ?? idOf(running.length));
  const base = await bases.of({ settlesOn: rest.settlesOn });
  const isTaken = async (chainId: number): Promise<boolean> => {
    const data = factory.encodeFunctionData("getHyperchain", [chainId]);
    const answer = await base.provider.call({ to: base.ecosystem.addresses.factory, data });
    return factory.decodeFunctionResult("getHyperchain", answer)[0] !== ZeroAddress;
  };
  let number = 0;
  while (given === undefined && (await isTaken(idOf(number)))) number++;
  const chainId = given ?? idOf(number);
  const planned = planWith(chainId);
  if (await isTaken(chainId))
    throw new DevnetOptionsError(
      "BadOptions",
      `chainId: ${chainId} is the id of another chain on ${base.chain?.name ?? "L1"}; choose another, or leave it out`,
    );
  return planned;
}
