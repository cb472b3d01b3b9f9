import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { bringSlot, type BroughtSlot } from "../../../client/messages/bring-slot.ts";
import { formatChainAddress } from "../../../client/ecosystem/chain-address.ts";
import { findChain, memberName, type Ecosystem } from "../../../client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../client/ecosystem/settlement-base.ts";
import { fromHex, keccak, wordToHex } from "../../../protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { readSender, resolvePlace, signerOf } from "../session/accounts.ts";
import { withEcosystem } from "../session/session.ts";
import type { actingTasks } from "../arguments/acting.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type BringArguments = ArgumentsOf<(typeof actingTasks)["bring"]>;

/** `hyperchain:bring`: has other chains keep what a slot of a contract holds now. */
const action: NewTaskActionFunction<BringArguments> = (args, hre) =>
  withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const place = await resolvePlace(session, args.contract);
    const { chainId, account: contract } = place;
    const slot = args.key === undefined ? readWord(args.slot) : slotOfKey(readWord(args.key), readWord(args.slot));
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

/** Where Solidity keeps the value of a key in a mapping at a slot. */
function slotOfKey(key: bigint, slot: bigint): bigint {
  return BigInt(keccak(fromHex(wordToHex(key)), fromHex(wordToHex(slot))));
}

/** A number or an address as a word. Throws a plugin error. */
function readWord(text: string): bigint {
  const isWord = /^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(text) && BigInt(text) < 2n ** 256n;
  if (isWord) return BigInt(text);
  throw pluginError(`'${text}' is no slot and no key of one: write it in digits, or as 0x and up to 64 hex digits`);
}

export default action;
