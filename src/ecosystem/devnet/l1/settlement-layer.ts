import { Wallet, type Provider, type Signer } from "ethers";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import {
  ACCOUNT_NUMBERS,
  createDevelopmentAccounts,
  deriveAccounts,
  DEVELOPMENT_MNEMONIC,
  FUNDER_KEY,
  type DevelopmentAccounts,
} from "../accounts/accounts.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { EcosystemTime } from "../snapshots/ecosystem-clock.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import { serveLocalL1, type LocalL1, type LocalL1Options } from "./local-l1.ts";
import type { L1Connection } from "../described/l1-connection.ts";
import type { World } from "../keeping/world.ts";
import { keepL1 } from "./kept-l1.ts";
import { catchUp, clearDelegations, pinFork, type L1Fork } from "./l1-fork.ts";
import { noteStart, startOfL1, type L1Start } from "./past/l1-places.ts";
import { openL1At, type L1Past } from "./open-l1.ts";
import type { CompleteOptions, L1Options } from "../described/options.ts";
import { EcosystemSends } from "./own-sends.ts";
import type { ProjectContracts } from "../project-contracts/project-contracts.ts";
import { putCreateX, putSingletons } from "./put-singletons.ts";
import { connectRemoteL1 } from "./remote-l1.ts";
import { createSnapshots, EcosystemSnapshotError, type SnapshotDependencies, type Snapshots } from "../snapshots/snapshots.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";

/** Chains of which snapshots are taken. */
export type SnapshotChains = Pick<SnapshotDependencies, "members" | "returnTo" | "layerOf">;

/**
 * Opens an in-process L1: empty, with block 0 of this time if one is given, or a copy of another one, or one that
 * continues from its history.
 */
export type ConnectL1 = (kind: {
  readonly genesisMs?: number;
  readonly fork?: L1Fork;
  readonly past?: L1Past;
}) => Promise<L1Connection>;

/** Settlement layer of an ecosystem, and the accounts that pay for it. */
export interface SettlementLayer {
  readonly l1: LocalL1;
  /** Transactions of the ecosystem itself, on L1 and on chains on which others settle. */
  readonly ownSends: EcosystemSends;
  /** Provider for its transactions on L1. */
  readonly provider: Provider;
  /** Fork of an L1 in this process. */
  readonly fork: L1Fork | undefined;
  /** Clock of the chains. */
  readonly clock: MovableClock;
  readonly accounts: DevelopmentAccounts;
  /** Phrase of the accounts; undefined where their keys are the operator's own. */
  readonly mnemonic: string | undefined;
  readonly deployer: Signer & TypedDataSigner;
  /** Whose ETH the funded accounts get on the chains. */
  readonly funder: Signer;
  /** Amount that each operator, and the relayer, gets on L1 if it has little. */
  readonly operatorFundingWei: bigint;
  snapshots(chains: SnapshotChains, gate: SharedExclusiveLock): Snapshots;
}

const ETHER = 10n ** 18n;

/**
 * Opens the L1 that the options name: one in this process, or one that runs already. It ends with `closing`. Rejects with
 * DevnetOptionsError, PortInUseError.
 */
export async function openSettlementLayer(
  options: L1Options &
    Required<Omit<LocalL1Options, "port">> &
    Pick<CompleteOptions, "singletons"> &
    Pick<ProjectContracts, "createX">,
  {
    connectL1,
    clock,
    world,
    l1PlaceRequests,
  }: {
    readonly connectL1: ConnectL1;
    readonly clock: Clock;
    /** Keeps an own L1 beyond this process. */
    readonly world: World | undefined;
    /** Requests behind L1's last place that are worth another one. Default: some two seconds of a start. */
    readonly l1PlaceRequests?: number | undefined;
  },
  closing: Disposer,
): Promise<SettlementLayer> {
  const { url, deployerKey, port = 0, singletons, createX, ...serving } = options;
  if (url === undefined) {
    const fork = options.fork === undefined ? undefined : await pinFork(options.fork);
    const time = await ownTime(fork, { connectL1, clock, world, l1PlaceRequests });
    const keepTime = (): void => world?.keepMovedSeconds(time.clock.offsetSeconds);
    closing.add(time.clock.onMoved(keepTime));
    const l1 = await serveLocalL1({ ...serving, port }, time.l1);
    closing.add(() => l1.close());
    if (world?.continues !== true) {
      if (singletons) await putSingletons(l1);
      if (createX !== undefined) await putCreateX(l1, createX);
    }
    const sending = ownSending(l1, world);
    return {
      l1,
      fork,
      clock: time.clock,
      ...sending,
      ...developers(sending.provider, options),
      funder: await richAccount({ ...l1, ...sending }, world?.continues === true),
      snapshots: (chains, gate) =>
        createSnapshots({
          l1,
          ...chains,
          time,
          gate,
          ...(world === undefined ? {} : { asOneChange: oneChangeOf(world, keepTime) }),
        }),
    };
  }
  const l1 = await connectRemoteL1(url);
  closing.add(() => l1.close());
  const sending = ownSending(l1, world);
  const { provider } = sending;
  const payers = deployerKey === undefined ? developers(provider, options) : owners(provider, deployerKey, options);
  return {
    l1,
    fork: undefined,
    ...sending,
    clock: new MovableClock(clock, { fixedBecause: `L1 runs at ${url} and keeps its own time` }),
    ...payers,
    funder: payers.deployer,
    snapshots: () => NO_SNAPSHOTS,
  };
}

function ownSending(l1: LocalL1, world: World | undefined): Pick<SettlementLayer, "ownSends" | "provider"> {
  const ownSends = new EcosystemSends(world?.ownSends);
  return { ownSends, provider: ownSends.noting(l1.connect()) };
}

type Payers = Pick<SettlementLayer, "accounts" | "mnemonic" | "deployer" | "operatorFundingWei">;

/** On a development L1 the accounts of the public phrase have money. */
function developers(provider: Provider, { operatorFundingWei = 10n * ETHER }: L1Options): Payers {
  const accounts = createDevelopmentAccounts();
  const deployer = accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(provider);
  return { accounts, mnemonic: DEVELOPMENT_MNEMONIC, deployer, operatorFundingWei };
}

/** An account that is made rich, so that development accounts, which have 10,000 ETH there, keep theirs. */
async function richAccount({ request, provider }: Pick<LocalL1, "request" | "provider">, isRich: boolean): Promise<Signer> {
  const funder = new Wallet(FUNDER_KEY, provider);
  if (!isRich) await request("hardhat_setBalance", [funder.address, hexQuantity(FUNDER_WEI)]);
  return funder;
}

/** A return of L1 and all chains to an earlier state is one change of what is kept. */
function oneChangeOf(world: World, keepTime: () => void): (restore: () => Promise<void>) => Promise<void> {
  return (restore) =>
    world.together(async () => {
      await restore();
      keepTime();
    });
}

/** An L1 in this process, with its time and its chains' time as one. */
async function ownTime(
  fork: L1Fork | undefined,
  { clock, ...opening }: { readonly clock: Clock } & OpeningL1,
): Promise<EcosystemTime> {
  if (fork === undefined) return EcosystemTime.of(clock, await openOwnL1(opening), opening.world?.movedSeconds);
  const connection = await opening.connectL1({ fork });
  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    connection.provider.request({ method, params });
  await clearDelegations(ask);
  return EcosystemTime.of(clock, connection, await catchUp(ask, BigInt(Math.floor(clock.nowMs() / 1_000))));
}

interface OpeningL1 {
  readonly connectL1: ConnectL1;
  readonly world: World | undefined;
  readonly l1PlaceRequests: number | undefined;
}

/** An L1 in this process: as its ledger has it, or a new one. */
async function openOwnL1({ connectL1, world, l1PlaceRequests = L1_PLACE_REQUESTS }: OpeningL1): Promise<L1Connection> {
  if (world === undefined) return connectL1({});
  const start = await startOfL1(world.l1, l1PlaceRequests);
  const { connection, repeatFrom } = await openKeptL1(connectL1, world, start);
  try {
    return await keepL1(connection, world.l1, repeatFrom);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A new place at which no engine can begin is not noted, and the requests behind the one before are repeated. */
async function openKeptL1(
  connectL1: ConnectL1,
  world: World,
  start: L1Start,
): Promise<{ readonly connection: L1Connection; readonly repeatFrom: number }> {
  const { place, history, otherwise } = start;
  if (place === undefined) return { connection: await connectL1({ genesisMs: world.l1GenesisMs }), repeatFrom: 0 };
  try {
    const connection = await openL1At(place, history, world.l1, (past) => connectL1({ past }));
    noteStart(world.l1, start);
    return { connection, repeatFrom: place.requests };
  } catch (error) {
    if (otherwise === undefined) throw error;
    return openKeptL1(connectL1, world, otherwise);
  }
}

/** Each takes a start 17 ms. */
const L1_PLACE_REQUESTS = 100;

/** More than all accounts of a million chains can get, each of which has less than 2^126 by the bridge. */
const FUNDER_WEI = 2n ** 146n;

/** On other layers all keys follow from the deployer's, so that they are secret and the same after a restart. */
function owners(provider: Provider, deployerKey: string, { operatorFundingWei = ETHER / 10n }: L1Options): Payers {
  const deployer = new Wallet(deployerKey, provider);
  return { accounts: deriveAccounts(deployerKey), mnemonic: undefined, deployer, operatorFundingWei };
}

const refuse = (): Promise<never> =>
  Promise.reject(
    new EcosystemSnapshotError(
      "SnapshotLost",
      "an L1 that runs elsewhere cannot be returned to a snapshot; leave l1.url out to have one in this process",
    ),
  );
const NO_SNAPSHOTS: Snapshots = { snapshot: refuse, revert: refuse };
