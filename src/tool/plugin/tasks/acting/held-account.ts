import { readFile } from "node:fs/promises";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { HeldAccountFile } from "../../../../ecosystem/held-accounts/account-file.ts";
import { CollectorClient } from "../../../../ecosystem/held-accounts/collector-client.ts";
import { serveCollector } from "../../../../ecosystem/held-accounts/collector-server.ts";
import { Collector, DEFAULT_COLLECTOR_PLAN } from "../../../../ecosystem/held-accounts/collector.ts";
import { deployHeldAccounts } from "../../../../ecosystem/held-accounts/deploy-held-accounts.ts";
import { HeldContract } from "../../../../ecosystem/held-accounts/held-contract.ts";
import { decodeBurnProof, encodeBurnProof } from "../../../../ecosystem/held-accounts/held-json.ts";
import { HeldWallet } from "../../../../ecosystem/held-accounts/held-wallet.ts";
import { noteOf } from "../../../../ecosystem/held-accounts/act.ts";
import { registerHeldAccount } from "../../../../ecosystem/held-accounts/register-account.ts";
import { isRebuildable } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { address, url as anyUrl, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { pluginError } from "../../plugin-error.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { warning } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";
import { chainOfHeldAccounts } from "./held-chain.ts";
import { exitHeldAccount, watchHeldClaims } from "./held-exit.ts";

type HeldArguments = ArgumentsOf<(typeof actingTasks)["heldAccount"]>;
type Action = (session: Session, args: HeldArguments) => Promise<void>;

/** Port of a collector that no option names. */
const COLLECTOR_PORT = 8560;
const COLLECTOR_URL = `http://127.0.0.1:${COLLECTOR_PORT}`;
const COIN = `0x${"00".repeat(20)}` as const;

/** `hyperchain:held-account`: an account whose data its owner stores, and the collector of acts. */
const action: NewTaskActionFunction<HeldArguments> = (args, hre) => {
  const run = ACTIONS[args.action];
  if (run === undefined) throw pluginError(`'${args.action}' is not an action; name one of: ${Object.keys(ACTIONS).join(", ")}`);
  return withEcosystem(args, hre, args.action === "balance" ? "reads" : "acts", (session) => run(session, args));
};

const ACTIONS: Readonly<Record<string, Action>> = { register, balance, give, burn, redeem, pay, collect, exit, watch };

async function register(session: Session, args: HeldArguments): Promise<void> {
  const { chain, name, sender, signer } = await senderOf(session, args);
  const path = fileOf(args);
  if (isRebuildable(chain)) {
    const message = `${name} is not a chain with data at owners, so L1 does not get less for its held accounts`;
    session.output.progress(warning(message));
  }
  await deployHeldAccounts(session.info, name, signer);
  const registered = await registerHeldAccount(path, sender, signer);
  const { number } = registered.name;
  const { transactionHash } = registered;
  session.output.progress(warning(`store copies of ${path}: a lost file is lost money`));
  session.output.result(() => `account ${number} of ${sender} on ${name}, in ${path}`, {
    number,
    owner: sender,
    transactionHash,
  });
}

async function balance(session: Session, args: HeldArguments): Promise<void> {
  await withWallet(session, args, async (wallet, name) => {
    const token = tokenOf(args);
    const amount = await wallet.balance(token);
    session.output.result(() => `account ${wallet.number} on ${name} has ${amount} of token ${token}`, {
      number: wallet.number,
      token,
      amount,
    });
  });
}

/** Sends a gift of the chain's coin to a held account. */
async function give(session: Session, args: HeldArguments): Promise<void> {
  const to = numberOf(args);
  if (args.token !== undefined) {
    const message = "the gift is of the chain's coin; leave out --token, or use HeldContract for a bridged token";
    throw pluginError(message);
  }
  const { name, signer } = await senderOf(session, args);
  const amount = amountOf(args);
  const { gift, transactionHash } = await (await HeldContract.connect(signer)).give(to, { token: COIN, amount });
  session.output.result(() => `account ${to} on ${name} has received ${amount} of the coin (${transactionHash})`, {
    number: to,
    gift,
    amount,
    transactionHash,
  });
}

async function burn(session: Session, args: HeldArguments): Promise<void> {
  const to = numberOf(args);
  await withWallet(session, args, async (wallet) => {
    const proof = encodeBurnProof(await wallet.burn(tokenOf(args), amountOf(args), to));
    session.output.progress("the recipient redeems this text at any time, by any channel:");
    session.output.result(() => proof, { proof });
  });
}

async function redeem(session: Session, args: HeldArguments): Promise<void> {
  if (args.proof === undefined) throw pluginError("--proof has the burn proof's text, or names its file");
  const text = args.proof.startsWith("{") ? args.proof : await readFile(args.proof, "utf8");
  await withWallet(session, args, async (wallet, name) => {
    const proof = decodeBurnProof(text);
    const isNew = !wallet.hasReceived(proof);
    const amount = await wallet.redeem(proof);
    const line = isNew
      ? `account ${wallet.number} on ${name} has received ${amount}`
      : `account ${wallet.number} on ${name} has received these ${amount} before; nothing changes`;
    session.output.result(() => line, { number: wallet.number, amount, isNew });
  });
}

async function pay(session: Session, args: HeldArguments): Promise<void> {
  const to = readOption("to", args.to, address);
  if (to === undefined) throw pluginError("--to names the address of an account of the chain");
  await withWallet(session, args, async (wallet, name) => {
    await wallet.pay(tokenOf(args), amountOf(args), to);
    session.output.result(() => `account ${wallet.number} on ${name} has paid ${amountOf(args)} to ${to}`, {
      number: wallet.number,
      to,
    });
  });
}

/** Claims the account on L1, or is paid. */
async function exit(session: Session, args: HeldArguments): Promise<void> {
  const recipient = readOption("to", args.to, address) as Hex | undefined;
  const { chain, from, activate } = args;
  await exitHeldAccount(session, { chain, from, path: fileOf(args), recipient, isActivated: activate });
}

/** Refutes stale claims until Ctrl-C. */
async function watch(session: Session, { chain, from }: HeldArguments): Promise<void> {
  await watchHeldClaims(session, { chain, from });
}

/** Collects acts until Ctrl-C. */
async function collect(session: Session, args: HeldArguments): Promise<void> {
  const { name, signer } = await senderOf(session, args);
  await deployHeldAccounts(session.info, name, signer);
  const chain = await HeldContract.connect(signer);
  const collector = new Collector(DEFAULT_COLLECTOR_PLAN, { chain, clock: systemClock });
  const place = { host: "127.0.0.1", port: readNumber("port", args.port, wholeNumber(0, 65_535, 0)) ?? COLLECTOR_PORT };
  const server = await serveCollector({ collector, chain }, place);
  session.output.result(() => `collecting acts of held accounts on ${name} at ${server.url}; Ctrl-C ends it`, {
    url: server.url,
  });
  await nextSignal();
  await closeAndExit(
    () => collector.close().then(() => server.close()),
    () => undefined,
  );
}

/** Opens the wallet of the file, and closes the file after the work. */
async function withWallet(
  session: Session,
  args: HeldArguments,
  work: (wallet: HeldWallet, chainName: string) => Promise<void>,
): Promise<void> {
  const path = fileOf(args);
  const file = await HeldAccountFile.open(path);
  try {
    const { name, signer } = await senderOf(session, args, file.name.chainId);
    const collector = new CollectorClient(readOption("collector", args.collector, anyUrl) ?? COLLECTOR_URL);
    const wallet = new HeldWallet({ file, owner: signer, chain: await HeldContract.connect(signer), collector });
    await warnOfUnlisted(session, wallet);
    await work(wallet, name);
    session.output.progress(warning(`store copies of ${path}: a lost file is lost money`));
  } finally {
    await file.close();
  }
}

/** After a reverted batch a sender's act can be missing on the chain. */
async function warnOfUnlisted(session: Session, wallet: HeldWallet): Promise<void> {
  for (const proof of await wallet.unlistedNotes()) {
    const { token, amount } = noteOf(proof);
    const message = `account ${wallet.number} cannot spend ${amount} of token ${token} from account ${proof.sender}: the chain does not list that burn, because a batch was reverted; request another proof from account ${proof.sender}`;
    session.output.progress(warning(message));
  }
}

async function senderOf(session: Session, args: HeldArguments, chainOfFile?: bigint) {
  const chain = chainOfHeldAccounts(session.info, args.chain, chainOfFile);
  const { name, chainId } = chain;
  const { account } = await readSender(session, args.from, name);
  return { chain, name, sender: account, signer: signerOf(session, { chainId, account }) };
}

function numberOf({ to }: HeldArguments): number {
  const number = readNumber("to", to, wholeNumber(1, 2 ** 40 - 1, 1));
  if (number === undefined) throw pluginError("--to names the number of the recipient's account");
  return number;
}

function fileOf({ file }: HeldArguments): string {
  if (file !== undefined) return file;
  throw pluginError("--file names the account's file; a lost file is lost money");
}

function tokenOf({ token }: HeldArguments): typeof COIN {
  return (readOption("token", token, address) ?? COIN) as typeof COIN;
}

function amountOf({ amount }: HeldArguments): bigint {
  if (amount !== undefined && /^[1-9]\d{0,77}$/.test(amount)) return BigInt(amount);
  throw pluginError("--amount is a number of the token's smallest unit, above 0");
}

export default action;
