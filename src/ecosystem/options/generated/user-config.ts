// Generated from src/ecosystem/options/fields by 'npm run generate'.
import type { ComposedData } from "../fields/data-policy.ts";

/** Options of `hyperchains`. */
export interface HyperchainsUserConfig {
  /**
   * What the ecosystem is called.
   * Allowed: a name.
   * Default: "hyperchains".
   */
  readonly name?: string | undefined;
  /**
   * Interface to listen on; another than this machine's opens development keys to the network.
   * Allowed: an interface to listen on, such as "127.0.0.1".
   * Default: "127.0.0.1".
   */
  readonly host?: string | undefined;
  /**
   * Origins whose web pages may send requests, in addition to those of this machine and of browsers' extensions; `["*"]` for all.
   * Allowed: a list of origins, such as ["https://app.example.com"], or ["*"].
   * Default: [].
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Whether every client that reaches it may mine, move time, revert batches, return to snapshots and settle.
   * Allowed: true or false.
   * Default: true with a local L1 that only this machine reaches; settling also with a remote L1.
   */
  readonly development?: boolean | undefined;
  /**
   * Whether every client that reaches it may rebuild batches (`hyperchain:reseal`), and nothing else.
   * Allowed: true or false.
   * Default: as `development`.
   */
  readonly reseal?: boolean | undefined;
  /**
   * Whether a relayer delivers messages automatically.
   * Allowed: true or false.
   * Default: true.
   */
  readonly relayer?: boolean | undefined;
  /**
   * Which messages the relayer delivers.
   * Default: {}.
   */
  readonly relayerPolicy?: HyperchainsRelayerPolicyUserConfig | undefined;
  /**
   * Third-party bridges, whose dapps run here unchanged.
   * Default: none.
   */
  readonly bridges?: HyperchainsBridgesUserConfig | undefined;
  /**
   * Folder that stores a spawned ecosystem; a start with the same folder resumes it.
   * Allowed: the path of a folder, such as "./hyperchain-data".
   * Default: memory alone.
   */
  readonly data?: string | undefined;
  /**
   * JSON-RPC URL of a running ecosystem, for tasks and networks.
   * Allowed: a URL such as "http://127.0.0.1:8545".
   * Default: the running one is found.
   */
  readonly url?: string | undefined;
  /**
   * The settlement layer.
   * Default: {}.
   */
  readonly l1?: HyperchainsL1UserConfig | undefined;
  /**
   * Which accounts offer, retire, freeze and halt protocol versions on L1.
   * Default: {}.
   */
  readonly governance?: HyperchainsGovernanceUserConfig | undefined;
  /**
   * Stake on L1 for validators' keys, and a process that reports contradictory batches.
   * Default: no key is staked.
   */
  readonly stake?: HyperchainsStakeUserConfig | undefined;
  /**
   * Networks of staked guardians, by name, that store the data of chains which name them: a zkPorter.
   * Default: none.
   */
  readonly guardians?: Readonly<Record<string, HyperchainsGuardiansUserConfig>> | undefined;
  /**
   * Hubs, by name, that prove batches of their members together.
   * Default: none.
   */
  readonly hubs?: Readonly<Record<string, HyperchainsHubUserConfig>> | undefined;
  /**
   * Whether L1 checks a proof of every batch; "none": **nothing is proven**, for tests that only need speed.
   * Allowed: "stark" or "none".
   * Default: "stark".
   */
  readonly proofs?: "stark" | "none" | undefined;
  /**
   * The proof of execution that new contracts check: "fast" takes less time, "small" less gas.
   * Allowed: "fast" or "small".
   * Default: "fast" on an L1 in this process, "small" on one at a URL.
   */
  readonly lastProof?: "fast" | "small" | undefined;
  /**
   * Execution of chains that name none: "trusted" by their signers, "proven" by a proof that L1 checks.
   * Allowed: "trusted" or "proven".
   * Default: "trusted".
   */
  readonly execution?: "trusted" | "proven" | undefined;
  /**
   * What makes the proofs.
   * Default: {}.
   */
  readonly prover?: HyperchainsProverUserConfig | undefined;
  /**
   * Development accounts that have money on every chain.
   * Default: {}.
   */
  readonly accounts?: HyperchainsAccountsUserConfig | undefined;
  /**
   * Whether a started L1 has CREATE2 deployers, Multicall3 and Permit2, as every chain; CreateX with Hardhat Ignition.
   * Allowed: true or false.
   * Default: true.
   */
  readonly singletons?: boolean | undefined;
  /**
   * Whether chains have ERC-4337's EntryPoint from the start, out of the project's `@account-abstraction/contracts`.
   * Allowed: true or false.
   * Default: false.
   */
  readonly accountAbstraction?: boolean | undefined;
  /**
   * Whether contracts may have code of any size, as Hardhat's networks allow; written into each chain's first state.
   * Allowed: true or false.
   * Default: false.
   */
  readonly allowUnlimitedContractSize?: boolean | undefined;
  /**
   * Whether blocks of users may repeat a second, which in Hardhat's networks they do not.
   * Allowed: true or false.
   * Default: false in tests, true where it is spawned.
   */
  readonly allowBlocksWithSameTimestamp?: boolean | undefined;
  /**
   * How often chains and the relayer look at L1, in milliseconds.
   * Allowed: a whole number from 1 to 3600000, such as 100.
   * Default: 100.
   */
  readonly pollIntervalMs?: number | undefined;
  /**
   * The page to look at a spawned ecosystem.
   * Default: {}.
   */
  readonly page?: HyperchainsPageUserConfig | undefined;
  /**
   * One entry per chain, by its name.
   * Default: { alpha: {}, beta: {} }.
   */
  readonly chains?: Readonly<Record<string, HyperchainUserConfig>> | undefined;
}

/** Options of `hyperchains.relayerPolicy`. */
export interface HyperchainsRelayerPolicyUserConfig {
  /**
   * Least reward of a delivery, in percent of what its gas costs.
   * Allowed: a whole number from 0 to 1000000, such as 100.
   * Default: 0; 100 on a chain on which others settle.
   */
  readonly minRewardPercent?: number | undefined;
  /**
   * What deliveries at a loss must leave in the relayer's account on a chain, in ETH.
   * Allowed: an amount of ETH in quotes, such as "100".
   * Default: "0.001".
   */
  readonly reserve?: string | undefined;
}

/** Options of `hyperchains.bridges`. */
export interface HyperchainsBridgesUserConfig {
  /**
   * LayerZero V2: its endpoint and libraries out of the project's packages.
   * Default: none.
   */
  readonly layerzero?: HyperchainsLayerZeroUserConfig | undefined;
  /**
   * Hyperlane: its mailbox out of the project's packages.
   * Default: none.
   */
  readonly hyperlane?: HyperchainsHyperlaneUserConfig | undefined;
  /**
   * CCIP: contracts of this package with its published interfaces.
   * Default: none.
   */
  readonly ccip?: HyperchainsCcipUserConfig | undefined;
  /**
   * The Superchain's messenger and bridges at their addresses, on chains that start with them.
   * Default: none.
   */
  readonly superchain?: HyperchainsSuperchainUserConfig | undefined;
}

/** Options of `hyperchains.bridges.layerzero`. */
export interface HyperchainsLayerZeroUserConfig {
  /**
   * LayerZero's endpoint ids by members' names, `l1` among them, as a dapp's own config has them; also of chains that come later.
   * Default: each member's chain id.
   */
  readonly ids?: Readonly<Record<string, number>> | undefined;
}

/** Options of `hyperchains.bridges.hyperlane`. */
export interface HyperchainsHyperlaneUserConfig {
  /**
   * Hyperlane's domain ids by members' names, `l1` among them, as a dapp's own config has them; also of chains that come later.
   * Default: each member's chain id.
   */
  readonly ids?: Readonly<Record<string, number>> | undefined;
}

/** Options of `hyperchains.bridges.ccip`. */
export interface HyperchainsCcipUserConfig {
  /**
   * CCIP's chain selectors, in digits, by members' names (`l1` too), as a dapp's own config has them; also of later chains.
   * Default: each member's chain id.
   */
  readonly ids?: Readonly<Record<string, string>> | undefined;
}

/** Options of `hyperchains.bridges.superchain`. */
export type HyperchainsSuperchainUserConfig = Readonly<Record<string, never>>;

/** Options of `hyperchains.l1`. */
export interface HyperchainsL1UserConfig {
  /**
   * Port at which `hyperchain:spawn` serves the L1 that it starts; 0 for any free port.
   * Allowed: a whole number from 0 to 65535, such as 8545.
   * Default: 8545.
   */
  readonly port?: number | undefined;
  /**
   * JSON-RPC URL of an L1 that runs already; HYPERCHAIN_PRIVATE_KEY may say which account pays there.
   * Allowed: a URL such as "http://127.0.0.1:8545".
   * Default: an L1 is started.
   */
  readonly url?: string | undefined;
  /**
   * An L1, a public one say, that the started one is a copy of, for `hyperchain:spawn`; in tests a network's own `forking` is.
   * Default: the started one is empty.
   */
  readonly fork?: HyperchainsL1ForkUserConfig | undefined;
  /**
   * Depth in L1 blocks at which a block is final, including the block itself.
   * Allowed: a whole number from 1 to 1000, such as 1.
   * Default: 12; 1 for the L1 that is started and a development chain (31337 or 1337).
   */
  readonly confirmations?: number | undefined;
}

/** Options of `hyperchains.l1.fork`. */
export interface HyperchainsL1ForkUserConfig {
  /**
   * JSON-RPC URL of the L1, which must answer for old state where the block is old.
   * Allowed: a URL such as "http://127.0.0.1:8545".
   */
  readonly url: string;
  /**
   * The last block that both have.
   * Allowed: a whole number from 0 to 1000000000, such as 21000000.
   * Default: 64 blocks below the newest one, the newest one of a development chain (31337 or 1337).
   */
  readonly blockNumber?: number | undefined;
}

/** Options of `hyperchains.governance`. */
export interface HyperchainsGovernanceUserConfig {
  /**
   * Votes decide: OpenZeppelin's Governor, with a timelock and a token.
   * Default: an account decides, the deployer's.
   */
  readonly governor?: HyperchainsGovernorUserConfig | undefined;
  /**
   * A council that can freeze versions, and with governance halt them.
   * Default: no version is ever frozen.
   */
  readonly council?: HyperchainsCouncilUserConfig | undefined;
}

/** Options of `hyperchains.governance.governor`. */
export interface HyperchainsGovernorUserConfig {
  /**
   * Accounts that get the votes, in equal parts.
   * Allowed: 1 to 64 addresses, each once.
   * Default: development accounts 1 to 4.
   */
  readonly holders?: readonly string[] | undefined;
  /**
   * Seconds between a proposal and its vote.
   * Allowed: a whole number from 0 to 7776000, such as 1.
   * Default: 1.
   */
  readonly votingDelaySeconds?: number | undefined;
  /**
   * Seconds of a vote.
   * Allowed: a whole number from 1 to 7776000, such as 60.
   * Default: 60.
   */
  readonly votingPeriodSeconds?: number | undefined;
  /**
   * Seconds that what was decided waits in the timelock.
   * Allowed: a whole number from 0 to 7776000, such as 10.
   * Default: 10.
   */
  readonly timelockDelaySeconds?: number | undefined;
  /**
   * Percent of all votes, below which a vote decides nothing.
   * Allowed: a whole number from 1 to 100, such as 40.
   * Default: 40.
   */
  readonly quorumPercent?: number | undefined;
  /**
   * Percent of all votes in favour, by which a vote ends at once; no less than quorumPercent.
   * Allowed: a whole number from 1 to 100, such as 67.
   * Default: 67.
   */
  readonly superQuorumPercent?: number | undefined;
}

/** Options of `hyperchains.governance.council`. */
export interface HyperchainsCouncilUserConfig {
  /**
   * Accounts that sign, each for itself.
   * Allowed: 1 to 64 addresses, each once.
   * Default: development accounts 10 to 17.
   */
  readonly members?: readonly string[] | undefined;
  /**
   * Members that sign for soft freezes, of softSeconds in all.
   * Allowed: a whole number from 1 to 64, such as 3.
   * Default: three in eight, rounded up.
   */
  readonly softThreshold?: number | undefined;
  /**
   * Members that sign for all else: other freezes, their end, a halt.
   * Allowed: a whole number from 1 to 64, such as 6.
   * Default: three in four, rounded up.
   */
  readonly hardThreshold?: number | undefined;
  /**
   * Seconds of freezeSeconds that softThreshold members can have; the rest is left to hardThreshold.
   * Allowed: a whole number from 0 to 2592000, such as 300.
   * Default: half of freezeSeconds, rounded down.
   */
  readonly softSeconds?: number | undefined;
  /**
   * Seconds of all freezes, whole again a retirement's notice after the last one's end; part of notices and exit delays.
   * Allowed: a whole number from 1 to 2592000, such as 600.
   * Default: 600.
   */
  readonly freezeSeconds?: number | undefined;
}

/** Options of `hyperchains.stake`. */
export interface HyperchainsStakeUserConfig {
  /**
   * Seconds between the announcement of a withdrawal and its payment, within which faults are slashed.
   * Allowed: a whole number from 7200 to 31536000, such as 100000.
   */
  readonly unbondingSeconds: number;
  /**
   * Wei on L1 that answer for each validator's key, from the account that pays there.
   * Allowed: a bigint from 1n to 79228162514264337593543950336n, such as 1000000000000000000n.
   * Default: 1 ETH.
   */
  readonly depositWei?: bigint | undefined;
}

/** Options of `hyperchains.guardians.x`. */
export interface HyperchainsGuardiansUserConfig {
  /**
   * Guardians, each in a separate process with a key.
   * Allowed: a whole number from 1 to 64, such as 4.
   * Default: 4.
   */
  readonly members?: number | undefined;
  /**
   * Wei on L1 that each guardian stakes, which is its weight.
   * Allowed: a list of amounts in wei, one for each guardian.
   * Default: 1 ETH for each.
   */
  readonly stakesWei?: readonly bigint[] | undefined;
  /**
   * Part of the weight that must sign for a batch's data, in ten-thousandths.
   * Allowed: a whole number from 1 to 10000, such as 6667.
   * Default: 6667.
   */
  readonly shareBps?: number | undefined;
  /**
   * Whether every staked key can join later: then any account can buy the weight that stops the network's chains.
   * Allowed: true or false.
   * Default: false.
   */
  readonly open?: boolean | undefined;
}

/** Options of `hyperchains.hubs.x`. */
export interface HyperchainsHubUserConfig {
  /**
   * Chains whose batches it proves together.
   * Allowed: names of proven chains that hand their proofs out, such as ["alpha", "beta"].
   */
  readonly members: readonly string[];
  /**
   * Keys that decide its blocks together.
   * Allowed: a whole number from 1 to 7, such as 4.
   * Default: 1.
   */
  readonly aggregators?: number | undefined;
  /**
   * Whether each aggregator has its process on this machine.
   * Allowed: true or false.
   * Default: false.
   */
  readonly processes?: boolean | undefined;
  /**
   * When a block is due.
   * Default: {}.
   */
  readonly landing?: HyperchainsHubLandingUserConfig | undefined;
}

/** Options of `hyperchains.hubs.x.landing`. */
export interface HyperchainsHubLandingUserConfig {
  /**
   * Age of the oldest batch that a block may take, at which one is decided and landed.
   * Allowed: a whole number from 1 to 86400, such as 600.
   * Default: 600.
   */
  readonly maxAgeSeconds?: number | undefined;
  /**
   * Number of waiting batches at which one is.
   * Allowed: a whole number from 1 to 16, such as 16.
   * Default: 16.
   */
  readonly maxBatches?: number | undefined;
}

/** Options of `hyperchains.prover`. */
export interface HyperchainsProverUserConfig {
  /**
   * Threads of the prover.
   * Allowed: a whole number from 1 to 64, such as 4.
   * Default: all cores.
   */
  readonly workers?: number | undefined;
  /**
   * "auto": proofs are made on a graphics card that is faster than WebAssembly; "gpu": on a card, or there is no start.
   * Allowed: "auto" or "wasm" or "gpu".
   * Default: "auto".
   */
  readonly device?: "auto" | "wasm" | "gpu" | undefined;
  /**
   * MiB of the card's memory that a proof may take; a larger one is made by WebAssembly.
   * Allowed: a whole number from 256 to 65536, such as 3072.
   * Default: 3072.
   */
  readonly gpuMemory?: number | undefined;
  /**
   * Workers of other processes and machines, which join by `hyperchain:prover`.
   * Default: this process alone proves.
   */
  readonly fleet?: HyperchainsFleetUserConfig | undefined;
}

/** Options of `hyperchains.prover.fleet`. */
export interface HyperchainsFleetUserConfig {
  /**
   * Interface to listen on for workers.
   * Allowed: an interface to listen on, such as "127.0.0.1".
   * Default: "127.0.0.1".
   */
  readonly host?: string | undefined;
  /**
   * Port at which they join; 0 for any free port.
   * Allowed: a whole number from 0 to 65535, such as 8545.
   * Default: 0.
   */
  readonly port?: number | undefined;
  /**
   * What a worker must show.
   * Allowed: 16 to 128 letters, digits, - and _; node -p 'crypto.randomUUID()' makes one.
   */
  readonly token: string;
  /**
   * A database by which they may join, too; needs the package pg-boss.
   * Allowed: a URL of a database such as "postgres://fleet:…@10.0.0.5/proofs".
   * Default: HTTP alone.
   */
  readonly postgres?: string | undefined;
}

/** Options of `hyperchains.accounts`. */
export interface HyperchainsAccountsUserConfig {
  /**
   * Number of development accounts with ETH on every chain, in addition to the relayer's.
   * Allowed: a whole number from 0 to 20, such as 20.
   * Default: 20.
   */
  readonly funded?: number | undefined;
  /**
   * What each of them gets on each chain, in ETH.
   * Allowed: an amount of ETH in quotes, at most "1000000000000000", such as "100".
   * Default: "10000"; "100" with an L1 at a URL, whose deployer pays it.
   */
  readonly balance?: string | undefined;
  /**
   * Whether the chains sign for these accounts, for every client that reaches them.
   * Allowed: true or false.
   * Default: true with a local L1 that only this machine reaches.
   */
  readonly unlocked?: boolean | undefined;
}

/** Options of `hyperchains.page`. */
export interface HyperchainsPageUserConfig {
  /**
   * Whether `hyperchain:spawn` serves a page that shows the ecosystem.
   * Allowed: true or false.
   * Default: true.
   */
  readonly served?: boolean | undefined;
  /**
   * Port at which it is served; another free port where this one is taken, and where it is 0.
   * Allowed: a whole number from 0 to 65535, such as 8545.
   * Default: 8600; any free port where L1's port is 0.
   */
  readonly port?: number | undefined;
}

/** Options of `hyperchains.chains.x`. */
export interface HyperchainUserConfig {
  /**
   * Its id, which no other chain has.
   * Allowed: a whole number from 1 to 4503599627370495, such as 271.
   * Default: 271, 272, … in order; 2^32 + 271, … on the chain 271.
   */
  readonly chainId?: number | undefined;
  /**
   * Chain of this ecosystem on which it settles, where its contracts are; that chain's batches carry its data to L1.
   * Allowed: the name of a chain.
   * Default: L1.
   */
  readonly settlesOn?: string | undefined;
  /**
   * Port at which `hyperchain:spawn` serves it; 0 for any free port.
   * Allowed: a whole number from 0 to 65535, such as 8545.
   * Default: the next after L1's.
   */
  readonly port?: number | undefined;
  /**
   * Port of its porter's RPC; 0 for any free port.
   * Allowed: a whole number from 0 to 65535, such as 8545.
   * Default: any free port.
   */
  readonly porterPort?: number | undefined;
  /**
   * A block as soon as a transaction waits, or one after each interval in milliseconds.
   * Allowed: "instant" or milliseconds between blocks, from 1 to 3600000, such as 1000.
   * Default: "instant".
   */
  readonly blocks?: "instant" | number | undefined;
  /**
   * When batches are sealed before they reach their limits.
   * Default: {}.
   */
  readonly batches?: HyperchainBatchesUserConfig | undefined;
  /**
   * "queue": L1's queue makes the order; for execution "proven". "bft": nodes decide, and validate. "external": a key orders.
   * Allowed: "single", "queue", { by: "bft", nodes: 4 to 7, processes }, or { by: "external", key: an address, peers: names }.
   * Default: "single".
   */
  readonly sequencing?:
    | "single"
    | "queue"
    | { readonly by: "bft"; readonly nodes: number; readonly processes?: boolean | undefined }
    | { readonly by: "external"; readonly key: string; readonly peers?: readonly string[] | undefined }
    | undefined;
  /**
   * "fee": the highest price per gas first, so anyone can pay to overtake. "encrypted": nodes ("bft") open envelopes.
   * Allowed: "arrival" or "fee" or "encrypted".
   * Default: "arrival".
   */
  readonly transactionOrder?: "arrival" | "fee" | "encrypted" | undefined;
  /**
   * Accounts whose transactions and user operations the sequencer takes; L1's queue carries operations of every account.
   * Allowed: a list of addresses.
   * Default: every account.
   */
  readonly senders?: readonly string[] | undefined;
  /**
   * Accounts that may create contracts: by direct transactions, or, as contracts, for any sender.
   * Allowed: a list of addresses.
   * Default: every account.
   */
  readonly deployers?: readonly string[] | undefined;
  /**
   * Has its gas price follow L1's and what its batches cost there; for chains whose gas ETH pays for.
   * Default: any price is accepted; the suggested price is 1,000,000 wei.
   */
  readonly fees?: HyperchainFeesUserConfig | undefined;
  /**
   * Instructions that a transaction may run, below other chains at least 2000000; each is remembered in 800 bytes.
   * Allowed: a whole number from 1000000 to 16777216, such as 4000000.
   * Default: 2000000; in tests 2^24, which is practically unlimited.
   */
  readonly maxInstructions?: number | undefined;
  /**
   * What pays for gas.
   * Allowed: the address of an ERC-20 on L1, or { name: "Gold", symbol: "GLD" } for one that is deployed there.
   * Default: ETH.
   */
  readonly baseToken?: string | { readonly name: string; readonly symbol: string } | undefined;
  /**
   * Which accounts' operations enter its queue on L1: the listed ones', and those of the accounts that fund the chain.
   * Allowed: the address of an ITransactionFilterer on L1, or { allow: [addresses] }.
   * Default: every account's.
   */
  readonly filterer?: string | { readonly allow: readonly string[] } | undefined;
  /**
   * Seconds between a batch's commit and its execution on L1.
   * Allowed: a whole number from 0 to 7776000, such as 60.
   * Default: 0.
   */
  readonly executionDelaySeconds?: number | undefined;
  /**
   * Seconds in which the chain must take an operation of L1's queue; longer than a batch's age with L1's confirmations.
   * Allowed: a whole number from 1 to 2592000, such as 3600.
   * Default: 3600.
   */
  readonly priorityOpWindowSeconds?: number | undefined;
  /**
   * Seconds after an operation's deadline and another window at which the exit opens; longer than window and execution delay.
   * Allowed: a whole number from 1 to 7776000, such as 86400.
   * Default: 86400.
   */
  readonly exitDelaySeconds?: number | undefined;
  /**
   * Whether a second verifier confirms each batch before L1 executes it; for a trusted chain on L1.
   * Allowed: true or false.
   * Default: false.
   */
  readonly secondCheck?: boolean | undefined;
  /**
   * Whether clients may change its state at will; written into the chain's contract when it is created.
   * Allowed: true or false.
   * Default: true with a local L1 that only this machine reaches.
   */
  readonly cheats?: boolean | undefined;
  /**
   * Storage of its data: L1 as changes or inputs, a committee, owners of held accounts; "chain": the chain on which it settles.
   * Allowed: "rollup", "validium", "inputs", "owners", "chain", { guardians }, { allOf: [...] } or { anyOf: [...] }, in 3 levels.
   * Default: "rollup".
   */
  readonly dataAvailability?:
    | "rollup"
    | "validium"
    | "inputs"
    | "owners"
    | "chain"
    | { readonly guardians: string }
    | ComposedData
    | undefined;
  /**
   * Of a validium, also as a part: processes that execute every batch again and keep its data; how many must sign.
   * Allowed: { members, threshold }: 1 to 16 members, and a threshold of at most as many.
   * Default: one member, in this process.
   */
  readonly committee?: { readonly members: number; readonly threshold: number } | undefined;
  /**
   * Of a rollup: its porter, a second chain id whose accounts are in a second state tree, stored by guardians or on L1.
   * Default: none, and all accounts are in one tree.
   */
  readonly partition?: HyperchainPartitionUserConfig | undefined;
  /**
   * Of a validium: accounts that get sessions to read it by RPC, and to which the committee gives the data.
   * Allowed: a list of addresses.
   * Default: the chain's operator only.
   */
  readonly readers?: readonly string[] | undefined;
  /**
   * Of a validium: whether every caller may read it by RPC, without a session; the committee asks its readers to sign either way.
   * Allowed: true or false.
   * Default: false.
   */
  readonly openReads?: boolean | undefined;
  /**
   * Processes that execute every batch again, and how many of them must sign.
   * Allowed: { members, threshold }: 1 to 16 members, and a threshold of at most as many.
   * Default: one member, in this process.
   */
  readonly quorum?: { readonly members: number; readonly threshold: number } | undefined;
  /**
   * Accounts that sign while validators leave an operation that is overdue; development accounts among them sign in this process.
   * Allowed: { accounts, threshold }: 1 to 16 addresses, and a threshold of at most as many.
   * Default: none.
   */
  readonly standby?: HyperchainStandbyUserConfig | undefined;
  /**
   * "proven": L1 executes a batch by one proof of its execution, for which its transactions pay; "trusted": signers execute.
   * Allowed: "trusted" or "proven".
   * Default: the ecosystem's.
   */
  readonly execution?: "trusted" | "proven" | undefined;
  /**
   * When proofs go to L1: by time, size or cost.
   * Default: {}.
   */
  readonly pace?: HyperchainPaceUserConfig | undefined;
  /**
   * File in which settlement records its steps; a quorum's validators store keys and signatures in files next to it.
   * Allowed: a path of a file.
   * Default: in memory.
   */
  readonly journal?: string | undefined;
  /**
   * Facts about open batches of other chains, whose messages arrive before L1 executes them.
   * Default: it imports roots alone.
   */
  readonly facts?: HyperchainFactsUserConfig | undefined;
  /**
   * Chains whose links it receives, in batches that L1 executes together with theirs or never.
   * Allowed: names of chains that run in the same process, such as ["alpha"].
   * Default: none.
   */
  readonly links?: readonly string[] | undefined;
  /**
   * Promises of other chains' validators, backed by stake: their batches' messages arrive before L1 has the batches.
   * Default: it takes no promises.
   */
  readonly instant?: HyperchainInstantUserConfig | undefined;
  /**
   * Accounts of its initial state, bound by the address of its contract; an existing chain ignores the option.
   * Default: none.
   */
  readonly import?: Readonly<Record<string, ImportedAccountUserConfig>> | undefined;
}

/** Options of `hyperchains.chains.x.batches`. */
export interface HyperchainBatchesUserConfig {
  /**
   * Milliseconds from a batch's first content to its seal, which roots of other chains alone do not count as.
   * Allowed: a whole number from 1 to 86400000, such as 2000, or null for never.
   * Default: 2000 where it is spawned, never in tests.
   */
  readonly maxAgeMs?: number | null | undefined;
  /**
   * Transactions at which a batch is sealed.
   * Allowed: a whole number from 1 to 100000, such as 100.
   * Default: no limit.
   */
  readonly maxTransactions?: number | undefined;
}

/** Options of `hyperchains.chains.x.fees`. */
export interface HyperchainFeesUserConfig {
  /**
   * Percentage that the suggested gas price adds to the cost; a transaction that pays less than the cost is refused.
   * Allowed: a whole number from 0 to 1000, such as 25.
   * Default: 25.
   */
  readonly marginPercent?: number | undefined;
  /**
   * Gas of users among which a batch's cost is shared, at least: for what is missing in smaller batches the operator pays.
   * Allowed: a whole number from 21000 to 1000000000, such as 5000000.
   * Default: 5,000,000.
   */
  readonly batchGas?: number | undefined;
  /**
   * What it costs to prove a unit, in wei; each gas pays for six of them, and what pays less is refused.
   * Allowed: a whole number from 0 to 100000000000000, such as 0.
   * Default: 0.
   */
  readonly unitPriceWei?: number | undefined;
  /**
   * Minimum of the suggested gas price, in wei, also before L1 has executed a batch.
   * Allowed: a whole number from 0 to 1000000000000000, such as 1000000.
   * Default: 1,000,000.
   */
  readonly leastGasPriceWei?: number | undefined;
}

/** Options of `hyperchains.chains.x.partition`. */
export interface HyperchainPartitionUserConfig {
  /**
   * Second chain id, for which accounts of the porter sign; no other chain gets it.
   * Allowed: a whole number from 1 to 4294967295, such as 1271.
   */
  readonly chainId: number;
  /**
   * Network of guardians, by its name, that stores the porter's data; L1 gets them while it is silent.
   * Allowed: the name of a network of guardians.
   * Default: none, and each batch has the porter's data on L1.
   */
  readonly guardians?: string | undefined;
  /**
   * Milliseconds of wall time after which silent guardians are not waited for.
   * Allowed: a whole number from 1 to 60000, such as 2000.
   * Default: 2000.
   */
  readonly afterMs?: number | undefined;
}

/** Options of `hyperchains.chains.x.standby`. */
export interface HyperchainStandbyUserConfig {
  /**
   * Allowed: 1 to 16 addresses, each once.
   */
  readonly accounts: readonly string[];
  /**
   * Allowed: a whole number from 1 to 16, such as 1.
   */
  readonly threshold: number;
}

/** Options of `hyperchains.chains.x.pace`. */
export interface HyperchainPaceUserConfig {
  /**
   * Age of the oldest proof that waits, in seconds since its batch's last block, at which all that wait go to L1.
   * Allowed: a whole number from 1 to 86400, such as 600.
   * Default: they are sent immediately, or by maxBatches.
   */
  readonly maxAgeSeconds?: number | undefined;
  /**
   * Proofs that wait at which all of them go.
   * Allowed: a whole number from 1 to 8, such as 4.
   * Default: 8, where another field of the pace has them wait.
   */
  readonly maxBatches?: number | undefined;
  /**
   * Base fee of L1 above which they wait all the same, in wei.
   * Allowed: a whole number from 1 to 1000000000000000, such as 20000000000.
   * Default: no limit.
   */
  readonly maxGasPriceWei?: number | undefined;
  /**
   * Age of the oldest at which all go whatever else is said; from maxAgeSeconds to exitDelaySeconds less 600 and a batch's age.
   * Allowed: a whole number from 1 to 86400, such as 7200.
   * Default: 3600, or maxAgeSeconds where that is longer.
   */
  readonly atLatestSeconds?: number | undefined;
  /**
   * Whether its batches are proven for L1 together with those of other chains that say so; with execution "proven".
   * Allowed: true or false.
   * Default: false: each batch has a separate proof.
   */
  readonly shared?: boolean | undefined;
  /**
   * Seconds that a batch waits for hyperchain:aggregate to show L1 one proof of many; with execution "proven".
   * Allowed: a whole number from 1 to 86400, such as 900.
   * Default: the chain waits for no aggregator, and gives no aggregator its proofs.
   */
  readonly aggregatorSeconds?: number | undefined;
}

/** Options of `hyperchains.chains.x.facts`. */
export interface HyperchainFactsUserConfig {
  /**
   * Chains whose batches it imports facts about, before L1 has executed them.
   * Allowed: names of proven chains that hand their proofs out, such as ["alpha"].
   */
  readonly from: readonly string[];
  /**
   * Seconds of a committed batch's wait until L1 executes the batches of its facts; then it is rebuilt without them.
   * Allowed: a whole number from 1 to 86400, such as 900.
   * Default: 900.
   */
  readonly patienceSeconds?: number | undefined;
}

/** Options of `hyperchains.chains.x.instant`. */
export interface HyperchainInstantUserConfig {
  /**
   * Chains whose promises it takes, by name, and on which terms.
   */
  readonly from: Readonly<Record<string, HyperchainInstantTermsUserConfig>>;
}

/** Options of `hyperchains.chains.x.instant.from.x`. */
export interface HyperchainInstantTermsUserConfig {
  /**
   * Least stake of the validators that sign a promise, for this pair of chains; in an ecosystem they deposit as much.
   * Allowed: a bigint from 1n to 79228162514264337593543950336n, such as 1000000000000000000n.
   */
  readonly minStakeWei: bigint;
  /**
   * Most coins of L1 in promised batches that L1 has not executed.
   * Allowed: a bigint from 0n to 79228162514264337593543950336n, such as 1000000000000000000n.
   */
  readonly maxAtRiskWei: bigint;
  /**
   * Whether it also takes calls, lists and other assets by a promise, whose value is not counted.
   * Allowed: true or false.
   * Default: false.
   */
  readonly anyMessage?: boolean | undefined;
}

/** Options of `hyperchains.chains.x.import.x`. */
export interface ImportedAccountUserConfig {
  /**
   * What it has, in the base token's smallest unit.
   * Allowed: a number as text, such as "0x2a" or "42".
   * Default: nothing.
   */
  readonly balance?: string | undefined;
  /**
   * Its nonce.
   * Allowed: a number as text, such as "0x2a" or "42".
   * Default: 0.
   */
  readonly nonce?: string | undefined;
  /**
   * What it runs.
   * Allowed: a contract's code, 0x and hex digits.
   * Default: none.
   */
  readonly code?: string | undefined;
  /**
   * Words of its storage, by slot.
   * Default: none.
   */
  readonly storage?: Readonly<Record<string, string>> | undefined;
}
