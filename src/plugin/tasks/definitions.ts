import { task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";
import { flagHelp } from "../../options/spawn-flags.ts";
import type { SpawnFlag } from "../../options/spawn-flags.ts";

/** An option whose absence is told apart from every text. */
const option = <const Name extends string>(name: Name, description: string) =>
  ({ name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined }) as const;
/** One that stands for fields of the config. */
const spawnOption = <const Name extends SpawnFlag>(name: Name) => option(name, flagHelp(name));
const json = { name: "json", description: "Print one JSON object per line instead of text; progress goes to stderr" } as const;
const url = option("url", "JSON-RPC URL of any member of the ecosystem (default: the running one is found)");
const settlementUrl = option(
  "settlementUrl",
  "JSON-RPC URL of L1; then no running ecosystem is needed, and the chain is named by its contract",
);
const nodeUrl = option(
  "settlementUrl",
  "JSON-RPC URL of L1; then no running ecosystem is needed, and the chain is named by its contract. With --base: of a node of that chain",
);
const base = option(
  "base",
  "Of a chain on a chain, from L1 alone: the latter's contract on L1, or its name where its ecosystem runs",
);
const data = option(
  "data",
  "Of a chain whose data L1 does not have: folders, and URLs of nodes that keep them, with commas; asked in that order, and what a node gives is kept in the folders. URLs want a reader's HYPERCHAIN_PRIVATE_KEY",
);
const baseUrl = option("baseUrl", "With --base: JSON-RPC URL of that L1");
const from = option(
  "from",
  "Sender: number or address of a development account, with @chain where it is not clear (default: account 0)",
);
const token = option("token", "Token: its address, or ETH (default: the chain's base token)");
const noWait = { name: "noWait", description: "Return as soon as the transaction is included" } as const;

export const taskDefinitions: TaskDefinition[] = [
  task("hyperchain:spawn", "Start an L1 with the ecosystem and hyperchains, until Ctrl-C")
    .addOption(spawnOption("chains"))
    .addOption(spawnOption("names"))
    .addOption(spawnOption("da"))
    .addOption(spawnOption("port"))
    .addOption(spawnOption("pagePort"))
    .addOption(spawnOption("host"))
    .addOption(spawnOption("blockMs"))
    .addOption(spawnOption("batchMs"))
    .addOption(spawnOption("batchTransactions"))
    .addOption(spawnOption("prover"))
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
    .addFlag({ name: "detach", description: "Go on in the background; hyperchain:stop ends it" })
    .addFlag({ name: "wait", description: "Go on in the background, and return when the ecosystem is ready" })
    .addFlag(json)
    .setAction(() => import("./running/spawn.ts"))
    .build(),
  task("hyperchain:stop", "Pause a chain of the running ecosystem, or end the ecosystems that this project runs")
    .addPositionalArgument({ name: "chain", description: "Name or id; without it ecosystems end", defaultValue: "" })
    .addOption(option("url", "JSON-RPC URL of any member of the ecosystem (default: the project's own)"))
    .addFlag(json)
    .setAction(() => import("./running/stop.ts"))
    .build(),
  task("hyperchain:dump", "Write a kept ecosystem into one file, which hyperchain:spawn --load goes on with")
    .addPositionalArgument({ name: "file", description: "File to write, such as world.dump" })
    .addOption(option("data", "Folder of an ecosystem that does not run (default: the running ecosystem is dumped)"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/dump.ts"))
    .build(),
  task("hyperchain:create", "Add a chain to the running ecosystem: created on L1 by the factory, funded and served")
    .addPositionalArgument({ name: "name", description: "What it is called" })
    .addOption(option("chainId", "Its id (default: the next that L1 has not given to a chain)"))
    .addOption(option("port", "Port at which it is served (default: any free one)"))
    .addOption(option("da", "Where its data goes: rollup, validium or chain (default: rollup)"))
    .addOption(option("settlesOn", "Chain of the ecosystem on which it settles instead of L1 (default: L1)"))
    .addOption(option("baseToken", "Address, where it settles, of the ERC-20 that pays for gas (default: ETH)"))
    .addOption(option("protocolVersion", "2, or 3 in which transactions pay for what they cost to prove (default: 2)"))
    .addOption(option("blockMs", "Milliseconds between blocks; 0 for a block as soon as a transaction waits (default: 0)"))
    .addOption(
      option("batchMs", "Age at which a batch is sealed, in milliseconds; 0 for only on demand (default: as spawned chains)"),
    )
    .addOption(
      option(
        "import",
        "Accounts that it is born with: a genesis file, a dump of anvil's or geth's, or the URL of a running anvil or Hardhat node",
      ),
    )
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/create.ts"))
    .build(),
  task("hyperchain:start", "Have a chain go on that hyperchain:stop has paused")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/start.ts"))
    .build(),
  task("hyperchain:remove", "Remove a chain from the running ecosystem; its contract on L1 stays")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addFlag({ name: "force", description: "Also where messages or batches of it are open, which are left behind" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/remove.ts"))
    .build(),
  task("hyperchain:lists", "Show whose transactions and contracts a chain takes; as its admin, change that")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(option("senders", "Whose transactions it takes: accounts with commas, all, or none"))
    .addOption(option("addSenders", "Accounts for the list of senders"))
    .addOption(option("removeSenders", "Accounts that leave it"))
    .addOption(option("deployers", "Who may create contracts: accounts with commas, all, or none"))
    .addOption(option("addDeployers", "Accounts for the list of deployers"))
    .addOption(option("removeDeployers", "Accounts that leave it"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/lists.ts"))
    .build(),
  task("hyperchain:session", "Print a token to read a chain that only some accounts may read")
    .addOption(option("chain", "Name or id of the chain (default: the only one that needs a session)"))
    .addOption(
      option(
        "account",
        "Reader that signs: number or address of a development account (default: HYPERCHAIN_PRIVATE_KEY's, else the chain's operator)",
      ),
    )
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./session/open-session.ts"))
    .build(),
  task("hyperchain:status", "Show a running ecosystem: members, batches by stage, messages, fees")
    .addOption(option("ethPrice", "Dollars for 1 ETH, at which a transfer's fee is told in cents too"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/status.ts"))
    .build(),
  task("hyperchain:logs", "Show what users do on all members, in words, as the page's live feed has it")
    .addFlag({ name: "follow", description: "Go on with what happens, until Ctrl-C" })
    .addFlag({ name: "all", description: "Show also what chains, operators and the relayer do by themselves" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./following/logs.ts"))
    .build(),
  task("hyperchain:trace", "Show a transaction's calls as one tree over all chains that its messages reached")
    .addPositionalArgument({ name: "hash", description: "Hash of the transaction, or of a message" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./following/trace.ts"))
    .build(),
  task("hyperchain:open", "Open the page of the project's running ecosystem in a browser")
    .addFlag({ name: "print", description: "Print its address, and open nothing" })
    .addFlag(json)
    .setAction(() => import("./running/open.ts"))
    .build(),
  task("hyperchain:bridges", "Show the bridges of others that an ecosystem has: contracts, ids, and what waits on them")
    .addOption(option("registry", "Folder into which files for Hyperlane's own command line are written"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/bridges.ts"))
    .build(),
  task("hyperchain:import", "Put the accounts of another chain into a chain, as its operator's word")
    .addPositionalArgument({
      name: "source",
      description: "genesis.json, a state by anvil --dump-state or geth dump, or the URL of a running anvil or Hardhat node",
    })
    .addPositionalArgument({ name: "chain", description: "Chain that gets them: name or id" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/import.ts"))
    .build(),
  task("hyperchain:deposit", "Send money from L1 to an account on a chain")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({
      name: "to",
      description: "Recipient: 0x…@chain, <account number>@chain or <name>@chain, the chain by name or id",
    })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/deposit.ts"))
    .build(),
  task("hyperchain:withdraw", "Send money from a chain to L1: settles, then claims it there")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({
      name: "to",
      description: "Recipient on L1: address or account number; the sender where none is given",
      defaultValue: "",
    })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/withdraw.ts"))
    .build(),
  task(
    "hyperchain:claim",
    "Claim a withdrawal on L1, have a call on L1 made, with those that follow from it, a message between L1 and a chain delivered, " +
      "or what an ended chain never took from L1 paid back",
  )
    .addPositionalArgument({ name: "chain", description: "Chain that it left, or never reached: name or id" })
    .addPositionalArgument({ name: "hash", description: "Hash of its message or of its transaction" })
    .addOption(from)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/claim.ts"))
    .build(),
  task("hyperchain:send", "Send money from a chain or L1 to an account on any chain or L1")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({ name: "to", description: "Recipient: 0x…@chain, <account number>@chain or <name>@chain; l1 too" })
    .addOption(token)
    .addOption(from)
    .addOption(
      option(
        "fee",
        "Beside the amount: for the account that delivers it on another chain, or claims it on l1, such as 0.001 (default: 0)",
      ),
    )
    .addFlag({ name: "listed", description: "Send it in a list with all that the batch sends to that chain: for less gas" })
    .addFlag({ name: "estimate", description: "Print the gas of the delivery, and send nothing" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/send.ts"))
    .build(),
  task("hyperchain:announce", "Tell other chains the name, symbol and decimals of a token that was born on a chain")
    .addPositionalArgument({ name: "token", description: "Its address there" })
    .addOption(option("on", "Chain to bring them to: name or id (default: relayers bring them where the token is sent)"))
    .addOption(from)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/announce.ts"))
    .build(),
  task("hyperchain:call", "Call a contract on any chain or L1, from the sender's own account there")
    .addPositionalArgument({ name: "to", description: "The contract: 0x…@chain or <name>@chain" })
    .addPositionalArgument({
      name: "function",
      description: 'Signature such as "transfer(address,uint256)", or calldata: 0x…',
      defaultValue: "0x",
    })
    .addVariadicArgument({ name: "arguments", description: "The function's arguments", defaultValue: [] })
    .addOption(option("value", "Base token of the destination that the call gets, such as 0.1 (default: 0)"))
    .addOption(option("reward", "Base token of the destination for the account that brings the call (default: 0)"))
    .addOption(option("gas", "Gas of the call (default: 1000000)"))
    .addOption(
      option(
        "expires",
        "Seconds after which it is not made any more, by the clock where it is made, and value goes back (default: never; to L1 30 days)",
      ),
    )
    .addOption(from)
    .addFlag({
      name: "funded",
      description: "To L1: the sender's account there has the value already; over a chain between it must",
    })
    .addFlag({ name: "estimate", description: "Print the gas that the call needs there, and send nothing" })
    .addFlag({ name: "force", description: "Send it also where it would fail now" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/call.ts"))
    .build(),
  task("hyperchain:call-together", "Force calls into the queues of several chains by one transaction below them, all or none")
    .addPositionalArgument({
      name: "calls",
      description:
        'File with the calls as JSON, or that itself: [{"to": "0x…@alpha", "function": "set(uint256)", "arguments": ["5"], "value": "0.1", "gas": 200000, "refundTo": "0x…"}, …]',
    })
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/call-together.ts"))
    .build(),
  task("hyperchain:bring", "Have other chains keep what a storage slot of a contract holds now, such as an account's keys")
    .addPositionalArgument({ name: "contract", description: "It, and its chain: 0x…@chain or <name>@chain" })
    .addPositionalArgument({ name: "slot", description: "The slot: digits, or 0x…; of a mapping the mapping's, with --key" })
    .addOption(option("key", "Key of the mapping at that slot: an address, digits, or 0x… (default: the slot itself is meant)"))
    .addOption(option("to", "Chains to bring it to: names or ids with commas (default: all that settle where its chain does)"))
    .addOption(from)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/bring.ts"))
    .build(),
  task(
    "hyperchain:swap",
    "Swap at a router on another chain, in one transaction, with the proceeds for an account of any chain or L1",
  )
    .addPositionalArgument({ name: "amount", description: "What is given, such as 1.5" })
    .addPositionalArgument({ name: "at", description: "A router of Uniswap v2's kind: 0x…@chain or <name>@chain" })
    .addOption(token)
    .addOption(option("wanted", "What it becomes: a token of the router's chain (default: that chain's base token)"))
    .addOption(option("via", "Tokens between the two, in the order of the router's pools: addresses with commas"))
    .addOption(option("to", "Where the proceeds go: 0x…@chain, <account number>@chain or <name>@chain (default: the sender)"))
    .addOption(option("minimum", "Least proceeds, such as 0.9 (default: the router's quote, less the slippage)"))
    .addOption(option("slippage", "Hundredths of a percent by which the price may fall until then (default: 50)"))
    .addOption(from)
    .addFlag({ name: "estimate", description: "Print what it would bring, and send nothing" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/swap.ts"))
    .build(),
  task("hyperchain:settle", "Seal the open batches and wait until L1 has executed them")
    .addPositionalArgument({ name: "chain", description: "Name or id; all chains where none is given", defaultValue: "" })
    .addFlag({ name: "execution", description: "Wait, too, until their execution is proven, or labelled with why it is not" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/settle.ts"))
    .build(),
  task("hyperchain:reseal", "Form batches again that L1 has not executed, with all operations that wait on L1")
    .addPositionalArgument({ name: "chain", description: "Name or id" })
    .addOption(
      option(
        "fromBatch",
        "First batch; if L1 has committed it, the validators have L1 revert it (default: the first that L1 has not committed)",
      ),
    )
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./running/reseal.ts"))
    .build(),
  task("hyperchain:message", "Follow a message from chain to chain, hop by hop")
    .addPositionalArgument({ name: "hash", description: "Hash of the message, or of a transaction on its way" })
    .addFlag({ name: "noWait", description: "Show how far it is and return" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./following/message.ts"))
    .build(),
  task(
    "hyperchain:deliver",
    "Bring one message with its proof to its destination, or what L1 refused back to its sender, where no relayer does",
  )
    .addPositionalArgument({ name: "hash", description: "Hash of the message, or of the transaction that sent it" })
    .addOption(
      option(
        "from",
        "Who pays there: number or address of a development account (default: the owner of HYPERCHAIN_PRIVATE_KEY, else account 0)",
      ),
    )
    .addFlag({ name: "noWait", description: "Fail where the destination cannot verify it yet, instead of waiting" })
    .addFlag({
      name: "throughQueue",
      description:
        "Put the message, and a root where the destination has none, into the destination's queue on L1, from which it must take them",
    })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./relaying/deliver.ts"))
    .build(),
  task("hyperchain:prover", "Prove for an ecosystem that runs elsewhere, until Ctrl-C")
    .addOption(option("url", "Where the ecosystem serves its fleet, as its first screen and hyperchain:status say"))
    .addOption(option("token", "The ecosystem's prover.fleet.token (default: HYPERCHAIN_PROVER_TOKEN)"))
    .addOption(
      option("postgres", "Its prover.fleet.postgres, instead of --url and --token (default: HYPERCHAIN_PROVER_POSTGRES)"),
    )
    .addOption(option("name", "What the ecosystem calls this worker (default: of this machine and process)"))
    .addOption(spawnOption("proverWorkers"))
    .addOption(spawnOption("proverDevice"))
    .addFlag({ name: "once", description: "End after one proof" })
    .addFlag(json)
    .setAction(() => import("./running/prover.ts"))
    .build(),
  task("hyperchain:relay", "Run a relayer of your own between the chains, until Ctrl-C")
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
    .addFlag(json)
    .setAction(() => import("./relaying/relay.ts"))
    .build(),
  task("hyperchain:spend", "Pay out of what an account has on all members together")
    .addPositionalArgument({ name: "amount", description: "Such as 10" })
    .addPositionalArgument({
      name: "asset",
      description: "ETH, the symbol of a chain's base token, a token's address on L1, or 0x…@chain",
    })
    .addPositionalArgument({
      name: "to",
      description: "Recipient: 0x…@chain, bob@chain or <account number>@chain; the chain may be l1",
    })
    .addOption(option("from", "Whose assets: number or address of a development account (default: account 0)"))
    .addFlag({ name: "estimate", description: "Print how it would be gathered, and send nothing" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/spend.ts"))
    .build(),
  task("hyperchain:wallet", "Show an account's assets on all members, and what is on its way")
    .addPositionalArgument({ name: "account", description: "Address or number of a development account", defaultValue: "0" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/wallet.ts"))
    .build(),
  task("hyperchain:names", "Show the names of chains and accounts in L1's registry, or take one")
    .addPositionalArgument({
      name: "name",
      description: "<name>@chain, or 0x…@chain for the name that an account chose (default: all names)",
      defaultValue: "",
    })
    .addFlag({ name: "take", description: "Take the name: announce it, wait, and take it; the sender owns it then" })
    .addOption(
      option("account", "With --take: address or number of the account for which the name stands (default: the sender's)"),
    )
    .addFlag({
      name: "chainLabel",
      description: "With --take, as a chain's admin: its one label, for good, written as <label>@<chain's id or name>",
    })
    .addFlag({ name: "choose", description: "Have the sender's account on that chain shown by the name" })
    .addOption(option("from", "Who signs on L1: number or address of a development account (default: account 0)"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/names.ts"))
    .build(),
  task("hyperchain:keys", "Show whose keys act for an account on all chains, name one by its first keys, or replace them")
    .addPositionalArgument({ name: "id", description: "The account's id, as --register prints it", defaultValue: "" })
    .addOption(option("home", "The chain whose keystore has the keys: name or id (default: the first)"))
    .addFlag({ name: "register", description: "Name a new account by its first keys: --owners, --threshold" })
    .addFlag({ name: "rotate", description: "Replace its keys by --owners and --threshold; enough of the present owners sign" })
    .addOption(option("owners", "Numbers or addresses of accounts, or 0x… of a verifier and its key (ERC-7913), with commas"))
    .addOption(option("threshold", "How many owners have to sign (default: all)"))
    .addOption(option("from", "Who pays: number or address of a development account (default: account 0)"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./acting/keys.ts"))
    .build(),
  task("hyperchain:reconstruct", "Rebuild a chain's state from L1's data alone, and check it against the root that L1 executed")
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
    .addOption(option("servePort", "Serve the rebuilt chain at this port until Ctrl-C; 0 for any free one"))
    .addFlag({ name: "writable", description: "With --serve-port: take transactions, which change a copy" })
    .addFlag({
      name: "operate",
      description:
        "With --serve-port: go on with the chain as its operator; HYPERCHAIN_PRIVATE_KEY, a validator's, signs and pays on L1, or on its base",
    })
    .addOption(data)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./from-l1/reconstruct.ts"))
    .build(),
  task("hyperchain:prove", "Print what L1 takes as proof of something on a chain, from L1's data alone")
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
    .addFlag(json)
    .setAction(() => import("./from-l1/prove.ts"))
    .build(),
  task("hyperchain:verify", "Check that a batch's transactions led from L1's state before it to L1's state after it, by a proof")
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addPositionalArgument({ name: "batch", description: "Number of the batch; with --watch of the first", defaultValue: "" })
    .addFlag({
      name: "watch",
      description: "Check each batch that comes to L1, and name in time what no proof shows to be right",
    })
    .addFlag({ name: "failFast", description: "With --watch: end with exit code 1 at the first batch that is named" })
    .addOption(option("chainUrl", "JSON-RPC URL of what serves the proof, which is not believed (default: the chain)"))
    .addOption(option("proof", "File with the answer of hyperchain_getExecutionProof, instead of asking for it"))
    .addOption(settlementUrl)
    .addOption(option("fromBlock", "L1 block of the chain's creation or an earlier one (default: found)"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./from-l1/verify.ts"))
    .build(),
  task(
    "hyperchain:exit",
    "Have L1 pay what an account held on a chain that has ended, or that ignores its queue, or whose base has ended",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(
      option(
        "from",
        "The holder, who signs on L1: number or address of a development account (default: HYPERCHAIN_PRIVATE_KEY's, else 0)",
      ),
    )
    .addOption(option("to", "Recipient on L1 (default: the holder)"))
    .addOption(option("token", "Addresses on L1 of tokens to claim beside the base token, with commas"))
    .addFlag({ name: "activate", description: "Where the exit is open: end the chain for good, for all its users" })
    .addOption(settlementUrl)
    .addOption(
      option("base", "Of a chain on a chain that has ended: the latter's contract on L1, which pays, and has what it takes"),
    )
    .addOption(option("baseUrl", "With --base: JSON-RPC URL of that L1"))
    .addOption(data)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./from-l1/exit.ts"))
    .build(),
  task("hyperchain:claim-escrow", "Have L1 pay what a leg of an atomic flow had in escrow on a chain that has ended")
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
    .addOption(option("token", "The leg's token as it is on L1 (default: the chain is asked)"))
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./from-l1/claim-escrow.ts"))
    .build(),
  task("hyperchain:upgrade", "Show, schedule, withdraw or rehearse a chain's move to another protocol version")
    .addPositionalArgument({
      name: "chain",
      description: "Name or id, or the address of its contract on L1; none with --all",
      defaultValue: "",
    })
    .addOption(option("to", "Schedule this version, as the chain's admin, with the notice in which users can leave"))
    .addOption(
      option(
        "verifier",
        "With --to: governance adds the version first, with the verifier at this address on L1 and the rest as now (needs governance's key)",
      ),
    )
    .addOption(
      option(
        "notBefore",
        "With --to: the time from which it takes effect, where that is later than the notice, as 2027-03-01T12:00Z or in seconds; within 90 days",
      ),
    )
    .addFlag({ name: "cancel", description: "Withdraw the version that the chain waits for, until it takes effect" })
    .addFlag({
      name: "all",
      description:
        "Every governed chain of the running ecosystem, chains on chains too, on one day; names chains that leave, and those whose users have a late way out",
    })
    .addFlag({
      name: "rehearse",
      description:
        "On a devnet: add a version with a verifier of its own, move the time past the notice, settle a batch of each version, and claim a withdrawal of each",
    })
    .addOption(
      option(
        "from",
        "The admin, who signs on L1: number or address of a development account (default: the admin's, if it is one)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./governing/upgrade.ts"))
    .build(),
  task("hyperchain:governance", "Show who governs protocol versions, and what is voted on; propose, vote, queue, execute")
    .addPositionalArgument({
      name: "chain",
      description: "A chain whose versions they are: name or id, or the address of its contract on L1",
    })
    .addOption(option("add", "Add this version, with --verifier and the rest as the chain's: by a proposal where votes govern"))
    .addOption(option("verifier", "With --add: the contract that checks the proofs of the version's batches"))
    .addOption(option("retire", "End this version, with the registry's notice"))
    .addOption(option("halt", "Halt this frozen version for good, where the council agrees"))
    .addOption(option("replacement", "With --halt or --approve-halt: version that chains pass to (default: none)"))
    .addOption(option("council", "Name this account or contract as the next council, with the registry's notice"))
    .addOption(option("freeze", "As the council: stop these versions, with commas between, for --seconds"))
    .addOption(option("seconds", "With --freeze: how long"))
    .addOption(option("unfreeze", "As the council: end the freeze of this version"))
    .addOption(option("approveHalt", "As the council: agree that governance halts this frozen version"))
    .addOption(
      option("deadline", "With an act of the council: second until which the signatures can be brought (default: an hour)"),
    )
    .addOption(
      option(
        "signatures",
        "With an act of the council: members' signatures, with commas between, which are brought (default: sign as a member)",
      ),
    )
    .addOption(option("call", "Have governance call this contract, such as its own governor"))
    .addOption(option("calldata", "With --call: what it is called with, 0x… (default: nothing)"))
    .addOption(option("description", "Of what is proposed; the same acts twice need another (default: none)"))
    .addOption(option("vote", "Vote on this proposal: its id, or the first digits of it"))
    .addOption(option("support", "With --vote: for, against or abstain (default: for)"))
    .addOption(option("queue", "Have this proposal wait in the timelock, once it has succeeded"))
    .addOption(option("execute", "Have the timelock do what this proposal says, once its delay is over"))
    .addOption(
      option(
        "from",
        "Who signs: number or address of a development account, with votes where it proposes or votes (default: governance's, if it is one, else account 0)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./governing/governance.ts"))
    .build(),
  task(
    "hyperchain:terms",
    "Show a chain's terms: validators, standby, policy, flags; as its admin, announce others, or withdraw them",
  )
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(option("validators", "Accounts that sign its batches, with commas, or none"))
    .addOption(option("threshold", "How many of them have to sign (default: all)"))
    .addOption(option("standby", "Accounts that sign where validators leave the queue overdue, with commas, or none"))
    .addOption(option("standbyThreshold", "How many of those have to sign (default: all)"))
    .addOption(option("policy", "Contract that says where its data must be"))
    .addOption(option("filterer", "Contract that says whose operations it takes, or none"))
    .addOption(option("governed", "yes, or no to leave governance: then no retirement, freeze or halt reaches it"))
    .addOption(option("takesReplacements", "yes: from a halted version its admin takes it at once to the replacement"))
    .addFlag({ name: "withdraw", description: "Withdraw the terms that wait, until they count" })
    .addOption(
      option(
        "from",
        "The admin, who signs on L1: number or address of a development account (default: the admin's, if it is one)",
      ),
    )
    .addOption(settlementUrl)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./governing/terms.ts"))
    .build(),
  task("hyperchain:deploy", "Deploy the ecosystem's contracts onto the network of --network, from that network's first account")
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
    .addFlag({ name: "dryRun", description: "Deploy into memory only, and tell gas and cost" })
    .addFlag(json)
    .setAction(() => import("./running/deploy.ts"))
    .build(),
];
