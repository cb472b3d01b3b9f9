import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { findGuardians, guardiansOnLayer, type GuardiansOnLayer } from "../../../../ecosystem/client/ecosystem/find-guardians.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import { senderOn } from "../../../../ecosystem/client/sending/submit.ts";
import { proofOfLeaves, proofOfNode } from "../../../../ecosystem/devnet/leaf-requests/leaf-proofs.ts";
import { guardedChain, leafNamed, LeafRequests } from "../../../../ecosystem/devnet/leaf-requests/leaf-requests.ts";
import type { GuardianNetworkInfo } from "../../../../ecosystem/devnet/guardian/guardian-info.ts";
import { requestSentence } from "../../../../ecosystem/devnet/view/books/guardian-words.ts";
import type { EcosystemInfo, EcosystemStatus } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../../plugin-error.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { dataSources } from "../session/data-sources.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { guardianLines, requestLines } from "./guardian-lines.ts";

type GuardiansArguments = ArgumentsOf<(typeof runningTasks)["guardians"]>;
type Action = (session: Session, args: GuardiansArguments) => Promise<void>;

/** Slots are words. */
const SLOT = /^(0x[0-9a-f]{1,64}|\d{1,78})$/i;

const ACTIONS: Readonly<Record<string, Action>> = { stop, start, request, answer, report, close };

/** `hyperchain:guardians`: shows, stops and starts guardians, and sends what concerns requests for data on L1. */
const action: NewTaskActionFunction<GuardiansArguments> = (args, hre) => {
  const { action: name } = args;
  const run = name === undefined ? show : Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (run === undefined)
    throw pluginError(`'${name}' is not an action; name one of: ${Object.keys(ACTIONS).join(", ")}, or none to show`);
  return withEcosystem(args, hre, name === undefined ? "reads" : "acts", (session) => run(session, args));
};

async function show(session: Session, { of }: GuardiansArguments): Promise<void> {
  const [info, status] = await Promise.all([session.request("hyperchain_info"), session.request("hyperchain_status")]);
  const network = findGuardians((info as EcosystemInfo).guardians, of);
  const { requests } = findGuardians((status as EcosystemStatus).guardians, network.name);
  const text = (): string => [guardianLines(network), ...requestLines(network.name, requests)].join("\n\n");
  session.output.result(text, requests === undefined ? network : { ...network, requests });
}

function stop(session: Session, args: GuardiansArguments): Promise<void> {
  return setRunning(session, args, false);
}

function start(session: Session, args: GuardiansArguments): Promise<void> {
  return setRunning(session, args, true);
}

async function setRunning({ info, output, request: ask }: Session, args: GuardiansArguments, running: boolean): Promise<void> {
  const { name } = findGuardians(info.guardians, args.of);
  const index = valueOf(args, "the index of a guardian", 0);
  const network = (await ask("hyperchain_setGuardian", name, index, running)) as GuardianNetworkInfo;
  output.result(() => guardianLines(network), network);
}

/** Requests a leaf of the newest executed state of a chain. */
async function request(session: Session, args: GuardiansArguments): Promise<void> {
  const { chain, account, slot, code } = args;
  if (chain === undefined || account === undefined)
    throw pluginError("request needs --chain, the chain whose data are requested, and --account, whose leaf is requested");
  if (slot !== undefined && !SLOT.test(slot)) throw pluginError(`--slot is a number of at most 32 bytes, got '${slot}'`);
  if (slot !== undefined && code) throw pluginError("--slot and --code name two leaves; request one at a time");
  const { name } = findGuardians(session.info.guardians, args.of);
  const { hyperchain } = guardedChain(session.info, name, chain);
  const leaf = leafNamed({
    account,
    slot: slot === undefined ? undefined : BigInt(slot),
    kind: code ? "codeHash" : undefined,
  });
  const opened = await (await requestsOf(session, args)).open(hyperchain, leaf);
  session.output.result(() => requestSentence(name, opened), { guardians: name, ...opened });
}

/** Shows the leaf of a request by a guardian's leaves, or by a node of the chain. */
async function answer(session: Session, args: GuardiansArguments): Promise<void> {
  const id = BigInt(valueOf(args, "the number of a request", 1));
  const requests = await requestsOf(session, args);
  const { chainId, batchNumber } = await requests.batchOf(id);
  const leaves = args.data === undefined ? undefined : await leavesOf(session, Number(chainId), args.data);
  const transactionHash = await requests.answer(id, (key, stateRoot) =>
    leaves === undefined
      ? proofOfNode(session.provider(Number(chainId)), batchNumber, key)
      : Promise.resolve(proofOfLeaves(leaves, key, stateRoot)),
  );
  session.output.result(() => `request ${id} is answered by ${transactionHash}; the bond has paid for the gas`, {
    id: Number(id),
    transactionHash,
  });
}

async function leavesOf({ info }: Session, chainId: number, data: string) {
  const chain = findChain(info, chainId);
  const place = { l1: ecosystemOf(info, chain).l1.url, hyperchain: chain.hyperchain };
  const { leaves } = await dataSources(data, place);
  if (leaves !== undefined) return leaves;
  throw pluginError(`--data names no leaves: '${data}'; name a guardian's URL with /<contract>/leaves, or a saved answer of it`);
}

/** Takes the stake of all guardians that signed for the data of an unanswered request. */
async function report(session: Session, args: GuardiansArguments): Promise<void> {
  const id = valueOf(args, "the number of a request", 1);
  const reported = await (await requestsOf(session, args)).report(BigInt(id));
  const lines = reported.map(({ key, transactionHash, reason }) =>
    reason === undefined ? `${key} has lost its stake by ${String(transactionHash)}` : `${key}: ${reason}`,
  );
  session.output.result(() => lines.join("\n"), { id, reported });
}

/** Returns the rest of the bond to the challenger. */
async function close(session: Session, args: GuardiansArguments): Promise<void> {
  const id = valueOf(args, "the number of a request", 1);
  const transactionHash = await (await requestsOf(session, args)).close(BigInt(id));
  session.output.result(() => `request ${id} is closed by ${transactionHash}; its challenger has the rest of the bond`, {
    id,
    transactionHash,
  });
}

/** Requests to the network's contract on the layer of `--chain`, or on L1. */
async function requestsOf(session: Session, args: GuardiansArguments): Promise<LeafRequests> {
  const { network, layer }: GuardiansOnLayer = guardiansOnLayer(session.info, args.of, args.chain);
  const { account, chainId } = await readSender(session, args.from, layer.name);
  const sender = await senderOn(signerOf(session, { chainId, account }), { name: layer.name, chainId: layer.chainId });
  return new LeafRequests({ network, fromBlock: layer.fromBlock ?? 0 }, sender);
}

/** Throws a plugin error for an action without its number. */
function valueOf({ action: name, value = "" }: GuardiansArguments, noun: string, min: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= min) return Number(value);
  throw pluginError(`${name} is followed by ${noun}, such as: hyperchain:guardians ${name} ${min}`);
}

export default action;
