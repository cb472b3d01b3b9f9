import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { hyperchainInterface, topicOf } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { senderOn } from "../../../../ecosystem/client/sending/submit.ts";
import { readUpgrades, scheduleUpgrade } from "../../../../ecosystem/client/governing/upgrade.ts";
import { withdraw } from "../../../../ecosystem/client/messages/withdraw.ts";
import type { ChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { wordToHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { readLogs } from "../../../../chain/settlement-layer/reader/log-pages.ts";
import { pluginError } from "../../plugin-error.ts";
import { readPlace, signerOf, type AccountPlace } from "../session/accounts.ts";
import type { ChainOnL1Arguments } from "../from-l1/chain-on-l1.ts";
import { claimWithdrawal } from "../following/claim-withdrawal.ts";
import { addNextVersion } from "./rehearsed-version.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { chainToUpgrade, commonDay, lateWaysOut, warningsOf, type ChainToUpgrade } from "./upgrade-plan.ts";
import { waitWithProgress } from "../session/progress-wait.ts";

/** L1's newest block can be some seconds ahead of the clock. */
const MARGIN_SECONDS = 60n;

/** A batch of the rehearsal with a withdrawal in it. */
interface RehearsedBatch {
  readonly batchNumber: bigint;
  readonly version: bigint;
  /** That accepted its proof on what the chain settles on. */
  readonly verifier: Hex;
  readonly withdrawal: Hex;
  /** Null if another account has claimed it. */
  readonly claimTransactionHash: Hex | null;
}

/** Result of a chain's rehearsal. */
interface Rehearsed extends ChainToUpgrade {
  readonly batches: readonly RehearsedBatch[];
}

/**
 * `hyperchain:upgrade --rehearse`: a whole upgrade on a devnet, of one chain or of all on one day, to versions with verifiers of
 * their own. The chains keep them. With `--all` a chain that has left governance keeps the version that it has.
 */
export function rehearseUpgrade(
  args: ChainOnL1Arguments & { readonly all: boolean },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  if (args.settlementUrl !== undefined)
    throw pluginError("--rehearse moves L1's time, so it needs a running devnet with a local L1; leave --settlement-url out");
  return withEcosystem(args, hre, "acts", async (session) => {
    const named = args.all ? session.info.chains.filter(({ stopped }) => stopped !== true) : [findChainInfo(session, args.chain)];
    const chains = await Promise.all(named.map((chain) => chainToUpgrade(session, chain)));
    for (const { chain, before } of chains) {
      if (before.next !== undefined)
        throw pluginError(
          `${chain.name} waits for version ${versionInWords(before.next.version)}: withdraw it with --cancel, or settle a batch of it, before you rehearse`,
        );
      await requireMovableTime(session, chain);
    }
    const followers = args.all ? chains.filter(({ leaves }) => !leaves) : chains;
    const versions = await addNextVersions(session, followers);
    const first = await settleEach(session, chains, ({ before }) => before.version);
    const day = await schedule(followers, versions, args.all ? commonDay(await again(session, followers)) : 0n);
    session.output.progress(`moving the devnet's time to ${time(day)}, past every notice…`);
    await moveTo(session, day + MARGIN_SECONDS);
    // What was queued before the announcement is taken, and then what is open is sealed: the next batch has the version.
    await session.request("hyperchain_relay");
    await settle(session, args.all ? undefined : chains[0]?.chain.chainId);
    const second = await settleEach(session, chains, (each) => versions.get(each.chain.chainId) ?? each.before.version);
    const rehearsed: Rehearsed[] = [];
    for (const [place, each] of chains.entries()) {
      const batches = [first[place], second[place]].filter((batch) => batch !== undefined);
      rehearsed.push({ ...each, batches: await claimEach(each, batches) });
    }
    if (args.all) tellAll(session, rehearsed, day, versions);
    else for (const each of rehearsed) tellOne(session, each);
  });
}

function findChainInfo({ info }: Session, name: string): ChainInfo {
  const { chainId } = findChain(info, name);
  const chain = info.chains.find((each) => each.chainId === chainId);
  if (chain === undefined) throw new TypeError(`${name} was found and no longer exists`);
  return chain;
}

/**
 * Requires that the chains follow moved time, which they do not with an L1 that has another clock. Rejects
 * with the reason.
 */
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

/** Next version of each chain; equal for those of one registry and one version. */
async function addNextVersions(session: Session, chains: readonly ChainToUpgrade[]): Promise<ReadonlyMap<number, bigint>> {
  const added = new Map<string, bigint>();
  const versions = new Map<number, bigint>();
  for (const { chain, here, before } of chains) {
    const key = `${here.info.l1.chainId} ${before.verifiers} ${before.version}`;
    const move = (second: bigint): Promise<void> => moveTo(session, second);
    const version =
      added.get(key) ?? (await addNextVersion(here, before, { holder: holder(here, here.info.l1.name), moveTo: move }));
    added.set(key, version);
    versions.set(chain.chainId, version);
  }
  return versions;
}

/** Reloads the chains, because votes have moved the time. */
function again(session: Session, chains: readonly ChainToUpgrade[]): Promise<readonly ChainToUpgrade[]> {
  return Promise.all(chains.map(({ chain }) => chainToUpgrade(session, chain)));
}

/** Schedules each as its admin; resolves with the time at which the last takes effect. */
async function schedule(
  chains: readonly ChainToUpgrade[],
  versions: ReadonlyMap<number, bigint>,
  notBefore: bigint,
): Promise<bigint> {
  let last = 0n;
  for (const { chain, here, before } of chains) {
    const version = versions.get(chain.chainId) ?? before.version;
    const { l1 } = here.info;
    const admin = signerOf(here, { chainId: l1.chainId, account: before.admin });
    await scheduleUpgrade(before, version, await senderOn(admin, l1), notBefore);
    const { next } = await readUpgrades(chain.hyperchain, here.provider(l1.chainId));
    if (next !== undefined && next.effectiveAt > last) last = next.effectiveAt;
    here.output.progress(`scheduled version ${versionInWords(version)} of ${chain.name} for ${time(next?.effectiveAt ?? 0n)}`);
  }
  return last;
}

/** A block of L1 at that second; the chains' clocks follow. */
async function moveTo({ info, provider }: Session, second: bigint): Promise<void> {
  const l1 = provider(info.l1.chainId);
  const newest = BigInt((await l1.getBlock("latest"))?.timestamp ?? 0);
  if (newest >= second) return;
  await l1.send("evm_increaseTime", [Number(second - newest)]);
  await l1.send("evm_mine", []);
}

async function settle(session: Session, chainId: number | undefined): Promise<void> {
  const params = chainId === undefined ? [] : [chainId];
  await waitWithProgress(session, session.request("hyperchain_settle", ...params));
}

/** The account of a devnet that has money on every chain. */
function holder(session: Session, member: string): AccountPlace {
  const [number] = session.info.accounts.funded;
  if (number === undefined)
    throw pluginError("--rehearse withdraws from a funded account, and this ecosystem has none; do not set fundedAccounts");
  return readPlace(session, String(number), member);
}

async function settleEach(
  session: Session,
  chains: readonly ChainToUpgrade[],
  versionOf: (chain: ChainToUpgrade) => bigint,
): Promise<readonly RehearsedBatch[]> {
  const batches: RehearsedBatch[] = [];
  for (const each of chains) batches.push(await settleWithdrawal(session, each, versionOf(each)));
  return batches;
}

/** Withdraws the least amount, settles its batch, and finds which verifier has accepted the proof. */
async function settleWithdrawal(session: Session, { chain, here }: ChainToUpgrade, expected: bigint): Promise<RehearsedBatch> {
  const { info, output } = here;
  const signer = signerOf(here, holder(session, chain.name));
  const { transactionHash, messageHash } = await withdraw(info, { chain: chain.chainId, amount: 1n }, signer);
  await settle(session, chain.chainId);
  const receipt = (await here.provider(chain.chainId).send("eth_getTransactionReceipt", [transactionHash])) as {
    readonly l1BatchNumber: Hex;
  };
  const batchNumber = BigInt(receipt.l1BatchNumber);
  const l1 = here.provider(info.l1.chainId);
  const topics = [topicOf(hyperchainInterface, "BatchProven"), wordToHex(batchNumber)];
  const toBlock = await l1.getBlockNumber();
  const log = (await readLogs(l1, { address: chain.hyperchain, topics, fromBlock: 0, toBlock })).at(-1);
  const proven = log === undefined ? null : hyperchainInterface.parseLog(log);
  if (proven === null)
    throw pluginError(`${info.l1.name} has no proof of batch ${batchNumber} of ${chain.name}; look at hyperchain:status`);
  const version = proven.args["protocolVersion"] as bigint;
  if (version !== expected)
    throw pluginError(
      `batch ${batchNumber} of ${chain.name} has version ${versionInWords(version)}, and should have ${versionInWords(expected)}`,
    );
  const verifier = parseAccount(String(proven.args["verifier"]));
  output.progress(
    `batch ${batchNumber} of ${chain.name} has version ${versionInWords(version)}; ${verifier} has accepted its proof`,
  );
  return { batchNumber, version, verifier, withdrawal: messageHash, claimTransactionHash: null };
}

async function claimEach(
  { chain, here }: ChainToUpgrade,
  batches: readonly RehearsedBatch[],
): Promise<readonly RehearsedBatch[]> {
  const claimed: RehearsedBatch[] = [];
  for (const batch of batches) {
    const payer = holder(here, here.info.l1.name);
    const { transactionHash } = await claimWithdrawal(here, chain.chainId, batch.withdrawal, payer);
    claimed.push({ ...batch, claimTransactionHash: transactionHash ?? null });
  }
  return claimed;
}

function linesOf({ here, batches }: Rehearsed): readonly string[] {
  return batches.map(
    ({ batchNumber, version, verifier, withdrawal, claimTransactionHash }) =>
      `  batch ${batchNumber}: version ${versionInWords(version)}, verifier ${verifier}; withdrawal ${withdrawal} paid on ${here.info.l1.name}` +
      (claimTransactionHash === null ? "" : ` (${claimTransactionHash})`),
  );
}

function tellOne({ output }: Session, rehearsed: Rehearsed): void {
  const { name, chainId, hyperchain } = rehearsed.chain;
  const { noticeSeconds } = rehearsed.before;
  const lines = [
    `${name} was upgraded with a notice of ${noticeSeconds} s; its contract is ${hyperchain} as before`,
    ...linesOf(rehearsed),
    `${name} keeps the version, and the devnet the time`,
  ];
  output.result(() => lines.join("\n"), { chainId, hyperchain, noticeSeconds, batches: rehearsed.batches });
}

function tellAll({ output }: Session, rehearsed: readonly Rehearsed[], day: bigint, versions: ReadonlyMap<number, bigint>): void {
  const chains = rehearsed.map(({ chain: { name, chainId, hyperchain }, leaves, before: { noticeSeconds }, batches }) => ({
    name,
    chainId,
    hyperchain,
    noticeSeconds,
    batches,
    leaves,
    version: versions.get(chainId) ?? null,
  }));
  const lines = rehearsed.flatMap((each) => {
    const version = versions.get(each.chain.chainId);
    const what = version === undefined ? "kept its version" : `took version ${versionInWords(version)}`;
    return [`${each.chain.name} ${what}`, ...linesOf(each)];
  });
  output.result(
    () =>
      [
        `${versions.size} chains were upgraded on one day, ${time(day)}`,
        ...lines,
        ...warningsOf(rehearsed),
        "They keep the versions, and the devnet the time",
      ].join("\n"),
    { day, chains, lateWaysOut: lateWaysOut(rehearsed) },
  );
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}
