import { task } from "hardhat/config";
import { from, json, noWait, option, token, url, values } from "./shared.ts";

/** Tasks by which users act. */
export const actingTasks = {
  deposit: task("hyperchain:deposit", "Send money from L1 to an account on a chain")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({
      name: "to",
      description: "Recipient: 0x…@chain, <account number>@chain or <name>@chain, the chain by name or id",
    })
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  withdraw: task("hyperchain:withdraw", "Send money from a chain to L1: settles, then claims it there")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument(option("to", "Recipient on L1: address or account number; the sender where none is given"))
    .addOption(token)
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  claim: task(
    "hyperchain:claim",
    "Complete a message from or to L1: pay a withdrawal, make a call and those that follow from it, deliver a message; " +
      "or refund what an ended chain never took",
  )
    .addPositionalArgument({ name: "chain", description: "Chain that it left, or never reached: name or id" })
    .addPositionalArgument({ name: "hash", description: "Hash of its message or of its transaction" })
    .addOption(from)
    .addOption(url)
    .addFlag(json),
  send: task("hyperchain:send", "Send money from a chain or L1 to an account on any chain or L1")
    .addPositionalArgument({ name: "amount", description: "Such as 1.5" })
    .addPositionalArgument({ name: "to", description: "Recipient: 0x…@chain, <account number>@chain or <name>@chain; l1 too" })
    .addOption(token)
    .addOption(from)
    .addOption(
      option(
        "fee",
        "Added to the amount, for the account that delivers it on another chain or claims it on l1, such as 0.001 (default: 0)",
      ),
    )
    .addFlag({ name: "listed", description: "Send it in a list with all that the batch sends to that chain: for less gas" })
    .addFlag({ name: "estimate", description: "Print the gas of the delivery, and send nothing" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  announce: task("hyperchain:announce", "Publish the name, symbol and decimals of a token to other chains")
    .addPositionalArgument({ name: "token", description: "Its address there" })
    .addOption(option("on", "Chain to bring them to: name or id (default: relayers bring them where the token is sent)"))
    .addOption(from)
    .addOption(url)
    .addFlag(json),
  call: task("hyperchain:call", "Call a contract on any chain or L1, from the sender's own account there")
    .addPositionalArgument({ name: "to", description: "The contract: 0x…@chain or <name>@chain" })
    .addPositionalArgument({
      name: "function",
      description: 'Signature such as "transfer(address,uint256)", or calldata: 0x…',
      defaultValue: "0x",
    })
    .addVariadicArgument(values("arguments", "The function's arguments"))
    .addOption(option("value", "Base token of the destination that the call gets, such as 0.1 (default: 0)"))
    .addOption(option("reward", "Base token of the destination for the account that brings the call (default: 0)"))
    .addOption(option("gas", "Gas of the call (default: 1000000)"))
    .addOption(
      option(
        "expires",
        "Seconds after which the call is not made, by the clock of its destination, and its value is refunded (default: never; to L1 30 days)",
      ),
    )
    .addOption(from)
    .addFlag({
      name: "funded",
      description: "To L1: the sender's account there has the value already; over a chain between it must",
    })
    .addFlag({ name: "estimate", description: "Print the gas that the call needs there, and send nothing" })
    .addFlag({ name: "force", description: "Send it also if it would fail now" })
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  sendEncrypted: task(
    "hyperchain:send-encrypted",
    "Send a transaction that the nodes of a chain open after its order is final, and wait until it is executed",
  )
    .addPositionalArgument({ name: "to", description: "Recipient: 0x…@chain, <account number>@chain or <name>@chain" })
    .addPositionalArgument({
      name: "function",
      description: 'Signature such as "transfer(address,uint256)", or calldata: 0x…',
      defaultValue: "0x",
    })
    .addVariadicArgument(values("arguments", "The function's arguments"))
    .addOption(option("value", "Base token of the chain that the recipient gets, such as 0.1 (default: 0)"))
    .addOption(option("gas", "Gas of the transaction (default: an estimate)"))
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  callTogether: task(
    "hyperchain:call-together",
    "Force calls into the queues of several chains by one transaction below them, all or none",
  )
    .addPositionalArgument({
      name: "calls",
      description:
        'File with the calls as JSON, or that itself: [{"to": "0x…@alpha", "function": "set(uint256)", "arguments": ["5"], "value": "0.1", "gas": 200000, "refundTo": "0x…"}, …]',
    })
    .addOption(from)
    .addFlag(noWait)
    .addOption(url)
    .addFlag(json),
  bring: task("hyperchain:bring", "Copy the value of a contract's storage slot to other chains, such as an account's keys")
    .addPositionalArgument({ name: "contract", description: "The contract and its chain: 0x…@chain or <name>@chain" })
    .addPositionalArgument({ name: "slot", description: "The slot: digits, or 0x…; of a mapping the mapping's, with --key" })
    .addOption(option("key", "Key of the mapping at that slot: an address, digits, or 0x… (default: the slot itself)"))
    .addOption(option("to", "Chains to bring it to: names or ids with commas (default: all that settle where its chain does)"))
    .addOption(from)
    .addOption(url)
    .addFlag(json),
  l1Slot: task("hyperchain:l1-slot", "Read a storage slot of a contract on L1 for a chain, with a proof that its contracts check")
    .addPositionalArgument({ name: "account", description: "Contract on L1: its address" })
    .addPositionalArgument({ name: "slot", description: "Slot: digits, or 0x…; of a mapping the mapping's, with --key" })
    .addPositionalArgument({ name: "on", description: "Chain that reads: name or id" })
    .addOption(option("key", "Key of the mapping at that slot: an address, digits, or 0x… (default: none, the slot itself)"))
    .addOption(option("block", "Block of L1 after which the slot is read (default: the newest)"))
    .addFlag({ name: "store", description: "Store the value in L1Storage on the chain, for contracts that have no proof" })
    .addOption(from)
    .addOption(url)
    .addFlag(json),
  swap: task(
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
    .addFlag(json),
  spend: task("hyperchain:spend", "Pay out of what an account has on all members together")
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
    .addFlag(json),
  wallet: task("hyperchain:wallet", "Show an account's assets on all members, and what is on its way")
    .addPositionalArgument({ name: "account", description: "Address or number of a development account", defaultValue: "0" })
    .addOption(url)
    .addFlag(json),
  names: task("hyperchain:names", "Show the names of chains and accounts in L1's registry, or take one")
    .addPositionalArgument(option("name", "<name>@chain, or 0x…@chain for the name that an account chose (default: all names)"))
    .addFlag({ name: "take", description: "Take the name: announce it, wait, and take it; the sender owns it then" })
    .addOption(
      option("account", "With --take: address or number of the account for which the name stands (default: the sender's)"),
    )
    .addFlag({
      name: "chainLabel",
      description: "With --take, as a chain's admin: its one label, for good, written as <label>@<chain's id or name>",
    })
    .addFlag({ name: "choose", description: "Show the sender's account on that chain by the name" })
    .addOption(option("from", "Who signs on L1: number or address of a development account (default: account 0)"))
    .addOption(url)
    .addFlag(json),
  heldAccount: task("hyperchain:held-account", "Use an account whose data its owner stores, or collect acts of such accounts")
    .addPositionalArgument({
      name: "action",
      description:
        "register, balance, give (the coin to a held account), burn (for a held account), redeem (a burn proof), pay (to an account of the chain), collect; of a " +
        "stopped chain: exit (claim on L1, then be paid), watch (refute stale claims)",
    })
    .addOption(option("file", "The account's file; a lost file is lost money"))
    .addOption(option("chain", "Name or id of the chain (default: the file's chain, or the only chain with data at owners)"))
    .addOption(option("token", "Address of the token on L1 (default: the chain's coin)"))
    .addOption(option("amount", "Amount in the token's smallest unit"))
    .addOption(
      option(
        "to",
        "Number of the recipient's held account; address of an account of the chain for pay, of L1 for exit (default: owner)",
      ),
    )
    .addFlag({ name: "activate", description: "With exit: end the chain for all its users, if its exit is open" })
    .addOption(option("proof", "Burn proof, or its file"))
    .addOption(option("collector", "URL of the collector of acts (default: http://127.0.0.1:8560)"))
    .addOption(option("port", "With collect: port of the collector (default: 8560)"))
    .addOption(
      option("from", "Owner, or payer of the collector: number or address of a development account (default: account 0)"),
    )
    .addOption(url)
    .addFlag(json),
  keys: task("hyperchain:keys", "Show whose keys act for an account on all chains, name one by its first keys, or replace them")
    .addPositionalArgument(option("id", "The account's id, as --register prints it"))
    .addOption(option("home", "The chain whose keystore has the keys: name or id (default: the first)"))
    .addFlag({ name: "register", description: "Name a new account by its first keys: --owners, --threshold" })
    .addFlag({ name: "rotate", description: "Replace its keys by --owners and --threshold; enough of the present owners sign" })
    .addOption(option("owners", "Numbers or addresses of accounts, or 0x… of a verifier and its key (ERC-7913), with commas"))
    .addOption(option("threshold", "How many owners have to sign (default: all)"))
    .addOption(option("from", "Who pays: number or address of a development account (default: account 0)"))
    .addOption(url)
    .addFlag(json),
};
