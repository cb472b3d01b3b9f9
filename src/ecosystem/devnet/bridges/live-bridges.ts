import type { BridgeMember } from "../../bridges/bridge-member.ts";
import { createAtOneAddress, sendSteps } from "../../bridges/fixed-deployment.ts";
import type { Ecosystem } from "../../client/ecosystem/ecosystem.ts";
import { isDeployed, putDeployer } from "../../client/sending/deployed-contract.ts";
import { gatewayContracts, gatewaysOf } from "../../client/messages/message-gateway.ts";
import { senderOn } from "../../client/sending/submit.ts";
import type { BridgeName, BridgesOption } from "../../options/bridges.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { ACCOUNT_NUMBERS } from "../accounts/accounts.ts";
import type { ServedChain } from "../chains/served-chain.ts";
import type { EcosystemFaults } from "../faults/faults.ts";
import { fundAccounts, fundOperator, requireFunds } from "../chains/funding.ts";
import { transmit } from "../deployment/transmit.ts";
import type { ChainOpening } from "../membership/open-chain.ts";
import type { RunningChains } from "../membership/running-chains.ts";
import {
  attestationKey,
  type BridgeFailure,
  type BridgeFailures,
  type BridgesInfo,
  type InfoOfBridges,
  type NamedBridges,
} from "../view/books/bridge-info.ts";
import type { BridgeKind, BridgeLook, BridgeSetUp, RunningBridge } from "./bridge-kind.ts";
import { connectBridgeMembers, type ConnectedMembers } from "./bridge-members.ts";
import { GatewayCarrier } from "./gateway-carrier.ts";
import { bridgeTrust } from "./trust.ts";

export interface LiveBridgesDependencies {
  readonly option: BridgesOption;
  /** Bridges that the options name. */
  readonly kinds: readonly BridgeKind[];
  /** The folder of the project whose packages have the bridges' contracts. */
  readonly folder: string;
  readonly chains: RunningChains;
  readonly opening: ChainOpening;
  readonly faults: Pick<EcosystemFaults, "holdsBridge">;
  readonly info: () => Ecosystem;
}

/** The bridges of an ecosystem, between whichever chains there are. */
export interface LiveBridges {
  /** Puts what bridges need on these chains and L1, and connects them. Rejects with PublishedCodeError or BridgeSetUpError. */
  setUp(chains: readonly ServedChain[]): Promise<void>;
  /** Advances messages; resolves with true if anything moved. */
  look(options?: BridgeLook): Promise<boolean>;
  /** True if all bridge messages of a transaction have ended, by the last look; `undefined` if it sent none. */
  areOver(sentIn: Hex): Promise<boolean | undefined>;
  /** Executes a message at once, with its own gas or other. Resolves with the transaction; undefined where none was sent. */
  execute(id: Hex, gas: bigint | undefined): Promise<Hex | undefined>;
  /**
   * Curses a member by its chain id, or all members, or ends that. Resolves with false if no bridge has curses
   * and that member.
   */
  curse(chainId: bigint | "all", isCursed: boolean): Promise<boolean>;
  /** Addresses of the bridges, without a look at any member. */
  named(): NamedBridges;
  bridges(): Promise<BridgesInfo>;
  /** Messages whose receivers reverted, as the last look found them; reads the members first if `isFresh`. */
  failures(isFresh: boolean): Promise<BridgeFailures>;
  close(): void;
}

/** Balance of a bridge's key on L1: it pays for executions there, and for coins of messages. */
const L1_FUNDS_WEI = 100n * 10n ** 18n;

/** A bridge between the current members. */
interface Working extends ConnectedMembers {
  readonly kind: BridgeKind;
  readonly running: RunningBridge;
}

async function executeBy(bridges: readonly Working[], id: Hex, gas: bigint | undefined): Promise<Hex | undefined> {
  for (const { running } of bridges) {
    const hash = await running.execute(id, gas);
    if (hash !== undefined) return hash;
  }
  return undefined;
}

async function curseBy(bridges: readonly Working[], chainId: bigint | "all", isCursed: boolean): Promise<boolean> {
  for (const { running, members } of bridges) {
    const id = chainId === "all" ? chainId : members.find((each) => each.chainId === chainId)?.id;
    if (running.curse === undefined || id === undefined) continue;
    await running.curse(id, isCursed);
    return true;
  }
  return false;
}

export function createLiveBridges(dependencies: LiveBridgesDependencies): LiveBridges {
  const { chains, opening, kinds, folder } = dependencies;
  const { gate } = opening;
  const code = new Map<BridgeName, Promise<BridgeSetUp>>();
  let current: readonly Working[] | undefined;
  const stopListening = chains.onChange(() => end());
  let last: Promise<unknown> = Promise.resolve();

  function end(): void {
    for (const { close } of current ?? []) close();
    current = undefined;
  }

  /** Runs after all earlier work, with the chains of that time, and never during a snapshot. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(() => gate.shared("a look of the bridges", work));
    last = turn.catch(() => undefined);
    return turn;
  }

  const working = (): readonly Working[] => (current ??= kinds.map((kind) => begin(kind, dependencies)));

  return {
    setUp: (members) =>
      inTurn(async () => {
        const setUps = await Promise.all(
          kinds.map(async (kind) => {
            const loading = code.get(kind.name) ?? kind.load(folder, opening.artifacts);
            code.set(kind.name, loading);
            return { kind, setUp: await loading };
          }),
        );
        // In sequence, because one account funds all of their keys.
        for (const { kind, setUp } of setUps) await putOn(members, kind, setUp, dependencies);
      }),
    look: (options) =>
      inTurn(async () => {
        const moved = await Promise.all(working().map(({ running }) => running.look(options)));
        return moved.includes(true);
      }),
    areOver: (sentIn) =>
      inTurn(async () => {
        const told = await Promise.all(working().map(({ running }) => running.areOver(sentIn)));
        const known = told.filter((each) => each !== undefined);
        return known.length === 0 ? undefined : !known.includes(false);
      }),
    execute: (id, gas) => inTurn(() => executeBy(working(), id, gas)),
    curse: (chainId, isCursed) => inTurn(() => curseBy(working(), chainId, isCursed)),
    named: () => Object.fromEntries(working().map((each) => [each.kind.name, namedBridge(each)])) as NamedBridges,
    bridges: () => inTurn(() => bridgesInfo(working(), opening.options.proofs !== "none")),
    async failures(isFresh) {
      if (isFresh) await inTurn(() => readAll(working()));
      return new Map((await Promise.all((current ?? []).map(failuresOf))).flat());
    },
    close() {
      stopListening();
      end();
    },
  };
}

async function bridgesInfo(bridges: readonly Working[], isProven: boolean): Promise<BridgesInfo> {
  const told = await Promise.all(
    bridges.map(async (each) => {
      await each.running.read();
      return [each.kind.name, { ...namedBridge(each), deliveries: await each.running.deliveries() }];
    }),
  );
  const trust = bridgeTrust(
    bridges.map(({ kind }) => kind.name),
    isProven,
  );
  return { trust, ...(Object.fromEntries(told) as InfoOfBridges) };
}

/** A member that does not answer leaves what was read of it before. */
async function readAll(bridges: readonly Working[]): Promise<void> {
  await Promise.allSettled(bridges.map(({ running }) => running.read()));
}

async function failuresOf({ kind, running }: Working): Promise<readonly (readonly [string, BridgeFailure])[]> {
  return (await running.deliveries()).flatMap(({ step, sourceChainId, provenMessage: messageHash, data }) => {
    if (step !== "failed" || messageHash === undefined) return [];
    const failure = { bridge: kind.name, ...(data === undefined ? {} : { data }) };
    return [[attestationKey({ sourceChainId, messageHash }), failure] as const];
  });
}

function namedBridge({ kind, members, leftOut }: Working) {
  return {
    contracts: kind.contracts(members[0]?.wallet.address ?? ""),
    members: members.map(({ name, chainId, id }) => ({ name, chainId: Number(chainId), id: kind.toldId(id) })),
    leftOut,
  };
}

function begin(kind: BridgeKind, { option, chains, opening, faults, info }: LiveBridgesDependencies): Working {
  const connected = connectBridgeMembers(kind.name, option, chains.current(), opening, whyWithoutL1(kind, opening));
  const { members } = connected;
  const isStill = (chainId: bigint): boolean =>
    chains.current().some((chain) => chain.chainId === chainId && !chain.runSwitch.isRunning);
  const carrier = new GatewayCarrier(info, members, kind.peer(members[0]?.wallet.address ?? ""));
  const running = kind.begin(members, {
    clock: opening.clock,
    isHeld: (chainId) => isStill(chainId) || faults.holdsBridge(chainId),
    bring: (waiting) => carrier.bring(waiting),
  });
  return { ...connected, kind, running };
}

function whyWithoutL1({ withoutL1 }: BridgeKind, { options }: ChainOpening): string | undefined {
  return withoutL1 ?? (options.l1.url === undefined ? undefined : "it runs elsewhere, and nothing is put there");
}

/** Funds the key, deploys contracts and gateways, and connects the peers; completed steps are skipped. */
async function putOn(
  chains: readonly ServedChain[],
  kind: BridgeKind,
  setUp: BridgeSetUp,
  { option, opening }: LiveBridgesDependencies,
): Promise<void> {
  const running = chains.filter(({ runSwitch }) => runSwitch.isRunning);
  const withoutL1 = whyWithoutL1(kind, opening);
  const { members, close } = connectBridgeMembers(kind.name, option, running, opening, withoutL1, { setsUp: true });
  try {
    await fund(kind.name, running, members, opening);
    const { factory } = opening.bases.onL1.ecosystem.addresses;
    const hasL1 = members.some(({ isL1 }) => isL1);
    await Promise.all(
      members.map(async (member) => {
        await setUp.deploy(member, transmit);
        if (hasL1) await putGateway(member, factory);
      }),
    );
    const gateways = gatewaysOf(factory);
    const gatewayTo = (here: BridgeMember, there: BridgeMember): Hex => {
      if (here.isL1) return gateways.onL1;
      return there.isL1 ? gateways.onChain : PREDEPLOYS.InteropCenter;
    };
    await setUp.connect(members, gatewayTo, transmit);
  } finally {
    close();
  }
}

/** Messages between L1 and a chain go by a gateway, which has an end on each. */
async function putGateway(member: BridgeMember, factory: Hex): Promise<void> {
  const { name, chainId, isL1, wallet, provider } = member;
  const { onL1, onChain } = gatewayContracts(factory);
  const end = isL1 ? onL1 : onChain;
  if (await isDeployed(end, provider)) return;
  await putDeployer(await senderOn(wallet, { name, chainId: Number(chainId) }));
  try {
    await sendSteps(member, [createAtOneAddress("its end of the gateway", end.code)], transmit);
  } catch (error) {
    // Anyone may have put it there in between: it is the same contract.
    if (!(await isDeployed(end, provider))) throw error;
  }
}

/** A bridge's key gets coins where it has none: on L1 from its payer, on a chain through its queue. */
async function fund(
  bridge: BridgeName,
  chains: readonly ServedChain[],
  members: readonly BridgeMember[],
  { layer, bases, options }: ChainOpening,
): Promise<void> {
  const l1 = members.find(({ isL1 }) => isL1);
  if (l1 !== undefined) await fundOperator(l1.wallet, bases.onL1, L1_FUNDS_WEI);
  const poor: ServedChain[] = [];
  for (const chain of chains) {
    const member = members.find(({ chainId }) => chainId === chain.chainId);
    if (member !== undefined && (await member.provider.getBalance(member.wallet.address)) === 0n) poor.push(chain);
  }
  const { fundingWei } = options;
  const plans = poor.map(({ plan }) => plan);
  await requireFunds({ fundedAccounts: [], fundingWei, bridges: { [bridge]: {} } }, plans, layer.funder);
  await fundAccounts({ fundedAccounts: [ACCOUNT_NUMBERS[bridge]], fundingWei }, { accounts: layer.accounts, chains: poor });
  await Promise.all(poor.map(({ pipeline }) => pipeline.pollL1()));
}
