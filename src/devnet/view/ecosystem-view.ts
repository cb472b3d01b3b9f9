import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Relayer } from "../../relayer/relayer.ts";
import { reasonOf } from "../../settlement/l1-sender/l1-patience.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../accounts.ts";
import type { DevelopmentAccounts } from "../accounts.ts";
import type { DeployedEcosystem } from "../l1/deploy-ecosystem.ts";
import type { ChainInfo, ChainStatus, EcosystemInfo, EcosystemStatus, MessageInfo } from "./ecosystem-info.ts";
import type { LocalL1 } from "../l1/local-l1.ts";
import { hasArrived, messageInfo } from "./message-info.ts";
import type { MessagesToL1 } from "./messages-to-l1.ts";
import type { DevnetOptions, ProverOptions } from "../options.ts";
import { provenSentence } from "../chains/proven.ts";
import type { DevnetChain } from "../chains/served-chain.ts";

export interface EcosystemViewDependencies {
  readonly name: string;
  readonly options: DevnetOptions;
  readonly ecosystem: DeployedEcosystem;
  readonly l1: Pick<LocalL1, "chainId" | "url">;
  readonly chains: readonly DevnetChain[];
  readonly accounts: DevelopmentAccounts;
  /** Phrase of the accounts, where everybody may know it. */
  readonly mnemonic: string | undefined;
  readonly relayer: Relayer;
  readonly toL1: MessagesToL1;
  readonly runsRelayer: boolean;
  readonly proving: ProverOptions;
}

/** What can be seen of an ecosystem, as JSON. */
export interface EcosystemView {
  info(): EcosystemInfo;
  status(): Promise<EcosystemStatus>;
  /** All messages between the chains, oldest first, then those to L1. Rejects with a provider's error. */
  messages(): Promise<readonly MessageInfo[]>;
}

/** What is known of messages, and why that may not be all. */
interface KnownMessages {
  readonly all: readonly MessageInfo[];
  readonly outdated?: string;
}

export function createEcosystemView(dependencies: EcosystemViewDependencies): EcosystemView {
  const { chains, relayer, toL1 } = dependencies;
  let lastLook: readonly MessageInfo[] = [];
  const messages = async (): Promise<readonly MessageInfo[]> => {
    await relayer.observe();
    lastLook = [...relayer.journeys().map(messageInfo), ...(await toL1.look())];
    return lastLook;
  };
  /** A member that does not answer is a reason to ask for the status, not to refuse it. */
  const known = (): Promise<KnownMessages> =>
    messages().then(
      (all) => ({ all }),
      (error: unknown) => ({ all: lastLook, outdated: reasonOf(error) }),
    );
  return {
    info: () => ecosystemInfo(dependencies),
    async status() {
      const { all, ...rest } = await known();
      const delivered = all.filter(hasArrived).length;
      return { chains: chains.map(chainStatus), messages: { inFlight: all.length - delivered, delivered, ...rest } };
    },
    messages,
  };
}

function ecosystemInfo(dependencies: EcosystemViewDependencies): EcosystemInfo {
  const { name, options, ecosystem, l1, chains, accounts, mnemonic, runsRelayer, proving } = dependencies;
  const { factory, bridge, roots } = ecosystem.addresses;
  const verifier = (proving.mode === "none" ? ecosystem.noProofVersion?.verifier : undefined) ?? ecosystem.addresses.verifier;
  return {
    name,
    version: packageVersion(),
    protocolVersion: Number(ecosystem.version.protocolVersion),
    proven: provenSentence(proving.mode),
    prover: { mode: proving.mode, workers: proving.mode === "none" ? 0 : (proving.workers ?? availableParallelism()) },
    l1: { name: "l1", chainId: Number(l1.chainId), url: l1.url, contracts: { factory, bridge, roots, verifier } },
    chains: chains.map(chainInfo),
    accounts: { ...(mnemonic === undefined ? {} : { mnemonic }), funded: options.fundedAccounts },
    ...(runsRelayer ? { relayer: { address: lowerCaseAddress(accounts.wallet(ACCOUNT_NUMBERS.relayer).address) } } : {}),
  };
}

function chainInfo({ name, chainId, url, plan, pipeline }: DevnetChain): ChainInfo {
  const { hyperchain, configuration } = pipeline.created;
  return {
    name,
    chainId: Number(chainId),
    url,
    hyperchain,
    operator: configuration.admin,
    baseToken: pipeline.baseToken,
    dataAvailability: plan.dataAvailability,
    quorum: { members: configuration.validators, threshold: Number(configuration.validatorThreshold) },
    executionDelaySeconds: Number(configuration.executionDelay),
  };
}

function chainStatus({ name, chainId, pipeline }: DevnetChain): ChainStatus {
  const { sequencer, mempool } = pipeline.chain;
  const fault = pipeline.fault();
  const waitsFor = pipeline.waitsFor();
  return {
    name,
    chainId: Number(chainId),
    blockNumber: Number(sequencer.head.number),
    waiting: mempool.size,
    batches: pipeline.progress(),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(fault === undefined ? {} : { fault: fault instanceof Error ? fault.message : String(fault) }),
  };
}

/** Of this package, in a checkout and when it is installed: two folders up either way. */
function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}
