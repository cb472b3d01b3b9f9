import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../client/ecosystem.ts";
import { pluginError } from "../plugin-error.ts";
import { readSender } from "./accounts.ts";
import { readHash } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { claimCall } from "./claim-call.ts";
import { callNamed, claimableIn } from "./claimable.ts";
import { claimWithdrawal } from "./claim-withdrawal.ts";
import { sessionOf, withEcosystem } from "./session.ts";

interface ClaimArguments extends EcosystemArguments {
  readonly chain: string;
  readonly hash: string;
  readonly from: string | undefined;
}

/** `hyperchain:claim`: has L1 pay a withdrawal, or a call on L1 made; anyone may. */
const action: NewTaskActionFunction<ClaimArguments> = (args, hre) =>
  withEcosystem(args, hre, async (whole) => {
    const chain = findChain(whole.info, args.chain);
    const session = sessionOf(whole, chain.chainId);
    const { info, output } = session;
    const hash = readHash(args.hash);
    const receipt = await session.provider(chain.chainId).getTransactionReceipt(hash);
    const sent = receipt === null ? [] : claimableIn(info, chain.chainId, receipt);
    if (receipt !== null && sent.length === 0)
      throw pluginError(`transaction ${args.hash} on ${chain.name} is no withdrawal and no call on ${info.l1.name}`);
    const messageHash = sent[0]?.messageHash ?? hash;
    const payer = await readSender(session, args.from, info.l1.name);
    const known = sent[0] ?? (await callNamed(session, chain.chainId, hash));
    if (known?.type === "l1Call") {
      const call = { chainId: chain.chainId, sender: known.sender, messageHash: known.messageHash };
      const made = await claimCall(session, call, payer);
      output.result(() => (made === undefined ? "the call has been made before" : `made on ${info.l1.name}: ${made}`), {
        chainId: chain.chainId,
        messageHash: known.messageHash,
        claimTransactionHash: made ?? null,
      });
      return;
    }
    const claimed = await claimWithdrawal(session, chain.chainId, messageHash, payer);
    output.result(() => (claimed === undefined ? "it has been paid before" : `paid on ${info.l1.name}: ${claimed}`), {
      chainId: chain.chainId,
      messageHash,
      claimTransactionHash: claimed ?? null,
    });
  });

export default action;
