import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import {
  accountKeys,
  keysOn,
  keystoreSlot,
  registerKeys,
  rotateKeys,
  walletOwner,
  type AccountKeys,
  type Keys,
  type KeysStanding,
} from "../../../../ecosystem/client/keystore/keystore.ts";
import { deployKeystore, hasKeystore, KEYSTORE_ADDRESSES } from "../../../../ecosystem/client/keystore/keystore-contracts.ts";
import { wordToHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { readPlace, readSender, signerOf } from "../session/accounts.ts";
import { table } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { taskWallets } from "../session/task-wallets.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type KeysArguments = ArgumentsOf<(typeof actingTasks)["keys"]>;

/** `hyperchain:keys`: the keys of an account on all chains, by its home chain's keystore. */
const action: NewTaskActionFunction<KeysArguments> = (args, hre) =>
  withEcosystem(args, hre, args.register || args.rotate ? "acts" : "reads", async (session) => {
    if (args.register && args.rotate)
      throw pluginError("--register names a new account, --rotate replaces the keys of one: choose");
    const acts = args.register || args.rotate;
    if (!acts && (args.owners !== undefined || args.threshold !== undefined))
      throw pluginError("--owners and --threshold are for --register and --rotate: write one of them too");
    const { name: home, chainId } = findChain(session.info, args.home ?? session.info.chains[0]?.name ?? "");
    if (args.register) {
      if (args.id !== undefined) throw pluginError("the id of a new account follows from its first keys: leave it out");
      return register(session, args, home);
    }
    const id = readId(args.id ?? "");
    const known = await accountKeys(session.info, { home: chainId, id }, (each) => session.provider(each));
    return args.rotate ? rotate(session, args, known) : show(session, known);
  });

async function register(session: Session, args: KeysArguments, home: string): Promise<void> {
  const { info, output, provider } = session;
  const { account } = await readSender(session, args.from, home);
  const keys = readKeys(session, args);
  for (const { name, chainId, stopped } of info.chains) {
    if (stopped === true || (await hasKeystore(provider(chainId)))) continue;
    output.progress(`putting the contracts of such accounts on ${name}…`);
    await deployKeystore(info, chainId, signerOf(session, { chainId, account }));
  }
  const { chainId } = findChain(info, home);
  const made = await registerKeys(info, { home: chainId, keys }, signerOf(session, { chainId, account }));
  output.result(
    () =>
      `${made.account} on all chains\n  id   ${made.id}\n  home ${home} (npx hardhat hyperchain:keys ${made.id} --home ${home})`,
    made,
  );
}

async function rotate(session: Session, args: KeysArguments, present: AccountKeys): Promise<void> {
  const { info, output } = session;
  const { home: chainId, id, keys } = present;
  const { account } = await readSender(session, args.from, findChain(info, chainId).name);
  const { own, development } = taskWallets(info);
  const at = [...own, ...development].filter(({ address }) => keys.owners.includes(address.toLowerCase() as Hex));
  const owners = await Promise.all(at.map(walletOwner));
  const order = { home: chainId, id, next: readKeys(session, args), owners };
  const rotated = await rotateKeys(info, order, signerOf(session, { chainId, account }));
  const { name } = findChain(info, chainId);
  const bring = `npx hardhat hyperchain:bring ${KEYSTORE_ADDRESSES.keystore}@${name} 0 --key ${id}`;
  output.result(
    () =>
      `version ${rotated.version} on ${name}, transaction ${rotated.transactionHash}\n` +
      `The other chains take the keys of before until these are brought there: ${bring}`,
    { ...rotated, slot: wordToHex(keystoreSlot(id)) },
  );
}

const STANDINGS: Readonly<Record<KeysStanding, string>> = {
  present: "takes these keys",
  other: "takes other keys, until these are brought",
  nothing: "knows none yet",
};

async function show(session: Session, accountKeys: AccountKeys): Promise<void> {
  const { info, output, provider } = session;
  const standings: { readonly name: string; readonly chainId: number; readonly standing: KeysStanding }[] = [];
  for (const { name, chainId, stopped } of info.chains) {
    if (stopped !== true)
      standings.push({ name, chainId, standing: await keysOn(info, chainId, accountKeys, provider(chainId)) });
  }
  const { account, version, keys, home } = accountKeys;
  const rows = standings.map(({ name, chainId, standing }) => [`  ${name}`, chainId === home ? "home" : STANDINGS[standing]]);
  output.result(
    () =>
      `${account}, version ${version}: ${keys.threshold} of\n${keys.owners.map((owner) => `  ${owner}`).join("\n")}\n${table(rows)}`,
    { ...accountKeys, standings },
  );
}

/** Throws a plugin error. */
function readId(text: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex;
  throw pluginError(`'${text}' is not an account's id: 0x and 64 hex digits, as --register prints it`);
}

/** Throws a plugin error. */
function readKeys(session: Session, { owners, threshold }: KeysArguments): Keys {
  if (owners === undefined)
    throw pluginError("--owners names whose signatures act for the account: numbers or addresses with commas");
  const named = owners.split(",").map((each) => readOwner(session, each.trim()));
  const enough = threshold ?? `${named.length}`;
  if (!/^[1-9]\d?$/.test(enough) || Number(enough) > named.length)
    throw pluginError(`--threshold is '${enough}', and there are ${named.length} owners: give 1 to ${named.length}`);
  return { threshold: BigInt(enough), owners: named };
}

/** An account, or what ERC-7913 calls a verifier and its key. */
function readOwner(session: Session, text: string): Hex {
  if (/^0x([0-9a-fA-F]{2}){21,}$/.test(text)) return text.toLowerCase() as Hex;
  return readPlace(session, text, session.info.l1.name).account;
}

export default action;
