import { task } from "hardhat/config";
import { json, option, url } from "./shared.ts";

/** Tasks for readers of closed chains. */
export const sessionTasks = {
  session: task("hyperchain:session", "Print a token to read a chain that only some accounts may read")
    .addOption(option("chain", "Name or id of the chain (default: the only one that needs a session)"))
    .addOption(
      option(
        "account",
        "Reader that signs: number or address of a development account (default: HYPERCHAIN_PRIVATE_KEY's, else the chain's operator)",
      ),
    )
    .addOption(url)
    .addFlag(json),
};
