import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../client/ecosystem.ts";
import { sentMessages } from "../../client/sent-messages.ts";
import { pluginError } from "../plugin-error.ts";
import { readSender } from "./accounts.ts";
import { readHash } from "./arguments.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { claimWithdrawal } from "./claim-withdrawal.ts";
import { sessionOf, withEcosystem } from "./session.ts";

interface ClaimArguments extends EcosystemArguments {
  readonly chain: string;
  readonly hash: string;
  readonly from: string | undefined;
}

/** `hyperchain:claim`: has L1 pay a withdrawal; anyone may. */
const action: NewTaskActionFunction<ClaimArguments> = (args, hre) =>
  withEcosystem(args, hre, async (whole) => {
    const chain = findChain(whole.info, args.chain);
    const session = sessionOf(whole, chain.chainId);
    const { info, output } = session;
    const hash = readHash(args.hash);
    const receipt = await session.provider(chain.chainId).getTransactionReceipt(hash);
    const sent =
      receipt === null ? [] : sentMessages(chain.chainId, info.l1.chainId, receipt).filter(({ type }) => type === "withdrawal");
    if (receipt !== null && sent.length === 0) throw pluginError(`transaction ${args.hash} on ${chain.name} is no withdrawal`);
    const messageHash = sent[0]?.messageHash ?? hash;
    const payer = await readSender(session, args.from, info.l1.name);
    const claimed = await claimWithdrawal(session, chain.chainId, messageHash, payer);
    output.result(() => (claimed === undefined ? "it has been paid before" : `paid on ${info.l1.name}: ${claimed}`), {
      chainId: chain.chainId,
      messageHash,
      claimTransactionHash: claimed ?? null,
    });
  });

export default action;
