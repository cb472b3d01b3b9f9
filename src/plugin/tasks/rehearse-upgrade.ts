import { Contract, ContractFactory } from "ethers";
import type { Wallet } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { parseAccount } from "../../client/chain-address.ts";
import { hyperchainInterface, topicOf } from "../../client/contract-interfaces.ts";
import { findChain } from "../../client/ecosystem.ts";
import { senderOn } from "../../client/submit.ts";
import { addVersion, readUpgrades, readVersion, scheduleUpgrade } from "../../client/upgrade.ts";
import type { ChainUpgrades, VersionContent } from "../../client/upgrade.ts";
import { withdraw } from "../../client/withdraw.ts";
import type { ChainInfo } from "../../devnet/view/ecosystem-info.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import { nextGeneration } from "../../protocol/protocol-version.ts";
import { readLogs } from "../../settlement-layer/reader/log-pages.ts";
import { bundledArtifact } from "../contract-artifacts.ts";
import { pluginError } from "../plugin-error.ts";
import { readPlace, signerOf } from "./accounts.ts";
import type { AccountPlace } from "./accounts.ts";
import type { ChainOnL1Arguments } from "./chain-on-l1.ts";
import { claimWithdrawal } from "./claim-withdrawal.ts";
import { withEcosystem } from "./session.ts";
import type { Session } from "./session.ts";
import { waitWithProgress } from "./progress-wait.ts";

/** L1's newest block can be some seconds ahead of the clock. */
const MARGIN_SECONDS = 60;

/** A batch of the rehearsal with a withdrawal in it. */
interface RehearsedBatch {
  readonly batchNumber: bigint;
  readonly version: bigint;
  /** That accepted its proof on L1. */
  readonly verifier: Hex;
  readonly withdrawal: Hex;
  /** Null where somebody else has claimed it. */
  readonly claimTransactionHash: Hex | null;
}

/** `hyperchain:upgrade --rehearse`: a whole upgrade on a devnet, to a version with a verifier of its own. The chain keeps it. */
export function rehearseUpgrade(args: ChainOnL1Arguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  if (args.settlementUrl !== undefined)
    throw pluginError(
      "--rehearse moves L1's time, so it needs a running devnet with an L1 of its own; leave --settlement-url out",
    );
  return withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const chain = findChainInfo(session, args.chain);
    const l1 = session.provider(info.l1.chainId);
    const before = await readUpgrades(chain.hyperchain, l1);
    if (before.next !== undefined)
      throw pluginError(
        `${chain.name} waits for version ${before.next.version}: withdraw it with --cancel, or settle a batch of it, before you rehearse`,
      );
    await requireMovableTime(session, chain);
    const version = await addNextVersion(session, before);
    const first = await settleWithdrawal(session, chain, before.version);
    const place = { chainId: info.l1.chainId, account: before.admin };
    await scheduleUpgrade(before, version, await senderOn(signerOf(session, place), info.l1));
    const { noticeSeconds } = before;
    output.progress(`scheduled version ${version}; moving the devnet's time past the notice of ${noticeSeconds} s…`);
    await l1.send("evm_increaseTime", [Number(noticeSeconds) + MARGIN_SECONDS]);
    await l1.send("evm_mine", []);
    // What was queued before the announcement is taken, and then what is open is sealed: the next batch has the version.
    await session.request("hyperchain_relay");
    await waitWithProgress(session, session.request("hyperchain_settle", chain.chainId));
    const second = await settleWithdrawal(session, chain, version);
    const batches: RehearsedBatch[] = [];
    for (const batch of [first, second]) {
      const { transactionHash } = await claimWithdrawal(session, chain.chainId, batch.withdrawal, holder(session, info.l1.name));
      batches.push({ ...batch, claimTransactionHash: transactionHash ?? null });
    }
    tell(session, chain, noticeSeconds, batches);
  });
}

function findChainInfo({ info }: Session, name: string): ChainInfo {
  const { chainId } = findChain(info, name);
  const chain = info.chains.find((each) => each.chainId === chainId);
  if (chain === undefined) throw new TypeError(`${name} was found and is gone`);
  return chain;
}

/** The chains must follow: beside an L1 that keeps its own time they do not. Rejects with the reason. */
async function requireMovableTime({ info, provider }: Session, { chainId }: ChainInfo): Promise<void> {
  await provider(chainId)
    .send("evm_increaseTime", [0])
    .catch((error: unknown) => {
      throw pluginError(
        `--rehearse moves the time of the whole ecosystem past an upgrade's notice, and ${info.name} does not let it: ` +
          `${error instanceof Error ? error.message : String(error)}`,
        error,
      );
    });
}

/** A version that differs from the present one in its verifier alone, which is deployed anew, as governance. */
async function addNextVersion(session: Session, { verifiers, governance, version }: ChainUpgrades): Promise<bigint> {
  const { info, output } = session;
  const l1 = session.provider(info.l1.chainId);
  const governor = signerOf(session, { chainId: info.l1.chainId, account: governance });
  const present = await readVersion(verifiers, version, l1);
  if (present === undefined) throw new Error(`the registry ${verifiers} does not have version ${version}`);
  let next = nextGeneration(version);
  while ((await readVersion(verifiers, next, l1)) !== undefined) next = nextGeneration(next);
  const verifier = await deployVerifier(version, present, governor);
  await addVersion(verifiers, next, { ...present, verifier }, await senderOn(governor, info.l1));
  output.progress(`governance has added version ${next}, with the verifier ${verifier}`);
  return next;
}

async function deployVerifier(version: bigint, { verifier }: VersionContent, governor: Wallet): Promise<Hex> {
  const isProven = isProvenVersion(version);
  const { abi, bytecode } = await bundledArtifact(isProven ? "StateTransitionVerifier" : "NoProofVerifier");
  // What it checks with is generated for the one proof system that there is.
  const args = isProven ? [(await new Contract(verifier, abi, governor).getFunction("stark")()) as string] : [];
  const deployed = await new ContractFactory(abi, bytecode, governor).deploy(...args);
  await deployed.waitForDeployment();
  return (await deployed.getAddress()).toLowerCase() as Hex;
}

/** The account of a devnet that has money on every chain. */
function holder(session: Session, member: string): AccountPlace {
  const [number] = session.info.accounts.funded;
  if (number === undefined)
    throw pluginError("--rehearse withdraws from a funded account, and this ecosystem has none; leave fundedAccounts as it is");
  return readPlace(session, String(number), member);
}

/** Withdraws the least amount, settles its batch, and finds which verifier has accepted the proof. */
async function settleWithdrawal(session: Session, chain: ChainInfo, expected: bigint): Promise<RehearsedBatch> {
  const { info, output } = session;
  const signer = signerOf(session, holder(session, chain.name));
  const { transactionHash, messageHash } = await withdraw(info, { chain: chain.chainId, amount: 1n }, signer);
  await waitWithProgress(session, session.request("hyperchain_settle", chain.chainId));
  const receipt = (await session.provider(chain.chainId).send("eth_getTransactionReceipt", [transactionHash])) as {
    readonly l1BatchNumber: Hex;
  };
  const batchNumber = BigInt(receipt.l1BatchNumber);
  const l1 = session.provider(info.l1.chainId);
  const topics = [topicOf(hyperchainInterface, "BatchProven"), wordToHex(batchNumber)];
  const toBlock = await l1.getBlockNumber();
  const log = (await readLogs(l1, { address: chain.hyperchain, topics, fromBlock: 0, toBlock })).at(-1);
  const proven = log === undefined ? null : hyperchainInterface.parseLog(log);
  if (proven === null) throw pluginError(`L1 has no proof of batch ${batchNumber} of ${chain.name}; look at hyperchain:status`);
  const version = proven.args["protocolVersion"] as bigint;
  if (version !== expected)
    throw pluginError(`batch ${batchNumber} of ${chain.name} has version ${version}, and should have ${expected}`);
  const verifier = parseAccount(String(proven.args["verifier"]));
  output.progress(`batch ${batchNumber} has version ${version}; ${verifier} has accepted its proof`);
  return { batchNumber, version, verifier, withdrawal: messageHash, claimTransactionHash: null };
}

function tell({ output }: Session, chain: ChainInfo, noticeSeconds: bigint, batches: readonly RehearsedBatch[]): void {
  const { name, chainId, hyperchain } = chain;
  const lines = batches.map(
    ({ batchNumber, version, verifier, withdrawal, claimTransactionHash }) =>
      `  batch ${batchNumber}: version ${version}, verifier ${verifier}; withdrawal ${withdrawal} paid on L1` +
      (claimTransactionHash === null ? "" : ` (${claimTransactionHash})`),
  );
  output.result(
    () =>
      [
        `${name} was upgraded with a notice of ${noticeSeconds} s; its contract is ${hyperchain} as before`,
        ...lines,
        `${name} keeps the version, and the devnet the time`,
      ].join("\n"),
    { chainId, hyperchain, noticeSeconds, batches },
  );
}
