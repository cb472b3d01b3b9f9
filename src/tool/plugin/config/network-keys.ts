import type { EdrNetworkUserConfig, HttpNetworkUserConfig } from "hardhat/types/config";

/** Gas limit of a transaction (EIP-7825), on L1 and on chains; the ecosystem's deployments use it. */
const MAX_TRANSACTION_GAS = 2n ** 24n;

/** A key that the ecosystem does not follow. */
interface RefusedKey {
  /** Reason and remedy, after the key's name. */
  readonly refused: string;
  /** True if the ecosystem behaves as the value says all the same. */
  readonly accepts?: ((value: unknown) => boolean) | undefined;
}

type Treatment = "applied" | RefusedKey;

/** Treatment of a key on networks that lead to L1, and on those that lead to a chain. */
export interface KeyRow {
  readonly l1: Treatment;
  readonly chain: Treatment;
}

/** A row for each key of Hardhat's, without that of hardhat-ethers: a new key does not compile until it has one. */
export type NetworkKeyTable<Network> = { readonly [Key in Exclude<keyof Required<Network>, "ethers">]: KeyRow };

const APPLIED: KeyRow = { l1: "applied", chain: "applied" };

/** Keys that the ecosystem's options have too: a network's value is that of its chains. */
export const RULE_KEYS = ["allowBlocksWithSameTimestamp", "allowUnlimitedContractSize"] as const;

/** Rules of L1, whatever the network's key says. */
export const L1_RULES = { [RULE_KEYS[0]]: true } as const;

function onBoth(treatment: Treatment): KeyRow {
  return { l1: treatment, chain: treatment };
}

function notOnChain(refused: string, accepts?: (value: unknown) => boolean): KeyRow {
  return { l1: "applied", chain: { refused, accepts } };
}

/** True if the ecosystem's deployments fit, which have as much gas as a transaction may have. */
function hasGasForDeployments(value: unknown): boolean {
  return value === false || (isAmount(value) && value >= MAX_TRANSACTION_GAS);
}

function isAmount(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** False if blocks are only mined on demand: the start of an ecosystem waits for its transactions. */
function minesAutomatically(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  const { auto, interval = 0 } = value as NonNullable<EdrNetworkUserConfig["mining"]>;
  return interval !== 0 || auto !== false;
}

/** Keys of networks whose ecosystem runs in this process. */
export const IN_PROCESS_KEYS: NetworkKeyTable<EdrNetworkUserConfig> = {
  type: APPLIED,
  hyperchains: APPLIED,
  connectsToChain: APPLIED,
  from: APPLIED,
  gas: APPLIED,
  gasMultiplier: APPLIED,
  gasPrice: APPLIED,
  allowBlocksWithSameTimestamp: APPLIED,
  allowUnlimitedContractSize: APPLIED,
  throwOnTransactionFailures: APPLIED,
  accounts: onBoth({
    refused:
      "is not followed: members have the development accounts; remove it, and set hyperchains.accounts.funded and .balance",
  }),
  chainType: onBoth({
    refused: 'must be "l1" or "generic", the type of all members; remove it',
    accepts: (value) => value === "l1" || value === "generic",
  }),
  hardfork: onBoth({
    refused: 'must be "osaka", for which the ecosystem\'s contracts are compiled; remove it',
    accepts: (value) => value === "osaka",
  }),
  initialDate: onBoth({
    refused: "is not followed: an ecosystem starts now; remove it, and move time by networkHelpers.time.increaseTo",
  }),
  chainId: notOnChain("is not the chain's; remove it, and set hyperchains.chains.x.chainId"),
  networkId: notOnChain("is a chain's chain id; remove it, and set hyperchains.chains.x.chainId"),
  blockGasLimit: {
    l1: {
      refused: `must be false or at least ${MAX_TRANSACTION_GAS}, the gas of the ecosystem's deployments; raise it`,
      accepts: hasGasForDeployments,
    },
    chain: { refused: "is not followed by a chain, whose blocks take any number of transactions; remove it" },
  },
  transactionGasCap: {
    l1: {
      refused: `must be false or at least ${MAX_TRANSACTION_GAS}, the gas of the ecosystem's deployments; raise it`,
      accepts: hasGasForDeployments,
    },
    chain: {
      refused: `is ${MAX_TRANSACTION_GAS} on a chain (EIP-7825); remove it`,
      accepts: (value) => isAmount(value) && BigInt(value) === MAX_TRANSACTION_GAS,
    },
  },
  coinbase: notOnChain("is not followed by a chain, whose fees its operator gets; remove it"),
  forking: notOnChain(
    'is not followed by a chain, which starts empty; remove it, or fork L1: network.create({ network: "hyperchains", override: { forking } })',
  ),
  gasEstimationMode: notOnChain('is "noInternalOutOfGas" on a chain; remove it', (value) => value === "noInternalOutOfGas"),
  initialBaseFeePerGas: notOnChain(
    "is not followed by a chain, whose base fee is 0; remove it, and set hyperchains.chains.x.fees.leastGasPriceWei",
  ),
  minGasPrice: notOnChain("is not the chain's; remove it, and set hyperchains.chains.x.fees.leastGasPriceWei"),
  loggingEnabled: notOnChain("is not followed by a chain, which prints no requests; remove it", (value) => value === false),
  mining: {
    l1: {
      refused: 'must leave L1 blocks while the ecosystem starts; remove it, and call "evm_setAutomine" afterwards',
      accepts: minesAutomatically,
    },
    chain: { refused: "is not followed by a chain; remove it, and set hyperchains.chains.x.blocks to milliseconds" },
  },
  throwOnCallFailures: notOnChain("is true on a chain; remove it", (value) => value === true),
};

/** Keys of networks whose ecosystem runs at a URL. */
export const REMOTE_KEYS: NetworkKeyTable<HttpNetworkUserConfig> = {
  type: APPLIED,
  hyperchains: APPLIED,
  connectsToChain: APPLIED,
  url: APPLIED,
  accounts: APPLIED,
  chainType: APPLIED,
  from: APPLIED,
  gas: APPLIED,
  gasMultiplier: APPLIED,
  gasPrice: APPLIED,
  httpHeaders: APPLIED,
  timeout: APPLIED,
  chainId: notOnChain("is not checked for a chain, whose id the ecosystem at the URL reports; remove it"),
};

/** Invalid keys of a network with an ecosystem. Keys that Hardhat does not have belong to other plugins. */
export function refusedKeys(network: object): readonly { readonly key: string; readonly message: string }[] {
  const { type, connectsToChain } = network as { readonly type?: unknown; readonly connectsToChain?: unknown };
  const [own, other]: readonly Readonly<Record<string, KeyRow>>[] =
    type === "http" ? [REMOTE_KEYS, IN_PROCESS_KEYS] : [IN_PROCESS_KEYS, REMOTE_KEYS];
  const place = connectsToChain === true ? "chain" : "l1";
  return Object.entries(network).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const treatment = own?.[key]?.[place];
    if (treatment === undefined && other?.[key] !== undefined)
      return [{ key, message: `does not exist on a network of type "${String(type)}"; remove it` }];
    if (treatment === undefined || treatment === "applied" || treatment.accepts?.(value) === true) return [];
    return [{ key, message: treatment.refused }];
  });
}
