import { formatEther, formatUnits, type Signer } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { createDevelopmentAccounts } from "../../../../ecosystem/devnet/accounts/accounts.ts";
import {
  addingOf,
  deployLayer,
  type DeployedLayer,
  type LayerOptions,
} from "../../../../ecosystem/devnet/deployment/deploy-layer.ts";
import { versionOf } from "../../../../ecosystem/devnet/l1/version-of.ts";
import { trustedVersion } from "../../../../ecosystem/devnet/l1/new-contracts.ts";
import { connectInProcess } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { ENGINE_NETWORK } from "../../config/engine-network.ts";
import { MEMBER_NETWORK } from "../../connection/networks.ts";
import { bundledArtifact } from "../../contract-artifacts.ts";
import { pluginError } from "../../plugin-error.ts";
import { packageGenesis } from "../../protocol-genesis.ts";
import { readNumber } from "../session/arguments.ts";
import { deployedGovernance } from "./deployed-governance.ts";
import { createOutput, strong, table } from "../session/output.ts";
import { explained } from "../session/task-error.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type DeployArguments = ArgumentsOf<(typeof runningTasks)["deploy"]>;

/** Five blocks of Ethereum: an announcement that answers a creation in the mempool comes too late. */
const REVEAL_DELAY_SECONDS = 60;
/** On devnets, whose tests move L1's time, it is 0. */
const RECOVERY_SECONDS = 3_600n;
const RETIREMENT_NOTICE = wholeNumber(0, 2 ** 32, 2_592_000);
/** An announcement lasts a day. */
const REVEAL_DELAY = wholeNumber(0, 43_200, REVEAL_DELAY_SECONDS);

/** Price of a deployment on the network. */
interface Cost {
  readonly gas: bigint;
  readonly gasPriceWei: bigint;
  readonly wei: bigint;
}

/** Networks of the config that outlive the task; the others exist in its own process only. */
function reachable({ config }: HardhatRuntimeEnvironment): string {
  return Object.entries(config.networks)
    .filter(([name, { type }]) => type === "http" && name !== MEMBER_NETWORK)
    .map(([name]) => name)
    .join(", ");
}

/** `hyperchain:deploy`: everything that chains share, onto any EVM network of the config. */
const action: NewTaskActionFunction<DeployArguments> = async (args, hre) => {
  const output = createOutput(args.json);
  const { network } = hre.globalOptions;
  if (network === undefined)
    throw pluginError(`say where: npx hardhat --network <name> hyperchain:deploy; the config has ${reachable(hre)}`);
  if (hre.config.networks[network] === undefined)
    throw pluginError(`the config has no network "${network}"; it has ${reachable(hre)}`);
  const connection = await hre.network.create(network).catch((error: unknown) => {
    throw explained(error);
  });
  try {
    const options = await optionsOf(args, hre);
    const [chainId, [account]] = (await Promise.all([
      connection.provider.request({ method: "eth_chainId" }),
      connection.provider.request({ method: "eth_accounts" }),
    ])) as [string, readonly string[]];
    if (account === undefined)
      throw pluginError(
        `network ${network} has no account to deploy from; give it one with networks.${network}.accounts in the config`,
      );
    output.progress(`rehearsing in memory…`);
    const rehearsed = await rehearse(options, hre);
    const provider = connectInProcess(BigInt(chainId), connection.provider);
    try {
      const signer = await provider.getSigner(account);
      const cost = await costOf(rehearsed, signer);
      const balance = await provider.getBalance(account);
      const price = `${cost.gas.toLocaleString("en")} gas at ${formatUnits(cost.gasPriceWei, "gwei")} gwei: ${formatEther(cost.wei)} ETH`;
      output.progress(
        `${network} (chain id ${BigInt(chainId)}), from ${account}, which has ${formatEther(balance)} ETH; it takes ${price}`,
      );
      if (args.dryRun) {
        output.result(() => `nothing was deployed; it would take ${price}`, {
          network,
          chainId: Number(chainId),
          account,
          deployed: false,
          cost,
        });
        return;
      }
      if (balance < cost.wei)
        throw pluginError(
          `${account} has ${formatEther(balance)} ETH on ${network}, and the deployment takes ${price}; send it more first`,
        );
      output.progress(
        `deploying ${Object.keys(rehearsed.layer.addresses).length} contracts, in ${rehearsed.gasUsed.size} transactions…`,
      );
      const deployed = await deployLayer(options, { signer, artifacts: bundledArtifact });
      output.result(() => text(network, deployed), {
        network,
        chainId: Number(chainId),
        account,
        deployed: true,
        ...json(deployed),
      });
    } finally {
      provider.destroy();
    }
  } catch (error) {
    throw explained(error);
  } finally {
    await connection.close();
  }
};

async function optionsOf(args: DeployArguments, { config, userConfig }: HardhatRuntimeEnvironment): Promise<LayerOptions> {
  const { governance } = args;
  const seconds = readNumber("revealDelay", args.revealDelay, REVEAL_DELAY) ?? REVEAL_DELAY_SECONDS;
  return {
    versions: { trusted: trustedVersion(await packageGenesis(), "stark")() },
    revealDelaySeconds: BigInt(seconds),
    recoverySeconds: RECOVERY_SECONDS,
    ...deployedGovernance(config.hyperchains.governance, userConfig.hyperchains?.governance, {
      account: governance === undefined ? undefined : parseAccount(governance),
      retirementNotice: readNumber("retirementNotice", args.retirementNotice, RETIREMENT_NOTICE),
    }),
  };
}

/** Rehearses the deployment in memory: this measures the gas, and detects a failure before any payment. */
async function rehearse(options: LayerOptions, hre: HardhatRuntimeEnvironment): Promise<DeployedLayer> {
  const connection = await hre.network.create({ network: ENGINE_NETWORK, chainType: "l1" });
  const provider = connectInProcess(
    BigInt((await connection.provider.request({ method: "eth_chainId" })) as string),
    connection.provider,
  );
  try {
    return await deployLayer(options, {
      signer: createDevelopmentAccounts().wallet(0).connect(provider),
      artifacts: bundledArtifact,
    });
  } finally {
    provider.destroy();
    await connection.close();
  }
}

async function costOf({ gasUsed }: DeployedLayer, signer: Signer): Promise<Cost> {
  const fees = await signer.provider?.getFeeData();
  const gasPriceWei = fees?.gasPrice ?? fees?.maxFeePerGas ?? 0n;
  const gas = [...gasUsed.values()].reduce((sum, each) => sum + each, 0n);
  return { gas, gasPriceWei, wei: gas * gasPriceWei };
}

function json({ layer, gasUsed }: DeployedLayer): object {
  const { addresses: contracts, fromBlock } = layer;
  return { contracts, version: versionOf(layer, "trusted"), fromBlock, gasUsed: Object.fromEntries(gasUsed) };
}

function text(network: string, { layer, gasUsed }: DeployedLayer): string {
  const { addresses, fromBlock } = layer;
  const total = [...gasUsed.values()].reduce((sum, each) => sum + each, 0n);
  const { protocolVersion, genesisStateRoot, genesisLeafCount } = versionOf(layer, "trusted");
  return [
    strong(`deployed on ${network}, from block ${fromBlock}, with ${total.toLocaleString("en")} gas`),
    table(Object.entries(addresses).map(([name, address]) => [name, address])),
    gasUsed.has(addingOf(protocolVersion))
      ? `protocol version ${versionInWords(protocolVersion)}, genesis root ${genesisStateRoot}`
      : `governance must still add protocol version ${versionInWords(protocolVersion)} with genesis root ${genesisStateRoot} and ${genesisLeafCount} leaves to ${addresses.verifiers}`,
  ].join("\n");
}

export default action;
