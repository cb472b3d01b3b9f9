import type { Clock } from "../../../ground/runtime/clock.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../accounts/accounts.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { fundOperator } from "../chains/funding.ts";
import type { World } from "../keeping/world.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import type { EcosystemInfo } from "../view/books/ecosystem-info.ts";
import type { CompleteOptions } from "../described/options.ts";
import { confirmationsOn } from "./open-chain.ts";
import { contractsOfStake } from "../stake/contracts.ts";
import { stakeInfo, type StakeState } from "../stake/stake-info.ts";
import { WatcherProcess } from "../stake/watcher-process.ts";

/** Time between two polls of the watcher. */
const POLL_MS = 500;

interface StakesOpening {
  readonly options: Pick<CompleteOptions, "stake" | "l1">;
  readonly onL1: SettlementBase;
  readonly layer: SettlementLayer;
  readonly world: Pick<World, "rewinds" | "keepRewinds" | "watcherFile"> | undefined;
  readonly clock: Clock;
  /** Information of the ecosystem without its stake. */
  readonly info: () => EcosystemInfo;
  readonly chains: () => readonly DevnetChain[];
}

/** Stake of a running ecosystem. */
interface OpenStakes {
  /** The layer's snapshots, whose returns the watcher learns of before any key signs again. */
  readonly snapshots: SettlementLayer["snapshots"];
  readonly info: () => EcosystemInfo;
}

/** Starts the watcher of an ecosystem whose keys are staked. Rejects with L1's error. */
export async function openStakes(
  { options, onL1, layer, world, clock, info, chains: running }: StakesOpening,
  closing: Disposer,
): Promise<OpenStakes> {
  const { stake: terms } = options;
  const contracts = contractsOfStake(onL1.ecosystem);
  if (terms === undefined || contracts === undefined) return { snapshots: (chains, gate) => layer.snapshots(chains, gate), info };
  const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.stakeWatcher).connect(onL1.sending);
  await fundOperator(wallet, onL1, layer.operatorFundingWei);
  const fixed = {
    ...contracts,
    unbondingSeconds: terms.unbondingSeconds,
    watcher: lowerCaseAddress(wallet.address),
  };
  let state: Omit<StakeState, "pid"> = {
    keys: [],
    slashes: [],
    trouble: undefined,
    readUpTo: undefined,
    rewinds: world?.rewinds ?? { count: 0, blockNumber: -1 },
  };
  const watcher = new WatcherProcess(
    {
      l1Url: onL1.url,
      settlementChainId: onL1.chainId,
      ...contracts,
      fromBlock: onL1.ecosystem.fromBlock,
      confirmations: confirmationsOn(onL1, options.l1),
      key: wallet.privateKey as `0x${string}`,
      pollMs: POLL_MS,
      file: world?.watcherFile,
    },
    {
      clock,
      rewinds: () => state.rewinds,
      votes: () =>
        running().flatMap(({ chainId, pipeline: { nodes } }) => (nodes?.evidence ?? []).map((pair) => ({ chainId, ...pair }))),
      onEvent: (event) => {
        if (event.type === "read") state = { ...state, readUpTo: event.blockNumber };
        if (event.type === "stakes") state = { ...state, keys: event.keys, slashes: event.slashes };
      },
      onTrouble: (trouble) => {
        state = { ...state, trouble };
      },
    },
  );
  closing.add(() => watcher.close());
  const noteRewind = async (): Promise<void> => {
    const rewinds = { count: state.rewinds.count + 1, blockNumber: await onL1.provider.getBlockNumber() };
    world?.keepRewinds(rewinds);
    state = { ...state, rewinds };
  };
  return {
    snapshots: (chains, gate) =>
      layer.snapshots(
        {
          ...chains,
          async returnTo(members) {
            await chains.returnTo?.(members);
            await noteRewind();
          },
        },
        gate,
      ),
    info: () => ({ ...info(), stake: stakeInfo(fixed, { ...state, pid: watcher.pid }) }),
  };
}
