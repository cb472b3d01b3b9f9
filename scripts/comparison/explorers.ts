import type { Comparison } from "./comparison.ts";

const OTTERSCAN = "https://github.com/otterscan/otterscan/blob/9dfd87fb4f159fabeac085431085e86f3418628a";
const OTTERSCAN_BOOK = "https://github.com/otterscan/otterscan-book/blob/9cd2bd8ddbb0f4e32d936b7e86590e2d19d3503e";
const BLOCKSCOUT = "https://github.com/blockscout/docs/blob/3f1f259c3a930e2b169a21f2ad3c60c85cd180f5";
const TENDERLY = "https://docs.tenderly.co";
const REMIX = "https://github.com/remix-project-org/remix-ide/blob/01cc84380226892afca4f44b87538a6c03b409e2/docs";
const HARDHAT =
  "https://github.com/NomicFoundation/hardhat-website/blob/37e008cb2ecdb15c46854c07a3dc000b4c43c5c1/src/content/docs/docs";
const FOUNDRY = "https://github.com/foundry-rs/book/blob/06eff05a7cde51a3e781be9bb3441199ff8968ad/src/pages";

/** Explorers and debuggers of transactions. */
export const EXPLORERS: Comparison = {
  ourName: "this page",
  tools: {
    otterscan: { name: "Otterscan", homepage: "https://docs.otterscan.io" },
    blockscout: { name: "Blockscout", homepage: "https://docs.blockscout.com" },
    tenderly: { name: "Tenderly", homepage: "https://docs.tenderly.co" },
    remix: { name: "Remix", homepage: "https://remix-ide.readthedocs.io" },
    hardhat: { name: "Hardhat's traces", homepage: "https://hardhat.org/docs/guides/execution-traces" },
    foundry: { name: "Foundry", homepage: "https://getfoundry.sh" },
  },
  sources: {
    otterscanReadme: { url: `${OTTERSCAN}/README.md`, date: "2025-07-24" },
    otterscanRead: { url: `${OTTERSCAN}/src/execution/address/AddressReadContract.tsx`, date: "2025-07-24" },
    otterscanNetworks: { url: `${OTTERSCAN_BOOK}/src/intro/networks.md`, date: "2025-09-01" },
    otterscanMethods: { url: `${OTTERSCAN_BOOK}/src/api-docs/ots-api.md`, date: "2025-09-01" },
    blockscoutFeatures: { url: `${BLOCKSCOUT}/about/features.mdx`, date: "2026-08-20" },
    blockscoutNeeds: { url: `${BLOCKSCOUT}/setup/requirements/requirements.mdx`, date: "2026-08-20" },
    blockscoutFields: { url: `${BLOCKSCOUT}/using-blockscout/overviews/transaction-fields.mdx`, date: "2026-08-20" },
    blockscoutMenu: { url: `${BLOCKSCOUT}/using-blockscout/overviews/top-menu.mdx`, date: "2026-08-20" },
    blockscoutChains: { url: `${BLOCKSCOUT}/devs/multichain-service.mdx`, date: "2026-08-20" },
    blockscoutContracts: { url: `${BLOCKSCOUT}/devs/verification/interacting-with-smart-contracts.mdx`, date: "2026-08-20" },
    blockscoutTags: { url: `${BLOCKSCOUT}/using-blockscout/my-account/private-tags.mdx`, date: "2026-08-20" },
    tenderlyTransaction: { url: `${TENDERLY}/developer-explorer/inspect-transaction/overview`, date: "2026-11-30" },
    tenderlyExecution: { url: `${TENDERLY}/debugger/execution-overview`, date: "2026-11-30" },
    tenderlyDebugger: { url: `${TENDERLY}/debugger/overview`, date: "2026-11-30" },
    tenderlySimulator: { url: `${TENDERLY}/simulator-ui/overview`, date: "2026-11-30" },
    tenderlyChains: { url: `${TENDERLY}/virtual-environments/multichain/overview`, date: "2026-11-30" },
    tenderlyBridges: { url: `${TENDERLY}/virtual-environments/multichain/bridges`, date: "2026-11-30" },
    remixDesktop: { url: `${REMIX}/desktop.md`, date: "2026-08-17" },
    remixTerminal: { url: `${REMIX}/terminal.md`, date: "2026-08-17" },
    remixDebugger: { url: `${REMIX}/tutorial_debug.md`, date: "2026-08-17" },
    remixRun: { url: `${REMIX}/run.md`, date: "2026-08-17" },
    hardhatTraces: { url: `${HARDHAT}/guides/execution-traces.mdx`, date: "2026-06-30" },
    hardhatNetworks: { url: `${HARDHAT}/reference/edr-simulated-networks.mdx#L50`, date: "2026-06-30" },
    hardhatGas: { url: `${HARDHAT}/guides/testing/gas-statistics.mdx`, date: "2026-06-30" },
    foundryDebugger: { url: `${FOUNDRY}/forge/debugging.mdx`, date: "2026-08-20" },
    foundryTests: { url: `${FOUNDRY}/forge/testing.mdx#L114`, date: "2026-08-20" },
    foundryGas: { url: `${FOUNDRY}/forge/gas-tracking.mdx`, date: "2026-08-20" },
    foundryCall: { url: `${FOUNDRY}/reference/cast/call.mdx`, date: "2026-08-20" },
    foundryLabel: { url: `${FOUNDRY}/reference/cheatcodes/label.mdx`, date: "2026-08-20" },
  },
  rows: [
    {
      property: "runs",
      ours: {
        value: "in the package, offline, without an index",
        test: "test/page/page-server.test.ts",
        title: "every answer forbids scripts, frames and connections from elsewhere", // prose-ok: a test's title
      },
      others: {
        otterscan: { value: "locally, with Erigon or Anvil", source: "otterscanNetworks" },
        blockscout: { value: "as a service with PostgreSQL", source: "blockscoutNeeds" },
        tenderly: { value: "in Tenderly's dashboard", source: "tenderlyTransaction" },
        remix: { value: "in the browser, or as an application", source: "remixDesktop" },
        hardhat: { value: "in the terminal, with tests, scripts and tasks", source: "hardhatTraces" },
        foundry: { value: "in the terminal", source: "foundryDebugger" },
      },
    },
    {
      property: "several chains together",
      ours: {
        value: "L1 and all chains on one page",
        test: "test/page/page.test.ts",
        title: "the first page says what runs, what is proven and where each message is", // prose-ok: a test's title
      },
      others: {
        blockscout: { value: "a service searches several chains", source: "blockscoutChains" },
        tenderly: { value: "forks of several networks in one environment, with one timeline", source: "tenderlyChains" },
      },
    },
    {
      property: "live feed",
      ours: {
        value: "of all members, decoded, with filter, pause and export",
        test: "test/page/controls.test.ts",
        title: "filters the feed by account, by chain and by failed transactions, and exports the filtered rows",
      },
      others: {
        remix: { value: "mined transactions in its terminal, with a filter by contracts", source: "remixTerminal" },
      },
    },
    {
      property: "names of calls and events",
      ours: {
        value: "from the project's artifacts",
        test: "test/page/page.test.ts",
        title: "the input, the events and the reverts of a transaction are shown with the names of the project's contracts",
      },
      others: {
        otterscan: { value: "from Sourcify and 4bytes", source: "otterscanReadme" },
        blockscout: { value: "decoded methods and logs", source: "blockscoutFeatures" },
        tenderly: { value: "decoded calls and events", source: "tenderlyTransaction" },
      },
    },
    {
      property: "messages between chains",
      ours: {
        value: "each step with its transaction and time, and the reason if one is stuck",
        test: "test/page/page.test.ts",
        title: "a message's steps say when each was done, by the blocks of both chains", // prose-ok: a test's title
      },
      others: {
        blockscout: { value: "a rollup's batches, and its data from and to L1", source: "blockscoutMenu" },
        tenderly: { value: "of LayerZero, CCIP, Across and CCTP, relayed immediately or later", source: "tenderlyBridges" },
      },
    },
    {
      property: "tree of calls",
      ours: {
        value: "over chains: sender, message, receiver, callback",
        test: "test/page/a-day.test.ts",
        title:
          "shows a call that fails on the other chain in the feed, its line on the message's page, and a trace up to the callback",
      },
      others: {
        otterscan: { value: "of a transaction", source: "otterscanMethods" },
        blockscout: { value: "raw trace and internal transactions", source: "blockscoutFields" },
        tenderly: { value: "of a transaction, with a search", source: "tenderlyTransaction" },
        hardhat: { value: "of transactions and calls", source: "hardhatTraces" },
        foundry: { value: "of tests, transactions and calls", source: "foundryDebugger" },
      },
    },
    {
      property: "failing line of the source",
      ours: {
        value: "yes, also on the other chain, and the line that sent the message",
        test: "test/page/a-day.test.ts",
        title: "a message of ERC-7786 that its receiver refuses has the line of its sending too", // prose-ok: a test's title
      },
      others: {
        tenderly: { value: "yes", source: "tenderlyExecution" },
        hardhat: { value: "stack traces of Solidity", source: "hardhatNetworks" },
      },
    },
    {
      property: "steps through the source",
      ours: {
        value: "forwards and back, with stack and memory, without local variables",
        test: "test/devnet/activity.test.ts",
        title: "a transaction's lines are those of the project's source, from the function that was called into what it calls", // prose-ok: a test's title
      },
      others: {
        tenderly: { value: "by calls and source lines, with contract state", source: "tenderlyDebugger" },
        remix: { value: "forwards and back, with breakpoints and local variables", source: "remixDebugger" },
        foundry: { value: "forwards and back, with breakpoints and local variables", source: "foundryDebugger" },
      },
    },
    {
      property: "storage changes",
      ours: {
        value: "by variables' names",
        test: "test/devnet/activity.test.ts",
        title: "a transaction's changes of storage are listed by variables' names, on a chain and on L1",
      },
      others: {
        blockscout: { value: "in a tab", source: "blockscoutFields" },
        tenderly: { value: "yes", source: "tenderlyTransaction" },
        remix: { value: "state variables at each step", source: "remixDebugger" },
        foundry: { value: "with the trace, at `-vvvvv`", source: "foundryTests" },
      },
    },
    {
      property: "gas",
      ours: {
        value: "by contract and function",
        test: "test/page/gas-by-function.test.ts",
        title: "I11: a transaction's gas is listed by contract and function, without the gas of inner calls",
      },
      others: {
        blockscout: { value: "of the transaction", source: "blockscoutFields" },
        tenderly: { value: "a profiler", source: "tenderlyExecution" },
        hardhat: { value: "by function over a test run", source: "hardhatGas" },
        foundry: { value: "by function over a test run", source: "foundryGas" },
      },
    },
    {
      property: "simulation with other parameters",
      ours: {
        value: "no; act as any account, and return to a snapshot",
        test: "test/page/a-day.test.ts",
        title: "any account gets money, and acts without a key",
      },
      others: {
        tenderly: { value: "any sender, overridden storage, up to five steps", source: "tenderlySimulator" },
        foundry: { value: "`cast call --trace`", source: "foundryCall" },
      },
    },
    {
      property: "reads and writes contracts",
      ours: {
        value: "the project's, by forms",
        test: "test/page/wallet.test.ts",
        title:
          "a contract of the project is read and written on its address page, by function names, by the account of the wallet page",
      },
      others: {
        otterscan: { value: "reads", source: "otterscanRead" },
        blockscout: { value: "verified ones, by a wallet", source: "blockscoutContracts" },
        remix: { value: "deployed ones, and others by their address", source: "remixRun" },
      },
    },
    {
      property: "deploys contracts",
      ours: {
        value: "yes",
        test: "test/page/a-day.test.ts",
        title: "a contract of the project is deployed from the page by the account that acts, and read there",
      },
      others: { remix: { value: "yes", source: "remixRun" } },
    },
    {
      property: "controls of time, snapshots and faults",
      ours: {
        value: "yes",
        test: "test/page/controls.test.ts",
        title: "${words}: nothing arrives until the fault is ended",
      },
      others: { remix: { value: "saves and forks the state of its VM", source: "remixRun" } },
    },
    {
      property: "copies a transaction as a test",
      ours: {
        value: "with ethers or viem, as `cast`, as `curl`",
        test: "test/page/a-day.test.ts",
        title: "the failing transaction is copied as a test, which passes in the project, as cast and as curl",
      },
      others: { remix: { value: "its recorder saves transactions as a scenario in JSON", source: "remixRun" } },
    },
    {
      property: "search",
      ours: {
        value: "hashes, blocks, batches, accounts, contracts, events, functions, your names",
        test: "test/page/find.test.ts",
        title: "an account is found by its number, a batch by its chain, an event by its topic, a contract by its name",
      },
      others: {
        otterscan: { value: "an address's transactions, in the node", source: "otterscanMethods" },
        blockscout: { value: "blocks, transactions, addresses, tags", source: "blockscoutFeatures" },
      },
    },
    {
      property: "your names for addresses",
      ours: {
        value: "in the browser, and as a file",
        test: "test/page/find.test.ts",
        title: "the address book adds, renames and forgets, and is saved and taken as a file",
      },
      others: {
        blockscout: { value: "private tags, with an account", source: "blockscoutTags" },
        foundry: { value: "labels in tests", source: "foundryLabel" },
      },
    },
    {
      property: "proofs of batches",
      ours: {
        value: "verified in the browser, against L1",
        test: "test/page/page.test.ts",
        title: "a batch's proof is read from L1 and verified in the browser, and one with a turned bit is refused",
      },
      others: {},
    },
    {
      property: "token holders and supply",
      ours: {
        value: "over all chains",
        test: "test/page/tokens-and-bridges.test.ts",
        title: "a token's page has supply and holders on all chains, the escrow among them, and from each of them", // prose-ok: a test's title
      },
      others: { blockscout: { value: "ERC-20, ERC-721 and ERC-1155 tokens", source: "blockscoutFeatures" } },
    },
  ],
};
