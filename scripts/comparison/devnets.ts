import type { Comparison } from "./comparison.ts";

const SUPERSIM = "https://github.com/ethereum-optimism/supersim/blob/c802d011cca0fc493fccfc1a456bf9f9aeae9435";
const ANVIL_ZKSYNC = "https://github.com/matter-labs/anvil-zksync/blob/5cafc9ab6e16594f2fa85959ecf7b892425f48c5";
const OS_SERVER = "https://github.com/matter-labs/zksync-os-server/blob/7a1ee5469effbc75cc510040ea42ee36932d2c73";
const CDK = "https://github.com/0xPolygon/kurtosis-cdk/blob/8dec4eb5616cedd6a99d32208147c7654fe91593";
const NITRO = "https://github.com/OffchainLabs/nitro-testnode/blob/62f6cae30942f82958695697d3de8b4e1447ea7f";
const STARKNET = "https://github.com/0xSpaceShard/starknet-devnet/blob/32fc03ef45fe2a4ddee9a6434a1ddb3943156d6a";

/** Devnets of rollups. */
export const DEVNETS: Comparison = {
  ourName: "this package",
  tools: {
    supersim: { name: "supersim", homepage: "https://github.com/ethereum-optimism/supersim" },
    anvilZksync: { name: "anvil-zksync", homepage: "https://github.com/matter-labs/anvil-zksync" },
    osServer: { name: "zksync-os-server", homepage: "https://github.com/matter-labs/zksync-os-server" },
    cdk: { name: "kurtosis-cdk", homepage: "https://github.com/0xPolygon/kurtosis-cdk" },
    nitro: { name: "nitro-testnode", homepage: "https://github.com/OffchainLabs/nitro-testnode" },
    starknet: { name: "starknet-devnet", homepage: "https://github.com/0xSpaceShard/starknet-devnet" },
  },
  sources: {
    supersimIntro: { url: `${SUPERSIM}/docs/src/introduction.md`, date: "2025-08-06" },
    supersimOptions: { url: `${SUPERSIM}/docs/src/reference/supersim.md`, date: "2025-08-06" },
    supersimContracts: { url: `${SUPERSIM}/docs/src/chain-environment/contracts/README.md`, date: "2025-08-06" },
    supersimInstall: { url: `${SUPERSIM}/docs/src/getting-started/installation.md`, date: "2025-08-06" },
    zksyncIntro: { url: `${ANVIL_ZKSYNC}/docs/book/src/intro/index.md`, date: "2025-10-08" },
    zksyncReadme: { url: `${ANVIL_ZKSYNC}/README.md`, date: "2025-10-08" },
    zksyncMethods: { url: `${ANVIL_ZKSYNC}/SUPPORTED_APIS.md`, date: "2025-10-08" },
    zksyncSidecar: { url: `${ANVIL_ZKSYNC}/crates/l1_sidecar/src/contracts/mod.rs#L211`, date: "2025-10-08" },
    osReadme: { url: `${OS_SERVER}/README.md`, date: "2025-10-11" },
    osL1: { url: `${OS_SERVER}/docs/running_with_l1.md`, date: "2025-10-11" },
    cdkReadme: { url: `${CDK}/README.md`, date: "2026-08-18" },
    cdkRollups: { url: `${CDK}/docs/docs/advanced/attaching-multiple-rollups.md`, date: "2026-08-18" },
    cdkBridging: { url: `${CDK}/docs/docs/advanced/bridging-between-rollups.md`, date: "2026-08-18" },
    cdkProvers: { url: `${CDK}/docs/docs/configuration/examples/cdk-opreth.md`, date: "2026-08-18" },
    cdkSnapshot: { url: `${CDK}/docs/docs/advanced/snapshot.md`, date: "2026-08-18" },
    cdkInstall: { url: `${CDK}/docs/docs/introduction/installation.md`, date: "2026-08-18" },
    nitroReadme: { url: `${NITRO}/README.md`, date: "2026-06-05" },
    nitroOptions: { url: `${NITRO}/test-node.bash#L317-L350`, date: "2026-06-05" },
    starknetIntro: { url: `${STARKNET}/website/docs/intro.md`, date: "2026-04-23" },
    starknetProofs: { url: `${STARKNET}/website/docs/proofs.md`, date: "2026-04-23" },
    starknetPostman: { url: `${STARKNET}/website/docs/postman.md`, date: "2026-04-23" },
    starknetDump: { url: `${STARKNET}/website/docs/dump-load-restart.md`, date: "2026-04-23" },
    starknetInstall: { url: `${STARKNET}/website/docs/running/install.md`, date: "2026-04-23" },
  },
  rows: [
    {
      property: "protocol",
      ours: {
        value: "separate, with interfaces of ZK Stack: zksync-ethers deposits and withdraws without changes",
        test: "test/clients/zksync-ethers.test.ts",
        title: "B2: withdraws ETH and the token, and claims both on L1 once their batch is executed",
      },
      others: {
        supersim: { value: "OP Stack, each chain an instance of anvil", source: "supersimIntro" },
        anvilZksync: { value: "EraVM in memory", source: "zksyncIntro" },
        osServer: { value: "sequencer of ZKsync OS", source: "osReadme" },
        cdk: { value: "Agglayer with OP Stack chains", source: "cdkReadme" },
        nitro: { value: "nodes of Nitro, with Stylus", source: "nitroReadme" },
        starknet: { value: "Starknet without state tries", source: "starknetIntro" },
      },
    },
    {
      property: "chains besides L1",
      ours: {
        value: "1 to 32",
        test: "test/plugin/config.test.ts",
        title: "I5: ${path} refuses ${shown(hyperchains)} and says what to write", // prose-ok: a test's title
      },
      others: {
        supersim: { value: "1 to 5, default 2", source: "supersimOptions" },
        osServer: { value: "1; further ones by setup of a sequencer each", source: "osL1" },
        cdk: { value: "1; further ones can be attached", source: "cdkRollups" },
        nitro: { value: "an L2, and an L3 as an option", source: "nitroOptions" },
      },
    },
    {
      property: "validity proofs on your machine",
      ours: {
        value: "STARKs by default, checked by a contract on L1",
        test: "test/settlement/real-proof.test.ts",
        title: "accepts the proof and executes",
      },
      others: {
        anvilZksync: { value: "empty ones, for a test verifier", source: "zksyncSidecar" },
        osServer: { value: "fake ones by default; provers can connect", source: "osReadme" },
        cdk: { value: "a mock prover, or Succinct's prover network", source: "cdkProvers" },
        nitro: { value: "none; `--validate` re-executes all blocks in WASM", source: "nitroOptions" },
        starknet: { value: "deterministic mock proofs", source: "starknetProofs" },
      },
    },
    {
      property: "contracts on L1",
      ours: {
        value: "all of the protocol's",
        test: "test/flow/bridge.test.ts",
        title: "after a proven batch L1 pays it out of the chain's balance, once",
      },
      others: {
        supersim: { value: "OP Stack's system contracts", source: "supersimContracts" },
        anvilZksync: { value: "with `--spawn-l1` or `--external-l1`", source: "zksyncReadme" },
        osServer: { value: "a state for anvil, with the contracts deployed", source: "osL1" },
        cdk: { value: "Agglayer's", source: "cdkReadme" },
        starknet: { value: "a mock of the messaging contract", source: "starknetPostman" },
      },
    },
    {
      property: "messages between L1 and a chain",
      ours: {
        value: "both directions; each withdrawal is proven to L1",
        test: "test/flow/bridge.test.ts",
        title: "a withdrawal cannot be claimed before its batch is executed",
      },
      others: {
        supersim: { value: "deposits; withdrawals are announced", source: "supersimIntro" },
        anvilZksync: { value: "deposits, withdrawals and messages to L1", source: "zksyncIntro" },
        cdk: { value: "by a bridge service", source: "cdkReadme" },
        nitro: { value: "with `--tokenbridge` for tokens", source: "nitroOptions" },
        starknet: { value: "both directions, by a call of `devnet_postmanFlush`", source: "starknetPostman" },
      },
    },
    {
      property: "messages between chains",
      ours: {
        value: "a relayer, which any account can replace; each message is proven",
        test: "test/flow/relayers.test.ts",
        title: "two relayers race: one delivers, the other finds it done, and nothing arrives twice",
      },
      others: {
        supersim: { value: "relayed with `--interop.autorelay`", source: "supersimOptions" },
        cdk: { value: "claimed by the bridge service", source: "cdkBridging" },
      },
    },
    {
      property: "snapshots",
      ours: {
        value: "of L1 and all chains together, with messages in flight",
        test: "test/plugin/connection/hyperchains.test.ts",
        title: "a fixture of one member restores all members, with their messages in flight",
      },
      others: {
        anvilZksync: { value: "of its chain: `evm_snapshot`", source: "zksyncMethods" },
        cdk: { value: "of L1, before the Agglayer has settled anything", source: "cdkSnapshot" },
        starknet: { value: "a dump of its chain, loaded by executing it again", source: "starknetDump" },
      },
    },
    {
      property: "proofs of an account's state",
      ours: {
        value: "`zks_getProof`, under the root that L1 has verified; no `eth_getProof`",
        test: "test/chain/rpc/zks-methods.test.ts",
        title: "B2: prove account and storage under the root of a proven batch",
      },
      others: {
        anvilZksync: { value: "none: `eth_getProof` and `zks_getProof` are not implemented", source: "zksyncMethods" },
        starknet: { value: "none: `starknet_getStorageProof` is not supported", source: "starknetIntro" },
      },
    },
    {
      property: "needs",
      ours: {
        value: "Node, and Hardhat for the plugin",
        test: "test/package/kit.test.ts",
        title: "a payments chain without an EVM settles with proofs, and sends to a chain with an EVM and back",
      },
      others: {
        supersim: { value: "its binary, and Foundry's anvil", source: "supersimInstall" },
        anvilZksync: { value: "its binary", source: "zksyncReadme" },
        osServer: { value: "Rust, and Foundry's anvil", source: "osReadme" },
        cdk: { value: "Docker and Kurtosis", source: "cdkInstall" },
        nitro: { value: "bash, Docker and docker-compose", source: "nitroReadme" },
        starknet: { value: "its binary, downloaded or built with cargo", source: "starknetInstall" },
      },
    },
  ],
};
