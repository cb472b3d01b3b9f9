import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { bringSlot, type BroughtSlot } from "../../../../ecosystem/client/messages/bring-slot.ts";
import { formatChainAddress } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { findChain, memberName, type Ecosystem } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import { wordToHex } from "../../../../ground/protocol/hex.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { withEcosystem } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSlot } from "./slot-argument.ts";

type BringArguments = ArgumentsOf<(typeof actingTasks)["bring"]>;

/** `hyperchain:bring`: has other chains keep what a slot of a contract holds now. */
const action: NewTaskActionFunction<BringArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const place = await resolvePlace(session, args.contract);
    const { chainId, account: contract } = place;
    const slot = readSlot(args);
    const sender = await readSender(session, args.from, info.l1.name);
    const there = findChain(info, chainId === info.l1.chainId ? info.l1.name : chainId);
    const { name } = there;
    output.progress(
      `bringing slot ${wordToHex(slot)} of ${formatChainAddress(info, place)}, once ${ecosystemOf(info, there).l1.name} has executed a batch that has it; ` +
        `'npx hardhat hyperchain:settle ${name}' settles the open one now…`,
    );
    const brought = await bringSlot(
      info,
      { chain: chainId, contract, slot, to: args.to?.split(",").map((chain) => chain.trim()) },
      (id) => signerOf(session, { ...sender, chainId: id }),
      (id) => session.provider(id),
    );
    output.result(() => brought.map((each) => line(info, each)).join("\n"), {
      chainId,
      contract,
      slot: wordToHex(slot),
      brought,
    });
  });

function line(ecosystem: Ecosystem, { chainId, value, batchNumber, transactionHash }: BroughtSlot): string {
  const how = transactionHash === undefined ? "it had that before" : `transaction ${transactionHash}`;
  return `${memberName(ecosystem, chainId)} has ${wordToHex(value)}, of batch ${batchNumber}; ${how}`;
}

export default action;
