import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { layerName } from "../../../../ecosystem/devnet/view/books/layer-name.ts";
import { readNumber } from "../session/arguments.ts";
import { L1_BLOCK, withChainOnL1 } from "./chain-on-l1.ts";
import { strong, toJson } from "../session/output.ts";
import { rebuildNamed } from "./rebuild-named.ts";
import { rebuiltProof } from "./rebuilt-proof.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ProveArguments = ArgumentsOf<(typeof fromL1Tasks)["prove"]>;

/** `hyperchain:prove`: what contracts on L1 take as proof of something on a chain, from L1's data alone. */
const action: NewTaskActionFunction<ProveArguments> = (args, hre) =>
  withChainOnL1(args, hre, "reads", async (chain) => {
    const fromBlock = readNumber("fromBlock", args.fromBlock, L1_BLOCK);
    const reconstruction = await rebuildNamed(
      chain,
      { confirmations: 1, ...(fromBlock === undefined ? {} : { fromBlock }) },
      hre,
    );
    const { chainId } = reconstruction.contract.configuration;
    const layer = layerName(chainId);
    const proven = rebuiltProof(reconstruction, args.what, args.token);
    chain.output.result(
      () =>
        `${strong(`proof of the ${proven.kind} on chain ${chainId}, for ${proven.takenBy} on ${layer}`)}\n${toJson(proven.proof)}`,
      { chainId, ...proven },
    );
  });

export default action;
