import { AbiCoder, getCreateAddress } from "ethers";
import type { InterfaceAbi } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import type { BridgeMember, GatewayTo } from "../bridge-member.ts";
import { deployFixed, idChanged, sendSteps } from "../fixed-deployment.ts";
import type { SetUpStep, Transmit } from "../fixed-deployment.ts";
import { publishedCode } from "../published-code.ts";
import { devnetExecutor, endpoint, library, PACKAGES, provenDvn, PUBLISHED } from "./interfaces.ts";

/** Where the contracts are: on every member at the same addresses, since one key creates them in one order. */
export interface LayerZeroContracts {
  readonly endpoint: Hex;
  readonly sendLib: Hex;
  readonly receiveLib: Hex;
  readonly dvn: Hex;
  readonly executor: Hex;
}

/** What creates them; LayerZero's out of the project's packages. */
export interface LayerZeroCode {
  readonly endpoint: string;
  readonly sendLib: string;
  readonly receiveLib: string;
  readonly dvn: string;
  readonly executor: string;
}

/** Finds this package's own compiled contracts. */
type OwnArtifacts = (name: string) => Promise<{ readonly abi: InterfaceAbi; readonly bytecode: string }>;

/** Rejects with PublishedCodeError. `folder` is the project's. */
export async function layerZeroCode(folder: string, artifacts: OwnArtifacts): Promise<LayerZeroCode> {
  const code = (part: keyof typeof PUBLISHED): string => publishedCode(folder, PUBLISHED[part], PACKAGES).bytecode;
  return {
    endpoint: code("endpoint"),
    sendLib: code("sendLibrary"),
    receiveLib: code("receiveLibrary"),
    dvn: (await artifacts("ProvenDvn")).bytecode,
    executor: (await artifacts("DevnetExecutor")).bytecode,
  };
}

/** The key's first five transactions create them. */
export function layerZeroContracts(operator: string): LayerZeroContracts {
  const at = (nonce: number): Hex => getCreateAddress({ from: operator, nonce }).toLowerCase() as Hex;
  return { endpoint: at(0), sendLib: at(1), receiveLib: at(2), dvn: at(3), executor: at(4) };
}

const DEPLOYMENT_GAS = 7_000_000n;
const CALL_GAS = 500_000n;
/** As on public networks. No treasury is set, so neither limit binds. */
const TREASURY = { gasLimit: 100_000, feeCap: 0 };
const MAX_MESSAGE_BYTES = 10_000;
/** A DVN here counts none: what it passes is final. */
const CONFIRMATIONS = 1;
/** What an executor and a DVN ask for gas: more than it costs. */
const WEI_PER_GAS = { chain: 10n ** 9n, l1: 10n * 10n ** 9n };

/** Puts the contracts on a member, or what is missing of them. Rejects with BridgeSetUpError. */
export async function deployLayerZero(member: BridgeMember, code: LayerZeroCode, transmit: Transmit): Promise<void> {
  const operator = member.wallet.address;
  const contracts = layerZeroContracts(operator);
  const create = (what: string, bytecode: string, types: readonly string[], values: readonly unknown[]): SetUpStep => ({
    what: `create ${what}`,
    // As texts: ethers' own joins them byte by byte.
    transaction: { data: bytecode + AbiCoder.defaultAbiCoder().encode(types, values).slice(2), gasLimit: DEPLOYMENT_GAS },
  });
  const register = (what: string, lib: Hex): SetUpStep => ({
    what: `register ${what}`,
    transaction: { to: contracts.endpoint, data: endpoint.encodeFunctionData("registerLibrary", [lib]), gasLimit: CALL_GAS },
  });
  const { endpoint: at, sendLib, receiveLib } = contracts;
  const steps = [
    create("the endpoint", code.endpoint, ["uint32", "address"], [member.id, operator]),
    create("the send library", code.sendLib, ["address", "uint256", "uint256"], [at, TREASURY.gasLimit, TREASURY.feeCap]),
    create("the receive library", code.receiveLib, ["address"], [at]),
    create("the DVN", code.dvn, ["address", "address", "address"], [operator, sendLib, receiveLib]),
    create("the executor", code.executor, ["address", "address", "address"], [operator, at, sendLib]),
    register("the send library", sendLib),
    register("the receive library", receiveLib),
  ];
  const isThere = async (): Promise<boolean> => (await member.provider.getCode(contracts.executor)) !== "0x";
  await deployFixed(member, steps, isThere, transmit);
  const eid = Number(await member.provider.call({ to: at, data: endpoint.encodeFunctionData("eid") }));
  if (eid !== member.id) throw idChanged("LayerZero", member, eid);
}

/**
 * Connects each member with each other that is given: first each side learns of the other, then each may send. What was done
 * before is left as it is, so that a process that ended between goes on. Rejects with BridgeSetUpError.
 */
export async function connectLayerZero(
  members: readonly BridgeMember[],
  gatewayTo: GatewayTo,
  transmit: Transmit,
): Promise<void> {
  const pairs = members.map((here) => ({ here, others: members.filter((there) => there !== here) }));
  const closed = await Promise.all(pairs.map(async ({ here, others }) => ({ here, others: await notOpen(here, others) })));
  await Promise.all(
    closed.map(async ({ here, others }) => {
      const steps = await Promise.all(others.map((there) => stepsTowards(here, there, gatewayTo)));
      await sendSteps(here, steps.flat(), transmit);
    }),
  );
  await Promise.all(
    closed.map(({ here, others }) =>
      sendSteps(
        here,
        others.map((there) => openTowards(here, there)),
        transmit,
      ),
    ),
  );
}

async function notOpen(here: BridgeMember, others: readonly BridgeMember[]): Promise<readonly BridgeMember[]> {
  const { dvn } = layerZeroContracts(here.wallet.address);
  const isOpen = async ({ chainId }: BridgeMember): Promise<boolean> => {
    const answer = await here.provider.call({ to: dvn, data: provenDvn.encodeFunctionData("isOpen", [chainId]) });
    return BigInt(answer) === 1n;
  };
  const open = await Promise.all(others.map(isOpen));
  return others.filter((_, i) => open[i] !== true);
}

async function stepsTowards(here: BridgeMember, there: BridgeMember, gatewayTo: GatewayTo): Promise<readonly SetUpStep[]> {
  const contracts = layerZeroContracts(here.wallet.address);
  const { dvn, executor, sendLib, receiveLib } = contracts;
  const step = (to: Hex, data: string): SetUpStep => ({
    what: `connect with ${there.name}`,
    transaction: { to, data, gasLimit: CALL_GAS },
  });
  const asked = async (to: Hex, data: string): Promise<bigint> => BigInt((await here.provider.call({ to, data })).slice(0, 66));
  const eid = there.id;
  const uln = {
    confirmations: CONFIRMATIONS,
    ...{ requiredDVNCount: 1, optionalDVNCount: 0, optionalDVNThreshold: 0, requiredDVNs: [dvn], optionalDVNs: [] },
  };
  const ulnConfig = library.encodeFunctionData("setDefaultUlnConfigs", [[{ eid, config: uln }]]);
  const execution = [{ eid, config: { maxMessageSize: MAX_MESSAGE_BYTES, executor } }];
  const price = there.isL1 ? WEI_PER_GAS.l1 : WEI_PER_GAS.chain;
  const steps = [
    step(sendLib, ulnConfig),
    step(receiveLib, ulnConfig),
    step(sendLib, library.encodeFunctionData("setDefaultExecutorConfigs", [execution])),
    step(executor, devnetExecutor.encodeFunctionData("setDestination", [eid, price, here.coin === there.coin])),
  ];
  // These three are refused where they change nothing.
  if ((await asked(contracts.endpoint, endpoint.encodeFunctionData("defaultSendLibrary", [eid]))) === 0n)
    steps.push(step(contracts.endpoint, endpoint.encodeFunctionData("setDefaultSendLibrary", [eid, sendLib])));
  if ((await asked(contracts.endpoint, endpoint.encodeFunctionData("defaultReceiveLibrary", [eid]))) === 0n)
    steps.push(step(contracts.endpoint, endpoint.encodeFunctionData("setDefaultReceiveLibrary", [eid, receiveLib, 0])));
  if ((await asked(dvn, provenDvn.encodeFunctionData("remoteOf", [there.chainId]))) === 0n) {
    const remote = { id: eid, peer: dvn, gateway: gatewayTo(here, there) };
    steps.push(step(dvn, provenDvn.encodeFunctionData("setRemote", [there.chainId, remote])));
  }
  return steps;
}

function openTowards(here: BridgeMember, there: BridgeMember): SetUpStep {
  const { dvn } = layerZeroContracts(here.wallet.address);
  const data = provenDvn.encodeFunctionData("open", [there.chainId]);
  return { what: `open the way to ${there.name}`, transaction: { to: dvn, data, gasLimit: CALL_GAS } };
}
