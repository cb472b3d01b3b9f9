import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { lockedPoolObjection } from "../../../../ecosystem/client/pool/locked-pool.ts";
import { senderOn } from "../../../../ecosystem/client/sending/submit.ts";
import { readUpgrades, readVersion, scheduleUpgrade } from "../../../../ecosystem/client/governing/upgrade.ts";
import { executionObjection } from "../../../../ecosystem/client/standing/execution-change.ts";
import { pluginError } from "../../plugin-error.ts";
import { signerOf } from "../session/accounts.ts";
import type { EcosystemArguments } from "../session/arguments.ts";
import { withEcosystem } from "../session/session.ts";
import {
  baseObjection,
  chainToUpgrade,
  commonDay,
  inputsObjection,
  lateWaysOut,
  machineObjection,
  ownersObjection,
  treeObjection,
  warningsOf,
  type ChainToUpgrade,
} from "./upgrade-plan.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";

/** `hyperchain:upgrade --all --to`: every chain that is governed takes the version on one day, each by its own admin. */
export function upgradeAll(
  args: EcosystemArguments,
  { version, notBefore, mostLocked }: { readonly version: bigint; readonly notBefore: bigint; readonly mostLocked: bigint },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  return withEcosystem(args, hre, "acts", async (session) => {
    const chains = await Promise.all(session.info.chains.map((chain) => chainToUpgrade(session, chain)));
    const movers = chains.filter(({ leaves, before }) => !leaves && before.version !== version);
    if (movers.length === 0)
      throw pluginError(`no chain that is governed is to take version ${versionInWords(version)}: all have it`);
    // First all of them: what one cannot take is scheduled for none.
    for (const each of movers) await requireReady(each, { version, mostLocked }, chains);
    const day = commonDay(movers, notBefore);
    const scheduled: object[] = [];
    for (const { chain, here, before } of movers) {
      const { l1 } = here.info;
      const admin = signerOf(here, { chainId: l1.chainId, account: before.admin });
      const transactionHash = await scheduleUpgrade(before, version, await senderOn(admin, l1), day);
      const { next } = await readUpgrades(chain.hyperchain, here.provider(l1.chainId));
      scheduled.push({ name: chain.name, chainId: chain.chainId, effectiveAt: next?.effectiveAt ?? null, transactionHash });
    }
    const names = movers.map(({ chain: { name } }) => name).join(", ");
    session.output.result(
      () =>
        [
          `${names} take version ${versionInWords(version)} on ${new Date(Number(day) * 1_000).toISOString()}`,
          ...warningsOf(chains),
        ].join("\n"),
      { day, version, scheduled, leavers: chains.filter(({ leaves }) => leaves).map(nameOf), lateWaysOut: lateWaysOut(chains) },
    );
  });
}

function nameOf({ chain: { name } }: ChainToUpgrade): string {
  return name;
}

/** Throws a plugin error. */
async function requireReady(
  { chain, here, before }: ChainToUpgrade,
  { version, mostLocked }: { readonly version: bigint; readonly mostLocked: bigint },
  all: readonly ChainToUpgrade[],
): Promise<void> {
  const { name, chainId } = chain;
  if (before.next !== undefined)
    throw pluginError(
      `${name} waits for version ${versionInWords(before.next.version)}: withdraw it with hyperchain:upgrade ${name} --cancel`,
    );
  const { l1 } = here.info;
  if ((await readVersion(before.verifiers, version, here.provider(l1.chainId))) === undefined)
    throw pluginError(
      `governance (${before.governance}) has not added version ${versionInWords(version)} on ${l1.name}: have it do so, with hyperchain:governance ${name} --add ${version} --verifier <verifier>`,
    );
  const above = all.filter(({ chain: { settlesOn } }) => settlesOn?.chainId === chainId).map(nameOf);
  const ask = (method: string, params: readonly unknown[]): Promise<unknown> => here.ask(chainId, method, params, {});
  const objection =
    machineObjection(before.version, version) ??
    baseObjection(before.version, version, above) ??
    (await ownersObjection(before, version, here.provider(l1.chainId))) ??
    (await inputsObjection(before, version, here.provider(l1.chainId))) ??
    (await treeObjection(before, version, above, here.provider(l1.chainId))) ??
    (await executionObjection(before.version, version, ask)) ??
    (await lockedPoolObjection({ from: before.version, to: version, mostLocked }, ask));
  if (objection !== undefined) throw pluginError(`${name} is not moved to version ${versionInWords(version)}: ${objection}`);
}
