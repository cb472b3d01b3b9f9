import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import {
  loadL1Slot,
  noteL1Block,
  seesL1Block,
  viewL1Slot,
  type L1SlotRequest,
} from "../../../../ecosystem/client/messages/l1-slot.ts";
import { deployL1Storage } from "../../../../ecosystem/client/messages/l1-storage-contract.ts";
import { bringRoot } from "../../../../ecosystem/client/queue/l1-word.ts";
import type { ChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { wordToHex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, resolvePlace, signerOf, type AccountPlace } from "../session/accounts.ts";
import { createProgressWait } from "../session/progress-wait.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { readSlot } from "./slot-argument.ts";

type L1SlotArguments = ArgumentsOf<(typeof actingTasks)["l1Slot"]>;

/** `hyperchain:l1-slot`: reads a slot of L1 on a chain, with a proof that contracts there check. */
const action: NewTaskActionFunction<L1SlotArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const { account } = await resolvePlace(session, args.account, info.l1.name);
    const { chainId, name } = findChain(info, args.on);
    const slot = readSlot(args);
    const sender = await readSender(session, args.from, info.l1.name);
    const block = args.block === undefined ? await session.provider(info.l1.chainId).getBlockNumber() : readBlock(args.block);
    const request = { on: chainId, account, slot, block };
    const signer = signerOf(session, { ...sender, chainId });
    // Before anything is paid on L1: a chain may take no transaction of the account, or of any.
    if (args.store) requireSending(findChain(info, chainId));
    await deployL1Storage(info, chainId, signer);
    await noteAndImport(session, request, sender);
    const providerOf = (id: number) => session.provider(id);
    const loaded = args.store ? await loadL1Slot(info, request, signer, providerOf) : undefined;
    const shown = loaded ?? (await viewL1Slot(info, request, providerOf));
    const stored =
      loaded === undefined ? "" : `\n  stored in ${shown.contract} on ${name}, transaction ${loaded.transactionHash}`;
    output.result(
      () =>
        `${wordToHex(shown.value)} in slot ${wordToHex(slot)} of ${account} on ${info.l1.name} after block ${shown.blockNumber}; ${name} has checked it${stored}`,
      { account, slot: wordToHex(slot), on: chainId, transactionHash: null, ...shown, ...loaded },
    );
  });

/** Notes the block on L1 and waits until the chain has imported a root with it, unless it has one. */
async function noteAndImport(session: Session, request: L1SlotRequest, sender: AccountPlace): Promise<void> {
  const { info, output } = session;
  const isSeen = (): Promise<boolean> => seesL1Block(info, request, (id) => session.provider(id));
  if (await isSeen()) return;
  const { chainId, name } = findChain(info, request.on);
  output.progress(`noting block ${request.block} on ${info.l1.name} and queueing its root for ${name}…`);
  const signer = signerOf(session, { ...sender, chainId: info.l1.chainId });
  if (request.block !== undefined) await noteL1Block(info, request.block, signer);
  await bringRoot(info, request.on, signer);
  const wait = createProgressWait(session, [chainId]);
  while (!(await isSeen())) await wait.wait(`${name} has not imported the root that was queued for it`);
}

/** Throws a plugin error for a chain that takes no transaction, which could not store the slot. */
function requireSending({ name, orderedBy }: Pick<ChainInfo, "name" | "orderedBy">): void {
  if (orderedBy?.kind !== "queue") return;
  throw pluginError(
    `${name} takes operations of L1's queue alone, so --store cannot send there: leave it out, and queue L1Storage.load with the proof that --json prints`,
  );
}

/** Number of a block. Throws a plugin error. */
function readBlock(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw pluginError(`'${text}' is not a block number; write it in digits`);
}

export default action;
