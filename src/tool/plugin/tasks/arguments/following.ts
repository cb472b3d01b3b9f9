import { task } from "hardhat/config";
import { json, option, url } from "./shared.ts";

/** Tasks that follow what happens. */
export const followingTasks = {
  logs: task("hyperchain:logs", "Show the transactions of users on all members as text, as the page's live feed does")
    .addFlag({ name: "follow", description: "Continue with what happens, until Ctrl-C" })
    .addOption(option("last", "Newest transactions of users to begin with, up to 10,000 (default: 25)"))
    .addFlag({ name: "all", description: "Include what chains, operators and the relayer do automatically" })
    .addOption(url)
    .addFlag(json),
  trace: task("hyperchain:trace", "Show a transaction's calls as one tree over all chains that its messages reached")
    .addPositionalArgument({ name: "hash", description: "Hash of the transaction, or of a message" })
    .addOption(url)
    .addFlag(json),
  message: task("hyperchain:message", "Follow a message from chain to chain, hop by hop")
    .addPositionalArgument({ name: "hash", description: "Hash of the message, or of a transaction on its way" })
    .addFlag({ name: "noWait", description: "Show its progress and return" })
    .addOption(url)
    .addFlag(json),
};
