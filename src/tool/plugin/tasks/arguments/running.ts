import { overrideTask, task } from "hardhat/config";
import { json, option, spawnOption, url, values } from "./shared.ts";

const CHAIN = 'with any option of the config, as JSON: \'{"name":"delta","chainId":300}\'';

/** Tasks that run, change and show an ecosystem. */
export const runningTasks = {
  spawn: task("hyperchain:spawn", "Start an L1 with the ecosystem and hyperchains, until Ctrl-C")
    .addOption(spawnOption("chains"))
    .addOption(spawnOption("names"))
    .addOption(option("chain", `One more chain, or a list of chains, ${CHAIN}; it replaces a configured chain of its name`))
    .addOption(spawnOption("da"))
    .addOption(spawnOption("port"))
    .addOption(spawnOption("pagePort"))
    .addOption(spawnOption("host"))
    .addOption(spawnOption("blockMs"))
    .addOption(spawnOption("batchMs"))
    .addOption(spawnOption("batchTransactions"))
    .addOption(spawnOption("proofs"))
    .addOption(spawnOption("execution"))
    .addOption(spawnOption("proverWorkers"))
    .addOption(spawnOption("proverDevice"))
    .addOption(spawnOption("data"))
    .addOption(spawnOption("load"))
    .addOption(spawnOption("fork"))
    .addOption(spawnOption("forkBlock"))
    .addOption(spawnOption("settlementUrl"))
    .addFlag({ name: "noRelayer", description: "Run no relayer" })
    .addFlag({ name: "noPage", description: "Serve no page to look at the ecosystem" })
    .addFlag({ name: "detach", description: "Run in the background; hyperchain:stop ends it" })
    .addFlag({ name: "wait", description: "Run in the background, and return when the ecosystem is ready" })
    .addFlag(json),
  node: overrideTask("node"),
  solidityTests: overrideTask(["test", "solidity"]),
  stop: task("hyperchain:stop", "Pause a chain of the running ecosystem, or end the ecosystems that this project runs")
    .addPositionalArgument(option("chain", "Name or id; without it ecosystems end"))
    .addOption(option("url", "JSON-RPC URL of any member of the ecosystem (default: the project's own)"))
    .addFlag(json),
  dump: task("hyperchain:dump", "Write a kept ecosystem into one file, for hyperchain:spawn --load")
    .addPositionalArgument({ name: "file", description: "File to write, such as world.dump" })
    .addOption(option("data", "Folder of an ecosystem that does not run (default: the running ecosystem is dumped)"))
    .addOption(url)
    .addFlag(json),
  create: task("hyperchain:create", "Add a chain to the running ecosystem: created on L1 by the factory, funded and served")
    .addPositionalArgument(option("name", "Name of the chain (default: the one of --chain)"))
    .addOption(option("chain", `Options of the chain ${CHAIN}; other flags come first`))
    .addOption(option("chainId", "Its id (default: the next that L1 has not given to a chain)"))
    .addOption(option("port", "Port at which it is served (default: any free one)"))
    .addOption(option("da", "Where its data goes: rollup, validium, inputs, owners or chain (default: rollup)"))
    .addOption(option("settlesOn", "Chain of the ecosystem on which it settles instead of L1 (default: L1)"))
    .addOption(option("baseToken", "Address, where it settles, of the ERC-20 that pays for gas (default: ETH)"))
    .addOption(option("execution", "trusted, or proven for batches that L1 executes by a proof of it (default: the ecosystem's)"))
    .addOption(option("blockMs", "Milliseconds between blocks; 0 for a block as soon as a transaction waits (default: 0)"))
    .addOption(
      option("batchMs", "Age at which a batch is sealed, in milliseconds; 0 for only on demand (default: as spawned chains)"),
    )
    .addOption(
      option(
        "import",
        "Accounts of its first state: a genesis file, a dump of anvil's or geth's, or the URL of a running anvil, geth or Hardhat node",
      ),
    )
    .addOption(url)
    .addFlag(json),
  start: task("hyperchain:start", "Resume a chain that hyperchain:stop has paused")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(url)
    .addFlag(json),
  remove: task("hyperchain:remove", "Remove a chain from the running ecosystem; its contract on L1 stays")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addFlag({ name: "force", description: "Remove it also if messages or batches are open, which then stay open" })
    .addOption(url)
    .addFlag(json),
  lists: task("hyperchain:lists", "Show whose transactions and contracts a chain takes; as its admin, change that")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(option("senders", "Whose transactions it takes: accounts with commas, all, or none"))
    .addOption(option("addSenders", "Accounts for the list of senders"))
    .addOption(option("removeSenders", "Accounts that leave it"))
    .addOption(option("deployers", "Who may create contracts: accounts with commas, all, or none"))
    .addOption(option("addDeployers", "Accounts for the list of deployers"))
    .addOption(option("removeDeployers", "Accounts that leave it"))
    .addOption(url)
    .addFlag(json),
  status: task("hyperchain:status", "Show a running ecosystem: members, batches by stage, messages, fees")
    .addOption(option("ethPrice", "Dollars for 1 ETH; also shows a transfer's fee in cents"))
    .addOption(url)
    .addFlag(json),
  open: task("hyperchain:open", "Open the page of the project's running ecosystem in a browser")
    .addFlag({ name: "print", description: "Print its address, and open nothing" })
    .addFlag(json),
  bridges: task("hyperchain:bridges", "Show the bridges of other projects in an ecosystem: contracts, ids, waiting messages")
    .addOption(option("registry", "Folder into which files for Hyperlane's own command line are written"))
    .addOption(url)
    .addFlag(json),
  import: task("hyperchain:import", "Copy the accounts of another chain into a chain, which trusts its operator for them")
    .addPositionalArgument({
      name: "source",
      description:
        "genesis.json, a state by anvil --dump-state or geth dump, or the URL of a running anvil, geth or Hardhat node",
    })
    .addPositionalArgument({ name: "chain", description: "Chain that gets them: name or id" })
    .addOption(url)
    .addFlag(json),
  settle: task("hyperchain:settle", "Seal the open batches and wait until L1 has executed them")
    .addPositionalArgument(option("chain", "Name or id; all chains if none is given"))
    .addOption(url)
    .addFlag(json),
  reseal: task("hyperchain:reseal", "Rebuild batches that L1 has not executed, with all operations that wait on L1")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(
      option(
        "fromBatch",
        "First batch; if L1 has committed it, the validators revert it there (default: the first that L1 has not committed)",
      ),
    )
    .addOption(url)
    .addFlag(json),
  nodes: task("hyperchain:nodes", "Show the nodes that decide a chain, or set a fault of a node")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addPositionalArgument(
      option(
        "fault",
        "crash, restart, silence or equivocate, with a node: crash 2; withhold 0 1,2 (from all others without nodes); lag 3 300 (milliseconds); partition 0,1 2,3; heal (default: none)",
      ),
    )
    .addVariadicArgument(values("values", "Nodes and values of the fault"))
    .addOption(url)
    .addFlag(json),
  guardians: task(
    "hyperchain:guardians",
    "Show guardians and requests for data on L1, start or stop a guardian, or request data on L1, answer, report and close requests",
  )
    .addPositionalArgument(
      option(
        "action",
        "stop or start, with the index of a guardian; request, with --chain and --account; answer, report or close, with the number of a request (default: show)",
      ),
    )
    .addPositionalArgument(option("value", "Index of the guardian, or number of the request"))
    .addOption(option("of", "Name of the network of guardians (default: the only one)"))
    .addOption(
      option("chain", "With request: chain whose data are requested. Else: a chain on the layer of the request (default: L1)"),
    )
    .addOption(option("account", "With request: account of the leaf"))
    .addOption(option("slot", "With request: storage slot of the account (default: the leaf with nonce and balance)"))
    .addFlag({ name: "code", description: "With request: the leaf with the hash of the account's code" })
    .addOption(
      option("data", "With answer: leaves of a guardian, as a URL or a saved file (default: a proof of the chain's node)"),
    )
    .addOption(
      option(
        "from",
        "Sender on the layer: number or address of a development account (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addOption(url)
    .addFlag(json),
  cutSlot: task("hyperchain:cut-slot", "End external sequencing of a chain and its peers: parts without a slot are dropped")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(url)
    .addFlag(json),
  prover: task("hyperchain:prover", "Make proofs for an ecosystem on another machine, until Ctrl-C")
    .addOption(option("url", "Where the ecosystem serves its fleet, as its first screen and hyperchain:status say"))
    .addOption(option("token", "The ecosystem's prover.fleet.token (default: HYPERCHAIN_PROVER_TOKEN)"))
    .addOption(
      option("postgres", "Its prover.fleet.postgres, instead of --url and --token (default: HYPERCHAIN_PROVER_POSTGRES)"),
    )
    .addOption(option("name", "What the ecosystem calls this worker (default: of this machine and process)"))
    .addOption(spawnOption("proverWorkers"))
    .addOption(spawnOption("proverDevice"))
    .addFlag({ name: "once", description: "End after one proof" })
    .addFlag(json),
  deploy: task(
    "hyperchain:deploy",
    "Deploy the ecosystem's contracts onto the network of --network, from that network's first account",
  )
    .addOption(
      option(
        "governance",
        "Account that adds and retires protocol versions, where no votes do by hyperchains.governance of the config (default: the deployer)",
      ),
    )
    .addOption(
      option(
        "retirementNotice",
        "Seconds between a version's retirement and its effect (default: 2592000, and twice what the config's council may freeze)",
      ),
    )
    .addOption(option("revealDelay", "Seconds between a chain's announcement and its creation (default: 60)"))
    .addFlag({ name: "dryRun", description: "Deploy into memory only, and print gas and cost" })
    .addFlag(json),
};
