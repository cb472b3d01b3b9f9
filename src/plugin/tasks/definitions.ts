import { task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { TaskDefinition } from "hardhat/types/tasks";

/** An option whose absence is told apart from every text. */
const option = <const Name extends string>(name: Name, description: string) =>
  ({ name, description, type: ArgumentType.STRING_WITHOUT_DEFAULT, defaultValue: undefined }) as const;
const json = { name: "json", description: "Print one JSON object per line instead of text; progress goes to stderr" } as const;
const url = option("url", "JSON-RPC URL of any member of the ecosystem (default: the running one is found)");
const from = option("from", "Sender: number or address of a development account, with @chain where it is not clear (default: account 0)");
const token = option("token", "Token: its address, or ETH (default: the chain's base token)");
const noWait = { name: "noWait", description: "Return as soon as the transaction is included" } as const;

export const taskDefinitions: TaskDefinition[] = [
  task("hyperchain:spawn", "Start an L1 with the ecosystem and hyperchains, until Ctrl-C")
    .addOption(option("chains", "How many chains (default: those of the config, else 2)"))
    .addOption(option("names", "Their names, with commas: alpha,beta"))
    .addOption(option("da", "Where their data goes: rollup or validium, one for all or with commas (default: rollup)"))
    .addOption(option("port", "Port of L1; the chains' follow it; 0 for any free ones (default: 8545)"))
    .addOption(option("host", "Interface to listen on (default: 127.0.0.1)"))
    .addOption(option("blockMs", "Milliseconds between blocks; 0 for a block as soon as a transaction waits (default: 0)"))
    .addOption(option("batchMs", "Age at which a batch is sealed, in milliseconds; 0 for only on demand (default: 2000)"))
    .addOption(option("batchTransactions", "Transactions at which a batch is sealed (default: no such limit)"))
    .addOption(option("prover", "stark for a validity proof of each batch, none for tests in which NOTHING IS PROVEN (default: stark)"))
    .addOption(option("proverWorkers", "Threads of the prover (default: all cores)"))
    .addOption(option("settlementUrl", "JSON-RPC URL of an existing L1, instead of starting one; HYPERCHAIN_PRIVATE_KEY says who pays there"))
    .addFlag({ name: "noRelayer", description: "Run no relayer" })
    .addFlag(json)
    .setAction(() => import("./spawn.ts"))
    .build(),
  task("hyperchain:status", "Show a running ecosystem: members, batches by stage, messages")
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./status.ts"))
    .build(),
  task("hyperchain:deposit", "Send money from L1 to an account on a chain")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({ name: "to", description: "Recipient: 0x…@chain or <account number>@chain, the chain by name or id" })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./deposit.ts"))
    .build(),
  task("hyperchain:withdraw", "Send money from a chain to L1: settles, then claims it there")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({ name: "to", description: "Recipient on L1: address or account number; the sender where none is given", defaultValue: "" })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./withdraw.ts"))
    .build(),
  task("hyperchain:claim", "Claim a withdrawal on L1 that was not claimed yet")
    .addPositionalArgument({ name: "chain", description: "Chain that it left: name or id" })
    .addPositionalArgument({ name: "hash", description: "Hash of its message or of its transaction" })
    .addOption(from)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./claim.ts"))
    .build(),
  task("hyperchain:send", "Send money from one chain to an account on another")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({ name: "to", description: "Recipient: 0x…@chain or <account number>@chain" })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./send.ts"))
    .build(),
  task("hyperchain:call", "Call a contract on another chain, from the sender's own account there")
    .addPositionalArgument({ name: "to", description: "The contract: 0x…@chain" })
    .addPositionalArgument({ name: "function", description: 'Signature such as "transfer(address,uint256)", or calldata: 0x…', defaultValue: "0x" })
    .addVariadicArgument({ name: "arguments", description: "The function's arguments", defaultValue: [] })
    .addOption(option("value", "Base token of the destination that the call gets, such as 0.1 (default: 0)"))
    .addOption(option("reward", "Base token of the destination for whoever brings the call (default: 0)"))
    .addOption(option("gas", "Gas of the call (default: 1000000)"))
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./call.ts"))
    .build(),
  task("hyperchain:settle", "Seal the open batches and wait until L1 has executed them")
    .addPositionalArgument({ name: "chain", description: "Name or id; all chains where none is given", defaultValue: "" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./settle.ts"))
    .build(),
  task("hyperchain:message", "Follow a message from chain to chain, hop by hop")
    .addPositionalArgument({ name: "hash", description: "Hash of the message, or of a transaction on its way" })
    .addFlag({ name: "noWait", description: "Show how far it is and return" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./message.ts"))
    .build(),
  task("hyperchain:wallet", "Show an account's assets on all members, and what is on its way")
    .addPositionalArgument({ name: "account", description: "Address or number of a development account", defaultValue: "0" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./wallet.ts"))
    .build(),
  task("hyperchain:reconstruct", "Rebuild a chain's state from L1's data alone, and check it against the root that L1 executed")
    .addPositionalArgument({ name: "chain", description: "Name or id, or the address of its contract on L1" })
    .addOption(option("settlementUrl", "JSON-RPC URL of L1; then no running ecosystem is needed, and the chain is named by its contract"))
    .addOption(option("upTo", "Last batch: executed, verified or committed (default: executed)"))
    .addOption(option("fromBlock", "L1 block of the chain's creation or an earlier one (default: found)"))
    .addOption(option("prove", "Print what L1 takes as proof: of a message or an operation by its hash, of a holding by its account's address, that a transfer has not arrived by <chain id>:<hash>"))
    .addOption(option("token", "With --prove and an account: the token's address on L1 (default: the base token)"))
    .addOption(option("servePort", "Serve the rebuilt chain at this port until Ctrl-C; 0 for any free one"))
    .addFlag({ name: "writable", description: "With --serve-port: take transactions, which change a copy" })
    .addFlag({ name: "operate", description: "With --serve-port: go on with the chain as its operator; HYPERCHAIN_PRIVATE_KEY, a validator's, signs and pays on L1" })
    .addOption(url)
    .addFlag(json)
    .setAction(() => import("./reconstruct.ts"))
    .build(),
  task("hyperchain:deploy", "Deploy the ecosystem's contracts onto the network of --network, from that network's first account")
    .addOption(option("governance", "Account that adds and retires protocol versions (default: the deployer)"))
    .addOption(option("retirementNotice", "Seconds between a version's retirement and its effect (default: 2592000)"))
    .addOption(option("revealDelay", "Seconds between a chain's announcement and its creation (default: 60)"))
    .addFlag({ name: "dryRun", description: "Deploy into memory only, and tell gas and cost" })
    .addFlag(json)
    .setAction(() => import("./deploy.ts"))
    .build(),
];
