import type { BrowserProvider, Provider, Signer } from "ethers";
import { DATA_CARRIER_CODE } from "../../../ground/abi/data-carrier-code.ts";
import { deployedContract, putContract, putDeployer } from "../../client/sending/deployed-contract.ts";
import { requestFromL1 } from "../../client/queue/ether-request.ts";
import { senderOn } from "../../client/sending/submit.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import type { World } from "../keeping/world.ts";
import { DeploymentError, deployLayer, type ArtifactSource, type ProvenVersion } from "../deployment/deploy-layer.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";
import { devnetTimes } from "../l1/new-contracts.ts";
import type { EcosystemSends } from "../l1/own-sends.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { connectInProcess, withCallsFromOutside } from "../relaying/relaying.ts";

export interface ChainBaseDependencies {
  readonly artifacts: ArtifactSource;
  readonly clock: Clock;
  /** Version that the contracts on a trusted chain get. */
  readonly trusted: () => LayerVersion;
  /** Version that the contracts on a proven chain get. */
  readonly proven: () => Promise<ProvenVersion>;
  /** Maximum cost of its deployments there. */
  readonly reserveWei: bigint;
  /** Knows the contracts on chains that earlier processes put there; undefined where nothing outlasts this one. */
  readonly world: Pick<World, "layer" | "keepLayer"> | undefined;
  /** Record of the transactions that are sent there. */
  readonly ownSends: EcosystemSends;
}

/** A chain with settlement contracts, on which other chains settle. */
export interface ChainBase extends SettlementBase {
  close(): void;
}

/**
 * The contracts on a chain whose base token is ETH: those that are kept, or new ones. The account that pays there is the one that
 * pays below it. From then on the chain takes no transaction for less than its own queue asks for gas. Rejects with
 * DeploymentError.
 */
export async function openBaseOn(
  chain: DevnetChain,
  { artifacts, clock, trusted, proven, reserveWei, world, ownSends }: ChainBaseDependencies,
): Promise<ChainBase> {
  const { chainId, name, url, base } = chain;
  askBasePrice(chain);
  // Its token contracts are strangers'.
  const eip1193 = withCallsFromOutside(chain);
  const provider: BrowserProvider = ownSends.noting(connectInProcess(chainId, eip1193));
  const funder = base.funder.connect(provider);
  try {
    const payer = await senderOn(funder, { name, chainId: Number(chainId) });
    const bringMoney = (amountWei: bigint): Promise<void> => bringCoins({ chain, funder }, amountWei, clock);
    const deploy = async (): Promise<Layer> => {
      await bringMoney(reserveWei);
      await putDeployer(payer);
      const isProven = chain.plan.proving.execution === "proven";
      const versions = isProven ? { proven: await proven() } : { trusted: trusted() };
      const { layer } = await deployLayer({ ...devnetTimes(), versions, isOnChain: true }, { signer: funder, artifacts });
      world?.keepLayer(layer, chainId);
      return layer;
    };
    const kept = world?.layer(chainId);
    const ecosystem = kept !== undefined && (await areDeployed(kept, provider)) ? kept : await deploy();
    return {
      name,
      chainId,
      url,
      provider,
      sending: provider,
      funder,
      deployer: funder,
      chain: { chainId, name },
      bringMoney,
      request: (method, params = []) => eip1193.request({ method, params }),
      ecosystem,
      carrier: () => putContract(deployedContract(DATA_CARRIER_CODE), payer),
      close: () => provider.destroy(),
    };
  } catch (error) {
    provider.destroy();
    throw error;
  }
}

/**
 * Charges a base fee on a chain with contracts, because free transactions could flood the queues and ids of the chains on
 * it.
 */
export function askBasePrice({ pipeline }: Pick<DevnetChain, "pipeline">): void {
  pipeline.raiseGasPrice(pipeline.created.configuration.l2GasPrice);
}

/** A return to a snapshot can have taken contracts back. */
export async function areDeployed({ addresses }: Layer, provider: Provider): Promise<boolean> {
  return (await provider.getCode(addresses.factory)) !== "0x";
}

/** Maximum time between two looks of the chain at its settlement layer. */
const LOOK_MS = 250;
const MOST_LOOKS = 480;

/** More than a request to a queue costs at the price of a chain on which others settle. */
const REQUEST_COST_WEI = 10n ** 16n;

/**
 * Transfers coins to the account that pays on a chain, from below, through the chain's queue. Coins that others send it
 * in the meantime are ignored. Rejects with DeploymentError.
 */
async function bringCoins(
  { chain, funder }: { readonly chain: DevnetChain; readonly funder: Signer },
  amountWei: bigint,
  clock: Clock,
): Promise<void> {
  const { chainId, name, base, pipeline } = chain;
  const to = await funder.getAddress();
  await base.bringMoney(amountWei + REQUEST_COST_WEI);
  const { canonicalTxHash } = await requestFromL1(
    base.ecosystem.addresses.factory,
    { chainId, hyperchain: pipeline.created.hyperchain, to: lowerCaseAddress(to), valueWei: amountWei },
    base.funder,
  );
  for (let look = 0; look < MOST_LOOKS; look++) {
    await pipeline.pollL1();
    const receipt = await funder.provider?.getTransactionReceipt(canonicalTxHash);
    if (receipt?.status === 1) return;
    if (receipt?.status === 0) break;
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
  throw new DeploymentError(`the contracts on ${name}`, `${to} has got no coins there in ${(MOST_LOOKS * LOOK_MS) / 1_000} s`);
}
