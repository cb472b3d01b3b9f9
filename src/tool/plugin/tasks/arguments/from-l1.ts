import { task } from "hardhat/config";
import { base, baseUrl, data, json, nodeUrl, option, settlementUrl, url } from "./shared.ts";

/** Tasks that work from L1's data alone. */
export const fromL1Tasks = {
  reconstruct: task(
    "hyperchain:reconstruct",
    "Rebuild a chain's state from L1's data alone, and check it against the root that L1 executed",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(nodeUrl)
    .addOption(base)
    .addOption(baseUrl)
    .addOption(option("upTo", "Last batch: executed, verified or committed (default: executed)"))
    .addOption(
      option(
        "operations",
        "With --base: file of receipts, as JSON, in which is what waits in the chain's queue and L1 has as hashes alone",
      ),
    )
    .addOption(option("fromBlock", "L1 block of the chain's creation or an earlier one (default: found)"))
    .addOption(
      option(
        "confirmations",
        "Depth in L1 blocks at which a block is final, including the block itself (default: 12; 1 for a development chain, 31337 or 1337)",
      ),
    )
    .addOption(option("servePort", "Serve the rebuilt chain at this port until Ctrl-C; 0 for any free one"))
    .addFlag({ name: "writable", description: "With --serve-port: take transactions, which change a copy" })
    .addFlag({
      name: "operate",
      description:
        "With --serve-port: operate the chain; HYPERCHAIN_PRIVATE_KEY, a validator's, signs and pays on L1, or on its base",
    })
    .addFlag({
      name: "dropOpenBatches",
      description:
        "With --operate: revert batches of the former operator that import facts which L1 does not show. Their transactions are lost, and so is the stake of promises about them",
    })
    .addOption(data)
    .addOption(url)
    .addFlag(json),
  prove: task(
    "hyperchain:prove",
    "Print a proof of a message, holding or operation that L1's contracts take, from L1's data alone",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addPositionalArgument({
      name: "what",
      description:
        "A message or an operation by its hash, a holding by its account's address, that a transfer has not arrived by <chain id>:<hash>",
    })
    .addOption(option("token", "Of an account: the token's address on L1 (default: the base token)"))
    .addOption(nodeUrl)
    .addOption(base)
    .addOption(baseUrl)
    .addOption(option("fromBlock", "L1 block of the chain's creation or an earlier one (default: found)"))
    .addOption(data)
    .addOption(url)
    .addFlag(json),
  verify: task("hyperchain:verify", "Check a batch's proof again, as L1's contracts did, by L1's data alone")
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addPositionalArgument({ name: "batch", description: "Number of the batch" })
    .addOption(settlementUrl)
    .addOption(option("fromBlock", "L1 block of the chain's creation or an earlier one (default: found)"))
    .addOption(url)
    .addFlag(json),
  exit: task(
    "hyperchain:exit",
    "Pay out on L1 what an account held on a chain that has ended, that ignores its queue, or whose base has ended",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(
      option(
        "from",
        "The holder, who signs on L1: number or address of a development account (default: HYPERCHAIN_PRIVATE_KEY's, else 0)",
      ),
    )
    .addOption(option("to", "Recipient on L1 (default: the holder)"))
    .addOption(option("token", "Addresses on L1 of tokens to claim in addition to the base token, with commas"))
    .addOption(
      option(
        "heldAccount",
        "File of a held account of the holder, which L1 pays as well; not for data at owners (held-account exit)",
      ),
    )
    .addFlag({ name: "activate", description: "If the exit is open, end the chain for good, for all its users" })
    .addOption(settlementUrl)
    .addOption(
      option("base", "Of a chain on a chain that has ended: the latter's contract on L1, which pays, and has what it takes"),
    )
    .addOption(option("baseUrl", "With --base: JSON-RPC URL of that L1"))
    .addOption(data)
    .addOption(url)
    .addFlag(json),
  claimEscrow: task(
    "hyperchain:claim-escrow",
    "Pay out on L1 what a leg of an atomic flow had in escrow on a chain that has ended",
  )
    .addPositionalArgument({ name: "flow", description: "The flow's id, or a file with its legs as buildFlow made it (JSON)" })
    .addPositionalArgument({ name: "leg", description: "Number of the leg, from 0" })
    .addOption(
      option(
        "from",
        "The leg's recipient if the flow happened, else its party, who signs on L1: number or address of a development account " +
          "(default: HYPERCHAIN_PRIVATE_KEY's, else 0)",
      ),
    )
    .addOption(option("to", "Recipient on L1 (default: who signs)"))
    .addOption(option("token", "Address on L1 of the leg's token (default: from the chain)"))
    .addOption(url)
    .addFlag(json),
};
