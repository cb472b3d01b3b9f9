import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../client/ecosystem.ts";
import type { BridgeDelivery, BridgesInfo, LayerZeroInfo } from "../../devnet/bridges/bridge-info.ts";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { printable } from "../../runtime/printable.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { withEcosystem } from "./session.ts";

/** `hyperchain:bridges`: where bridges of others are, and what waits on them. */
const action: NewTaskActionFunction<EcosystemArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async ({ info, output, request }) => {
    const answer = (await request("hyperchain_bridges")) as Partial<BridgesInfo>;
    output.result(() => {
      const { layerzero, trust } = answer;
      if (layerzero === undefined)
        return "the ecosystem has no bridge of others; its config names them: hyperchains: { bridges: { layerzero: {} } }";
      return [...layerZeroLines(layerzero, info), trust].join("\n");
    }, answer);
  });

function layerZeroLines({ contracts, members, leftOut, deliveries }: LayerZeroInfo, info: EcosystemInfo): readonly string[] {
  const open = deliveries.filter(({ step }) => step !== "executed" && step !== "skipped");
  return [
    "LayerZero V2, at the same addresses on all members:",
    ...Object.entries(contracts).map(([name, address]) => `  ${name.padEnd(10)} ${address}`),
    ...members.map(({ name, chainId, id }) => `  ${name} (${chainId}) has the endpoint id ${id}`),
    ...leftOut.map(({ name, reason }) => `  not on ${name}: ${reason}`),
    `${deliveries.length} messages, ${open.length} not executed`,
    ...open.map((delivery) => `  ${deliveryLine(delivery, info)}`),
  ];
}

/** What a contract reverted with, or is called, is a stranger's. */
function deliveryLine(
  { id, sourceChainId, destinationChainId, nonce, step, reason, data }: BridgeDelivery,
  info: EcosystemInfo,
): string {
  const way = `${memberName(info, sourceChainId)} to ${memberName(info, destinationChainId)}`;
  const why = reason ?? (data === undefined ? undefined : `its receiver reverts with ${data}`);
  return printable(`${id} from ${way}, message ${nonce} of its path: ${step}${why === undefined ? "" : `; ${why}`}`);
}

export default action;
