import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import type {
  BridgeDelivery,
  BridgeInfo,
  BridgesInfo,
  HyperlaneInfo,
} from "../../../../ecosystem/devnet/view/books/bridge-info.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { folder } from "../../../../ecosystem/options/ecosystem.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { pluginError } from "../../plugin-error.ts";
import { readOption } from "../session/arguments.ts";
import { hyperlaneRegistry } from "./hyperlane-registry.ts";
import { warning, type Output } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type BridgesArguments = ArgumentsOf<(typeof runningTasks)["bridges"]>;

/** `hyperchain:bridges`: where bridges of others are, and what waits on them. */
const action: NewTaskActionFunction<BridgesArguments> = (args, hre) =>
  withEcosystem(args, hre, "reads", async ({ info, output, request }) => {
    const answer = (await request("hyperchain_bridges")) as Partial<BridgesInfo>;
    const registry = readOption("registry", args.registry, folder);
    if (registry !== undefined) await writeRegistry(resolve(registry), answer.hyperlane, { info, output });
    output.result(() => {
      const { layerzero, hyperlane, ccip, superchain, trust } = answer;
      const lines = [
        ...(layerzero === undefined ? [] : bridgeLines("LayerZero V2", "endpoint id", layerzero, info)),
        ...(hyperlane === undefined ? [] : bridgeLines("Hyperlane", "domain", hyperlane, info)),
        ...(ccip === undefined ? [] : bridgeLines("CCIP", "selector", ccip, info)),
        ...(superchain === undefined ? [] : bridgeLines("the Superchain", "chain id", superchain, info)),
      ];
      if (lines.length > 0) return [...lines, trust].join("\n");
      return "the ecosystem has no bridge of others; its config names them: hyperchains: { bridges: { layerzero: {} } }";
    }, answer);
  });

/** Files for Hyperlane's own command line. */
async function writeRegistry(
  into: string,
  hyperlane: HyperlaneInfo | undefined,
  { info, output }: { readonly info: EcosystemInfo; readonly output: Output },
): Promise<void> {
  if (hyperlane === undefined)
    throw pluginError("the ecosystem has no Hyperlane; its config names it: hyperchains: { bridges: { hyperlane: {} } }");
  const { files, refused } = hyperlaneRegistry(hyperlane, info);
  for (const { path, text } of files) {
    const place = join(into, path);
    try {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text);
    } catch (error) {
      throw pluginError(
        `${place} cannot be written (${String((error as NodeJS.ErrnoException).code)}); name another folder`,
        error,
      );
    }
  }
  for (const name of refused)
    output.progress(warning(`${name} is not in the registry: Hyperlane's tools take names of a-z and 0-9 only`));
  output.progress(`wrote ${files.length} files into ${into}; 'hyperlane warp deploy --registry ${into}' takes them`);
}

function bridgeLines(
  bridge: string,
  idName: string,
  { contracts, members, leftOut, deliveries }: BridgeInfo<string, number | string>,
  info: EcosystemInfo,
): readonly string[] {
  const open = deliveries.filter(({ step }) => step !== "executed" && step !== "skipped");
  return [
    `${bridge}, at the same addresses on all members:`,
    ...Object.entries(contracts).map(([name, address]) => `  ${name.padEnd(18)} ${address}`),
    ...members.map(({ name, chainId, id }) => `  ${name} (${chainId}) has the ${idName} ${id}`),
    ...leftOut.map(({ name, reason }) => `  not on ${name}: ${reason}`),
    `${deliveries.length} messages, ${open.length} not executed`,
    ...open.map((delivery) => `  ${deliveryLine(delivery, info)}`),
  ];
}

/** Line for a delivery. The revert reason and the contract's name may come from any account. */
function deliveryLine(
  { id, sourceChainId, destinationChainId, nonce, step, reason, data }: BridgeDelivery,
  info: EcosystemInfo,
): string {
  const way = `${memberName(info, sourceChainId)} to ${memberName(info, destinationChainId)}`;
  const why = reason ?? (data === undefined ? undefined : `its receiver reverts with ${data}`);
  return printable(`${id} from ${way}, message ${nonce} of its path: ${step}${why === undefined ? "" : `; ${why}`}`);
}

export default action;
