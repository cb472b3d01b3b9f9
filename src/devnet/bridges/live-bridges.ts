import type { BridgeMember } from "../../bridges/bridge-member.ts";
import { connectLayerZero, deployLayerZero, layerZeroCode, layerZeroContracts } from "../../bridges/layerzero/deploy.ts";
import type { LayerZeroCode } from "../../bridges/layerzero/deploy.ts";
import { LayerZeroWorker } from "../../bridges/layerzero/worker.ts";
import type { Ecosystem } from "../../client/ecosystem.ts";
import { deployGatewayEnd, gatewaysOf } from "../../client/message-gateway.ts";
import { senderOn } from "../../client/submit.ts";
import type { BridgesOption } from "../../options/bridges.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { ACCOUNT_NUMBERS } from "../accounts.ts";
import type { ServedChain } from "../chains/served-chain.ts";
import type { Faults } from "../faults.ts";
import { fundAccounts, fundOperator } from "../funding.ts";
import { transmit } from "../l1/transmit.ts";
import type { ChainOpening } from "../membership/open-chain.ts";
import type { RunningChains } from "../membership/running-chains.ts";
import type { BridgesInfo, LayerZeroInfo, NamedBridges } from "./bridge-info.ts";
import { connectBridgeMembers } from "./bridge-members.ts";
import type { ConnectedMembers } from "./bridge-members.ts";
import { deliveryInfo } from "./delivery-info.ts";
import { GatewayCarrier } from "./gateway-carrier.ts";
import { bridgeTrust } from "./trust.ts";

export interface LiveBridgesDependencies {
  readonly option: BridgesOption;
  /** The folder of the project whose packages have the bridges' contracts. */
  readonly folder: string;
  readonly chains: RunningChains;
  readonly opening: ChainOpening;
  readonly faults: Pick<Faults, "holdsBridge">;
  readonly info: () => Ecosystem;
}

/** The bridges of an ecosystem, between whichever chains there are. */
export interface LiveBridges {
  /** Puts what a bridge needs on these chains and L1, and connects them. Rejects with PublishedCodeError or BridgeSetUpError. */
  setUp(chains: readonly ServedChain[]): Promise<void>;
  /** Has messages go on; resolves with whether anything moved. With `all`, what was refused is asked again too. */
  look(options?: { readonly all?: boolean }): Promise<boolean>;
  /** Executes a message at once, with its own gas or other. Resolves with the transaction; undefined where none was sent. */
  execute(id: Hex, gas: bigint | undefined): Promise<Hex | undefined>;
  /** Where they are, without a look at anything. */
  named(): NamedBridges;
  bridges(): Promise<BridgesInfo>;
  close(): void;
}

/** Of what the bridge's key has on L1: it pays for executions there, and coins that messages bring. */
const L1_FUNDS_WEI = 100n * 10n ** 18n;

interface Working extends ConnectedMembers {
  readonly provenMessages: Map<Hex, Hex | undefined>;
  readonly worker: LayerZeroWorker;
}

export function createLiveBridges(dependencies: LiveBridgesDependencies): LiveBridges {
  const { chains, opening } = dependencies;
  const { gate } = opening;
  let code: Promise<LayerZeroCode> | undefined;
  let current: Working | undefined;
  const stopListening = chains.onChange(() => end());
  let last: Promise<unknown> = Promise.resolve();

  function end(): void {
    current?.close();
    current = undefined;
  }

  /** After all before, with the chains of then, and beside no snapshot. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(() => gate.shared("a look of the bridges", work));
    last = turn.catch(() => undefined);
    return turn;
  }

  const working = (): Working => (current ??= begin(dependencies));

  return {
    setUp: (wanted) =>
      inTurn(async () => {
        code ??= layerZeroCode(dependencies.folder, opening.artifacts);
        await setUp(wanted, await code, dependencies);
      }),
    look: (options) => inTurn(() => working().worker.look(options)),
    execute: (id, gas) => inTurn(async () => (await working().worker.execute(id, gas))?.hash as Hex | undefined),
    named: () => ({ layerzero: namedBridge(working()) }),
    bridges: () =>
      inTurn(async () => {
        const now = working();
        const { worker } = now;
        await worker.read();
        const deliveries = await Promise.all([...worker.book.packets()].map((packet) => deliveryInfo(packet, worker, now)));
        return {
          trust: bridgeTrust(opening.options.prover.mode !== "none"),
          layerzero: { ...namedBridge(now), deliveries },
        };
      }),
    close() {
      stopListening();
      end();
    },
  };
}

function namedBridge({ worker, members, leftOut }: Working): Omit<LayerZeroInfo, "deliveries"> {
  return {
    contracts: worker.contracts,
    members: members.map(({ name, chainId, id }) => ({ name, chainId: Number(chainId), id })),
    leftOut,
  };
}

function begin({ option, chains, opening, faults, info }: LiveBridgesDependencies): Working {
  const isRemote = opening.options.l1.url !== undefined;
  const connected = connectBridgeMembers(option, chains.current(), opening, isRemote);
  const { members } = connected;
  const isStill = (chainId: bigint): boolean =>
    chains.current().some((chain) => chain.chainId === chainId && !chain.runSwitch.isRunning);
  const dvn = layerZeroContracts(opening.layer.accounts.wallet(ACCOUNT_NUMBERS.layerZero).address).dvn;
  const carrier = new GatewayCarrier(info, members, dvn);
  const worker = new LayerZeroWorker({
    members,
    clock: opening.clock,
    isHeld: (chainId) => isStill(chainId) || faults.holdsBridge(chainId),
    bring: (waiting) => carrier.bring(waiting),
  });
  return { ...connected, worker, provenMessages: new Map() };
}

/** Money, contracts, the ends of gateways, and who knows whom: what is there is left as it is. */
async function setUp(wanted: readonly ServedChain[], code: LayerZeroCode, dependencies: LiveBridgesDependencies): Promise<void> {
  const { option, opening } = dependencies;
  const isRemote = opening.options.l1.url !== undefined;
  const running = wanted.filter(({ runSwitch }) => runSwitch.isRunning);
  const { members, close } = connectBridgeMembers(option, running, opening, isRemote);
  try {
    await fund(running, members, opening);
    const { factory } = opening.bases.onL1.ecosystem.addresses;
    const hasL1 = members.some(({ isL1 }) => isL1);
    await Promise.all(
      members.map(async (member) => {
        await deployLayerZero(member, code, transmit);
        if (hasL1) await putGateway(member, factory);
      }),
    );
    const gateways = gatewaysOf(factory);
    await connectLayerZero(
      members,
      (here, there) => {
        if (here.isL1) return gateways.onL1;
        return there.isL1 ? gateways.onChain : PREDEPLOYS.InteropCenter;
      },
      transmit,
    );
  } finally {
    close();
  }
}

/** Messages between L1 and a chain go by a gateway, which has an end on each. */
async function putGateway({ name, chainId, isL1, wallet }: BridgeMember, factory: Hex): Promise<void> {
  const sender = await senderOn(wallet, { name, chainId: Number(chainId) });
  await deployGatewayEnd(isL1 ? "onL1" : "onChain", factory, sender);
}

/** The bridge's key gets coins where it has none: on L1 from its payer, on a chain through its queue. */
async function fund(
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
  await fundAccounts({ fundedAccounts: [ACCOUNT_NUMBERS.layerZero], fundingWei }, { accounts: layer.accounts, chains: poor });
  await Promise.all(poor.map(({ pipeline }) => pipeline.pollL1()));
}
