import type { JsonRpcProvider } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { lockedPoolObjection } from "../../../../ecosystem/client/pool/locked-pool.ts";
import { GovernanceBook } from "../../../../ecosystem/client/governing/governance.ts";
import { executionObjection } from "../../../../ecosystem/client/standing/execution-change.ts";
import {
  cancelUpgrade,
  readUpgrades,
  readVersion,
  scheduleUpgrade,
  type ChainUpgrades,
} from "../../../../ecosystem/client/governing/upgrade.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { execution as executionSchema, type ChainExecution } from "../../../../ecosystem/options/fields/proving.ts";
import { amount, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { isProvenOnL1, versionInWords } from "../../../../ground/protocol/protocol-version.ts";
import { siblingVersion } from "../../../../ground/protocol/version-modes.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { addVersionBeside, type VersionToAdd } from "./add-version.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { withChainOnL1, type FoundOnL1 } from "../from-l1/chain-on-l1.ts";
import { rehearseUpgrade } from "./rehearse-upgrade.ts";
import { signAs } from "./sign-as.ts";
import { upgradeAll } from "./upgrade-all.ts";
import { baseObjection, inputsObjection, machineObjection, ownersObjection, treeObjection } from "./upgrade-plan.ts";
import type { governingTasks } from "../arguments/governing.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type UpgradeArguments = ArgumentsOf<(typeof governingTasks)["upgrade"]>;

/** Upgrade to schedule; `notBefore` in seconds, 0 for the end of the notice. */
interface WantedUpgrade extends Pick<UpgradeArguments, "from" | "verifier"> {
  readonly version: bigint;
  readonly notBefore: bigint;
  /** Wei of the chain's shielded pool. */
  readonly mostLocked: bigint;
}

/** Versions have 32 bits. */
const VERSION = wholeNumber(0, 2 ** 32 - 1, 2);
const COINS = amount("an amount of ETH, such as 0.01");

/** `hyperchain:upgrade`: shows, schedules, withdraws or rehearses a chain's move to another protocol version. */
const action: NewTaskActionFunction<UpgradeArguments> = async (args, hre) => {
  const version = readNumber("to", args.to, VERSION);
  const execution = readOption("execution", args.execution, executionSchema);
  const wanted = [
    version !== undefined && "--to",
    execution !== undefined && "--execution",
    args.cancel && "--cancel",
    args.rehearse && "--rehearse",
  ].filter(Boolean);
  if (wanted.length > 1) throw pluginError(`${wanted.join(" and ")} exclude each other; give one of them`);
  if (args.verifier !== undefined && version === undefined)
    throw pluginError("--verifier belongs to --to, which says the version that it is added as");
  if (args.notBefore !== undefined && version === undefined)
    throw pluginError("--not-before belongs to --to, which says the version that takes effect then");
  const limits = { notBefore: readTime(args.notBefore), mostLocked: readOption("lockPool", args.lockPool, COINS) ?? 0n };
  requireNamed(args);
  const chosen = { ...args, chain: args.chain ?? "" };
  if (args.rehearse) return rehearseUpgrade(chosen, hre);
  if (args.all) return upgradeAll(args, { version: BigInt(version ?? 0), ...limits }, hre);
  const isScheduled = version !== undefined || execution !== undefined;
  return withChainOnL1(chosen, hre, args.cancel || isScheduled ? "acts" : "reads", async (chain) => {
    const l1 = connectHttp(BigInt((await callJsonRpc(chain.l1, "eth_chainId", [])) as string), chain.l1);
    try {
      const upgrades = await readUpgrades(chain.hyperchain, l1);
      if (args.cancel) await cancel(chain, upgrades, args, l1);
      else if (version !== undefined) await schedule(chain, upgrades, { ...args, version: BigInt(version), ...limits }, l1);
      else if (execution !== undefined)
        await schedule(chain, upgrades, { ...args, version: versionFor(execution, upgrades), ...limits }, l1);
      else chain.output.result(() => text(upgrades, chain.layer), json(upgrades));
    } finally {
      l1.destroy();
    }
  });
};

/** Version of chains with this execution, as the contracts of this chain have it. Throws a plugin error if the chain has it. */
function versionFor(execution: ChainExecution, { chainId, version }: ChainUpgrades): bigint {
  if (isProvenOnL1(version) === (execution === "proven"))
    throw pluginError(`chain ${chainId} is ${execution} already, with version ${versionInWords(version)}`);
  return siblingVersion(version, execution);
}

/** Throws a plugin error unless a chain is named, or all are. */
function requireNamed({ chain, all, to, rehearse, cancel: withdraws, verifier, settlementUrl }: UpgradeArguments): void {
  if (all === (chain !== undefined))
    throw pluginError(all ? `--all means every chain: leave ${chain} out` : "name a chain, or give --all");
  if (!all) return;
  if (withdraws || verifier !== undefined || settlementUrl !== undefined || (to === undefined && !rehearse))
    throw pluginError(
      "--all goes with --to, for chains of the running ecosystem and a version that is added, or with --rehearse",
    );
}

async function cancel(chain: FoundOnL1, upgrades: ChainUpgrades, { from }: UpgradeArguments, l1: JsonRpcProvider): Promise<void> {
  const { chainId, next, now } = upgrades;
  if (next === undefined)
    throw pluginError(`chain ${chainId} waits for no other version, so there is nothing to withdraw; schedule one with --to`);
  if (next.effectiveAt <= now)
    throw pluginError(
      `version ${versionInWords(next.version)} of chain ${chainId} has been in effect since ${time(next.effectiveAt)}: it stays. Schedule another with --to, once a batch of it is executed`,
    );
  const transactionHash = await signAs(chain, adminOf(upgrades), { from, l1 }, (sender) => cancelUpgrade(upgrades, sender));
  chain.output.result(
    () =>
      `chain ${chainId} keeps version ${versionInWords(upgrades.version)}; version ${versionInWords(next.version)} was withdrawn`,
    {
      ...json(upgrades),
      next: null,
      transactionHash,
    },
  );
}

async function schedule(
  chain: FoundOnL1,
  upgrades: ChainUpgrades,
  { version, notBefore, mostLocked, from, verifier }: WantedUpgrade,
  l1: JsonRpcProvider,
): Promise<void> {
  const { chainId, next } = upgrades;
  if (next !== undefined)
    throw pluginError(
      `chain ${chainId} waits for version ${versionInWords(next.version)} already: withdraw it with --cancel, or, where it is in effect, wait until a batch of it is executed`,
    );
  if (version === upgrades.version)
    throw pluginError(`chain ${chainId} has version ${versionInWords(version)} already; name another with --to`);
  const missing = await missingVersion(chain, upgrades, { version, verifier }, l1);
  // First: a version that was added stays in the registry, also where the chain cannot take it.
  await requireState(chain, upgrades, { version, mostLocked }, l1);
  if (missing !== undefined) await addMissing(chain, upgrades, missing, l1);
  const transactionHash = await signAs(chain, adminOf(upgrades), { from, l1 }, (sender) =>
    scheduleUpgrade(upgrades, version, sender, notBefore),
  );
  const scheduled = await readUpgrades(upgrades.hyperchain, l1);
  chain.output.result(() => text(scheduled, chain.layer), { ...json(scheduled), transactionHash });
}

/** Requires that the version can continue with the chain's state, which is read from the running chain. */
async function requireState(
  { chain, onTop, output }: Pick<FoundOnL1, "chain" | "onTop" | "output">,
  upgrades: ChainUpgrades,
  { version, mostLocked }: Pick<WantedUpgrade, "version" | "mostLocked">,
  l1: JsonRpcProvider,
): Promise<void> {
  const { chainId, version: present } = upgrades;
  const objectionOfThose =
    machineObjection(present, version) ??
    baseObjection(present, version, onTop) ??
    (await ownersObjection(upgrades, version, l1)) ??
    (await inputsObjection(upgrades, version, l1)) ??
    (await treeObjection(upgrades, version, onTop, l1));
  if (objectionOfThose !== undefined)
    throw pluginError(
      `chain ${chainId} is not moved to version ${versionInWords(version)}: ${objectionOfThose}, or keep version ${versionInWords(present)}`,
    );
  if (chain === undefined)
    return output.progress(`no node of chain ${chainId} is known, so its state and its shielded pool are not looked at`);
  const ask = (method: string, params: readonly unknown[]): Promise<unknown> => chain(method, params, {});
  const objection =
    (await executionObjection(present, version, ask)) ??
    (await lockedPoolObjection({ from: present, to: version, mostLocked }, ask));
  if (objection !== undefined)
    throw pluginError(`chain ${chainId} is not moved to version ${versionInWords(version)}: ${objection}`);
}

/**
 * Version that governance would have to add; undefined if it exists. Throws a plugin error if only governance
 * can add it.
 */
async function missingVersion(
  { hyperchain, name }: FoundOnL1,
  { version: current, verifiers, governance }: ChainUpgrades,
  { version, verifier }: Pick<WantedUpgrade, "version" | "verifier">,
  l1: JsonRpcProvider,
): Promise<VersionToAdd | undefined> {
  const known = await readVersion(verifiers, version, l1);
  if (known !== undefined && verifier !== undefined)
    throw pluginError(
      `version ${versionInWords(version)} has been added, with the verifier ${known.verifier}; leave --verifier out`,
    );
  if (known !== undefined) return undefined;
  const isAccount = (await l1.getCode(governance)) === "0x";
  if (!isAccount) {
    const act = `hyperchain:governance ${name ?? hyperchain} --add ${version} --verifier ${verifier ?? "<verifier>"}`;
    const { votes } = await new GovernanceBook(verifiers).look(l1);
    const how =
      votes === undefined
        ? `have that contract call addVersion of ${verifiers}`
        : `have a holder of votes propose it (npx hardhat ${act} --from <holder>), and the votes decide it`;
    throw pluginError(
      `governance (${governance}) has not added version ${versionInWords(version)} to ${verifiers}, and it is not an account: ${how}; then schedule it with --to ${version}`,
    );
  }
  if (verifier === undefined && isProvenOnL1(version))
    throw pluginError(
      `L1 has no contracts that check proofs of execution, which version ${versionInWords(version)} needs: they are deployed with the first proven chain of an ecosystem; add one with hyperchain:create <name> --execution proven, then upgrade`,
    );
  if (verifier === undefined)
    throw pluginError(
      `governance (${governance}) has not added version ${versionInWords(version)} to ${verifiers}: have it do so, or, where you have its key, name the version's verifier with --verifier`,
    );
  const present = await readVersion(verifiers, current, l1);
  if (present === undefined) throw new Error(`the registry ${verifiers} does not have version ${versionInWords(current)}`);
  return { version, verifier: parseAccount(verifier), beside: { version: current, content: present } };
}

async function addMissing(
  chain: FoundOnL1,
  { verifiers, governance }: ChainUpgrades,
  missing: VersionToAdd,
  l1: JsonRpcProvider,
): Promise<void> {
  const only = { account: governance, role: "governance" };
  const hash = await signAs(chain, only, { from: undefined, l1 }, (sender) => addVersionBeside(verifiers, missing, sender));
  chain.output.progress(`added version ${versionInWords(missing.version)} with the verifier ${missing.verifier} (${hash})`);
}

function adminOf({ admin, chainId }: ChainUpgrades): { readonly account: Hex; readonly role: string } {
  return { account: admin, role: `the admin of chain ${chainId}` };
}

function text({ chainId, hyperchain, version, next, noticeSeconds, now, admin }: ChainUpgrades, layer: string): string {
  const lines = [`chain ${chainId} (${hyperchain}) has protocol version ${versionInWords(version)}`];
  if (next === undefined) lines.push(`no other version is scheduled; its admin, ${admin}, can with --to`);
  else {
    const waits = next.effectiveAt > now;
    lines.push(
      waits
        ? `version ${versionInWords(next.version)} takes effect at ${time(next.effectiveAt)} of ${layer}'s time, in ${next.effectiveAt - now} s; until then --cancel withdraws it`
        : `version ${versionInWords(next.version)} has been in effect since ${time(next.effectiveAt)} of ${layer}'s time; no batch of it is executed yet`,
    );
    if (next.operations > 0n)
      lines.push(
        `  batches keep version ${versionInWords(version)} until they have taken operation ${next.operations - 1n} of the queue`,
      );
  }
  lines.push(`an upgrade's notice is ${noticeSeconds} s: users who do not want it leave within it`);
  return lines.join("\n");
}

function json({ chainId, hyperchain, version, next, noticeSeconds, admin, verifiers, governance }: ChainUpgrades): object {
  return { chainId, hyperchain, version, next: next ?? null, noticeSeconds, admin, verifiers, governance };
}

/** Seconds; 0 where no time is given. */
function readTime(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isSafeInteger(milliseconds)) return BigInt(milliseconds) / 1_000n;
  throw pluginError(`--not-before is not a time: ${text}; give one as 2027-03-01T12:00Z, or in seconds since 1970`);
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString();
}

export default action;
