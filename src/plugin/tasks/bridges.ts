import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../client/ecosystem.ts";
import type { BridgeDelivery, BridgeInfo, BridgesInfo } from "../../devnet/bridges/bridge-info.ts";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { printable } from "../../runtime/printable.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { withEcosystem } from "./session.ts";

/** `hyperchain:bridges`: where bridges of others are, and what waits on them. */
const action: NewTaskActionFunction<EcosystemArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async ({ info, output, request }) => {
    const answer = (await request("hyperchain_bridges")) as Partial<BridgesInfo>;
    output.result(() => {
      const { layerzero, hyperlane, trust } = answer;
      const lines = [
        ...(layerzero === undefined ? [] : bridgeLines("LayerZero V2", "endpoint id", layerzero, info)),
        ...(hyperlane === undefined ? [] : bridgeLines("Hyperlane", "domain", hyperlane, info)),
      ];
      if (lines.length > 0) return [...lines, trust].join("\n");
      return "the ecosystem has no bridge of others; its config names them: hyperchains: { bridges: { layerzero: {} } }";
    }, answer);
  });

function bridgeLines(
  bridge: string,
  idName: string,
  { contracts, members, leftOut, deliveries }: BridgeInfo<string>,
  info: EcosystemInfo,
): readonly string[] {
  const open = deliveries.filter(({ step }) => step !== "executed" && step !== "skipped");
  return [
    `${bridge}, at the same addresses on all members:`,
    ...Object.entries(contracts).map(([name, address]) => `  ${name.padEnd(12)} ${address}`),
    ...members.map(({ name, chainId, id }) => `  ${name} (${chainId}) has the ${idName} ${id}`),
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
