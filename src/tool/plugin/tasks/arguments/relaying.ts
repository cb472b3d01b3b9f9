import { task } from "hardhat/config";
import { json, option, spawnOption, url } from "./shared.ts";

/** Tasks that bring messages, and proofs of many chains, on. */
export const relayingTasks = {
  deliver: task(
    "hyperchain:deliver",
    "Deliver one message with its proof to its destination, or refund to its sender what L1 refused, if no relayer does",
  )
    .addPositionalArgument({ name: "hash", description: "Hash of the message, or of the transaction that sent it" })
    .addOption(
      option(
        "from",
        "Who pays there: number or address of a development account (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addFlag({ name: "noWait", description: "Fail if the destination cannot verify it yet, instead of waiting" })
    .addFlag({
      name: "throughQueue",
      description:
        "Put the message, and a root where the destination has none, into the destination's queue on L1, from which it must take them",
    })
    .addOption(url)
    .addFlag(json),
  hub: task("hyperchain:hub", "Show a hub: its aggregators, its newest block, and the batches in it")
    .addPositionalArgument(option("hub", "Name; the only hub if none is given"))
    .addFlag({ name: "land", description: "First land a block of all waiting batches on L1" })
    .addOption(
      option(
        "schedule",
        "First schedule other aggregators, which L1 counts after an hour: 1 to 7 numbers of the hub's accounts 0 to 31, such as 1,2,3,4",
      ),
    )
    .addOption(url)
    .addFlag(json),
  relay: task("hyperchain:relay", "Run a separate relayer between the chains, until Ctrl-C")
    .addOption(
      option(
        "from",
        "Who pays on every chain: number or address of a development account (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addOption(
      option(
        "minRewardPercent",
        "Least reward of a delivery, in percent of what its gas costs (default: 0, everything is delivered; 100 on a chain on which others settle)",
      ),
    )
    .addOption(
      option("reserve", "What deliveries at a loss must leave in the account on each chain, such as 0.01 (default: 0.001)"),
    )
    .addFlag({ name: "once", description: "Deliver what waits now, and return" })
    .addOption(url)
    .addFlag(json),
  aggregate: task(
    "hyperchain:aggregate",
    "Prove batches of many chains to L1 by one proof, if their config waits for an aggregator, until Ctrl-C",
  )
    .addOption(option("chains", "JSON-RPC URLs of nodes, with commas (default: those of the running ecosystem)"))
    .addOption(
      option(
        "settlementUrl",
        "JSON-RPC URL of L1; then no running ecosystem is needed, and HYPERCHAIN_PRIVATE_KEY, --chains and --aggregator are",
      ),
    )
    .addOption(option("aggregator", "Contract on L1 that takes the proofs (default: found by the chains of the ecosystem)"))
    .addOption(
      option(
        "from",
        "Who pays on L1: number or address of a development account, which nothing else sends from (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addOption(option("maxAgeSeconds", "Seconds since the first batch that waits was seen at which all go (default: at once)"))
    .addOption(option("maxBatches", "Batches that wait at which all go, up to 50 (default: 50)"))
    .addOption(option("maxGasPriceWei", "Base fee of L1, in wei, above which they wait for up to an hour (default: no limit)"))
    .addOption(spawnOption("proverWorkers"))
    .addOption(spawnOption("proverDevice"))
    .addFlag({ name: "once", description: "Prove the batches that wait now, and return" })
    .addOption(url)
    .addFlag(json),
  watchStake: task(
    "hyperchain:watch-stake",
    "Report contradictory batches of staked validators to L1, which takes their stake, until Ctrl-C",
  )
    .addOption(
      option(
        "settlementUrl",
        "JSON-RPC URL of L1; then no running ecosystem is needed, and HYPERCHAIN_PRIVATE_KEY, --registry and --evidence are",
      ),
    )
    .addOption(option("registry", "With --settlement-url: address of the stake registry on L1"))
    .addOption(
      option("evidence", "With --settlement-url: address of the contract on L1 that judges validators; others are not watched"),
    )
    .addOption(option("fromBlock", "With --settlement-url: block of the registry's first event (default: 0)"))
    .addOption(
      option(
        "confirmations",
        "Confirmations after which a block of L1 counts (default: 32; 1 for an L1 that the ecosystem started and a development chain)",
      ),
    )
    .addOption(
      option(
        "from",
        "Sender of reports on L1: number or address of a development account, from which nothing else sends (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addOption(option("file", "File that stores seen signatures, also of blocks that L1 drops later (default: memory)"))
    .addFlag({ name: "once", description: "Report what is due now, and return" })
    .addOption(url)
    .addFlag(json),
};
