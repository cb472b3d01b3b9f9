import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { checksumOf, formatChainAddress, splitChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { memberName } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { listNames } from "../../../../ecosystem/client/names/name-list.ts";
import {
  announceName,
  chooseName,
  chosenName,
  requireFreeName,
  takeName,
  type NameRequest,
} from "../../../../ecosystem/client/names/names.ts";
import { deployNames, hasNames } from "../../../../ecosystem/client/names/names-contract.ts";
import { resolveChainAddress } from "../../../../ecosystem/client/names/resolve-name.ts";
import { pluginError } from "../../plugin-error.ts";
import { readPlace, readSender, resolvePlace, signerOf, type AccountPlace } from "../session/accounts.ts";
import { table } from "../session/output.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type NamesArguments = ArgumentsOf<(typeof actingTasks)["names"]>;

/** `hyperchain:names`: what L1's registry of names has, and names for the sender. */
const action: NewTaskActionFunction<NamesArguments> = (args, hre) =>
  withEcosystem(args, hre, args.take || args.choose ? "acts" : "reads", async (session) => {
    if (!args.take && (args.account !== undefined || args.chainLabel))
      throw pluginError("--account and --chain-label say what is taken; write --take too");
    const { name } = args;
    if (args.take || args.choose) {
      if (name === undefined) throw pluginError("which name? Write it as <name>@<chain>");
      return change(session, { ...args, name });
    }
    return name === undefined ? list(session) : show(session, name);
  });

async function list({ info, output, provider }: Session): Promise<void> {
  const names = await listNames(info, provider(info.l1.chainId));
  const chains = names.chains.map(({ chainId, label }) => [label, `chain ${chainId}`, ""]);
  const accounts = names.accounts.map(({ chainId, label, account, owner }) => [
    `${label}@${memberName(info, chainId)}`,
    account,
    account === owner ? "" : `owner ${owner}`,
  ]);
  const rows = [...chains, ...accounts];
  output.result(() => (rows.length === 0 ? "No name was taken yet." : table(rows)), names);
}

/** Shows the account of a name, or the name that an account chose. */
async function show(session: Session, text: string): Promise<void> {
  const { info, output } = session;
  const place = await resolvePlace(session, text);
  const chosen = await chosenName(info, place, session.provider(info.l1.chainId));
  const name = chosen === undefined ? undefined : `${chosen}@${memberName(info, place.chainId)}`;
  const checksum = checksumOf(place);
  output.result(
    () =>
      `${formatChainAddress(info, place)}#${checksum}\n  ${name === undefined ? "chose no name (--take --choose)" : `calls itself ${name}`}`,
    { ...place, checksum, chosenName: name ?? null },
  );
}

/** Takes a name, has it shown, or both. */
async function change(session: Session, args: NamesArguments & { readonly name: string }): Promise<void> {
  const { info, output } = session;
  const from = await readSender(session, args.from, info.l1.name);
  const signer = signerOf(session, { ...from, chainId: info.l1.chainId });
  const { account: label, chain } = splitChainAddress(args.name);
  if (chain === undefined)
    throw pluginError(`'${label}' does not say under which chain; write it as ${label}@<chain name or id>`);
  if (args.chainLabel && args.choose) throw pluginError("--choose is for accounts' names, --chain-label takes a chain's");
  const { chainId } = await resolveChainAddress(info, `${from.account}@${chain}`, session.provider(info.l1.chainId));
  const request = { chain: chainId, label, account: args.chainLabel ? undefined : accountOf(session, args, from) };
  const taken = args.take ? await take(session, request, from) : undefined;
  const chosen = args.choose ? await chooseName(info, { chain: chainId, label }, signer) : undefined;
  const name = `${label}@${memberName(info, chainId)}`;
  const lines = [
    ...(taken === undefined ? [] : [args.chainLabel ? `chain ${chainId} is called ${label}` : `${name} is ${request.account}`]),
    ...(chosen === undefined ? [] : [`${from.account} is shown as ${name}`]),
  ];
  output.result(() => lines.join("\n"), {
    chainId,
    label,
    account: request.account ?? null,
    owner: from.account,
    taken: taken ?? null,
    chosen: chosen ?? null,
  });
}

function accountOf(session: Session, { account }: NamesArguments, from: AccountPlace): string {
  if (account === undefined) return from.account;
  if (account.includes("@")) throw pluginError("--account is an address or a number: its chain is the name's own");
  return readPlace(session, account, session.info.l1.name).account;
}

/** Announces a name and takes it when the registry gives it out. Resolves with the transaction's hash. */
async function take(session: Session, request: NameRequest, from: AccountPlace): Promise<string> {
  const { info, output } = session;
  const l1 = session.provider(info.l1.chainId);
  const signer = signerOf(session, { ...from, chainId: info.l1.chainId });
  if (!(await hasNames(info, l1))) {
    output.progress(`putting the registry of names on ${info.l1.name}…`);
    await deployNames(info, signer);
  }
  await requireFreeName(info, request, l1);
  const { secret, validFrom } = await announceName(info, request, signer);
  output.progress("announced");
  const wait = createProgressWait(session);
  for (;;) {
    // The block that takes the name is the next one, of which some nodes tell no number.
    const { timestamp } = (await l1.send("eth_getBlockByNumber", ["pending", false])) as { readonly timestamp: string };
    const left = validFrom - BigInt(timestamp);
    if (left <= 0n) return takeName(info, { ...request, secret }, signer);
    await wait.wait(`${info.l1.name} gives the name out in ${left} seconds of its time`);
  }
}

export default action;
