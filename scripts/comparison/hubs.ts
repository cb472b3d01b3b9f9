import type { Comparison } from "./comparison.ts";

const ZKSYNC =
  "https://github.com/matter-labs/zksync-docs/blob/b16cbeef01888f4291322d3298cb92a251be7dcd/content/20.zksync-protocol/35.gateway";
const AGGLAYER =
  "https://github.com/agglayer/agglayer-docs/blob/e203e617e4c57fce2829ec6e2cf8548f8eb1f4e8/docs/agglayer/core-concepts";
const AGGLAYER_NODE = "https://github.com/agglayer/agglayer/blob/2b8aa0902e6287a2b3cdb497cdcecbdf67d9ac2f/docs";
const OP_SPECS = "https://github.com/ethereum-optimism/specs/blob/fd72cf797df6778fca67177c5335563bc602757c/specs/interop";
const OP_DOCS = "https://github.com/ethereum-optimism/docs/blob/bbe7f1e30354570dd7eb41881fe045d1392b41cf/op-stack";
const ESPRESSO = "https://github.com/EspressoSystems/espresso-network/blob/44b8cce9ea34b74524d090781796451a395507f4/doc";

/** Systems that join chains so that a message need not wait for each of L1's steps. */
export const HUBS: Comparison = {
  ourName: "a hub, with facts",
  tools: {
    gateway: { name: "ZKsync Gateway", homepage: "https://docs.zksync.io/zksync-protocol/gateway" },
    agglayer: { name: "Agglayer", homepage: "https://docs.agglayer.dev" },
    op: { name: "OP Stack interop", homepage: "https://specs.optimism.io/interop/overview.html" },
    espresso: { name: "Espresso", homepage: "https://docs.espressosys.com" },
  },
  sources: {
    gatewayOverview: { url: `${ZKSYNC}/00.index.md`, date: "2026-07-17" },
    gatewayFeatures: { url: `${ZKSYNC}/10.features.md`, date: "2026-07-17" },
    gatewayQuestions: { url: `${ZKSYNC}/50.gateway-faq.md`, date: "2026-07-17" },
    agglayerProof: { url: `${AGGLAYER}/pessimistic-proof.md`, date: "2025-03-10" },
    agglayerBridge: { url: `${AGGLAYER}/unified-bridge.md`, date: "2025-03-10" },
    agglayerNode: { url: `${AGGLAYER_NODE}/knowledge-base/src/architecture.md`, date: "2026-08-18" },
    opOverview: { url: `${OP_SPECS}/overview.md`, date: "2026-04-28" },
    opExplainer: { url: `${OP_DOCS}/interop/explainer.mdx`, date: "2025-11-21" },
    opReorgs: { url: `${OP_DOCS}/interop/reorg.mdx`, date: "2025-11-21" },
    opSecurity: { url: `${OP_DOCS}/security/interop-security.mdx`, date: "2025-11-21" },
    espressoArchitecture: { url: `${ESPRESSO}/architecture.md`, date: "2026-11-30" },
  },
  rows: [
    {
      property: "kind",
      ours: {
        value: "one proof on L1 for up to 16 batches of its members",
        test: "test/hub/hub-node.test.ts",
        title: "a block has all that fits: 16 batches, one of each chain in turn, none whose facts are missing",
      },
      others: {
        gateway: { value: "a layer between chains and L1 that aggregates their proofs", source: "gatewayOverview" },
        agglayer: { value: "a node that proves and settles certificates of chains on L1", source: "agglayerNode" },
        op: { value: "rules for nodes that check the logs of other chains", source: "opOverview" },
        espresso: { value: "consensus that confirms rollups' blocks", source: "espressoArchitecture" },
      },
    },
    {
      property: "state",
      ours: {
        value: "for devnets and tests",
        test: "test/flow/hub.test.ts",
        title: "the hub is read and landed over JSON-RPC",
      },
      others: {
        gateway: { value: "deprecated: its chains settle on L1 again", source: "gatewayOverview" },
        op: { value: "in active development", source: "opExplainer" },
      },
    },
    {
      property: "a message can arrive",
      ours: {
        value: "after L1 has stored the source's batch and the receiver has checked its proof",
        test: "test/flow/facts-proven.test.ts",
        title:
          "the importer checks the proof before it imports, and half of its patience later has L1 check another one and execute the source",
      },
      others: {
        gateway: { value: "after the gateway has verified the source's proof", source: "gatewayFeatures" },
        agglayer: { value: "after L1 has finalized it", source: "agglayerBridge" },
        op: { value: "one block later, from a block that L1 does not have yet", source: "opReorgs" },
        espresso: {
          value: "after the consensus has confirmed the block: bridges are notified",
          source: "espressoArchitecture",
        },
      },
    },
    {
      property: "the receiver trusts",
      ours: {
        value: "that the source's quorum reverts no proven batch",
        test: "test/flow/void-facts.test.ts",
        title:
          "restart between the import and the void: the importer rebuilds without the fact of a reverted batch, and the transfer arrives by a root, once",
      },
      others: {
        agglayer: {
          value: "the source: each chain is as secure as without the Agglayer",
          source: "agglayerProof",
        },
        op: { value: "sequencers whose blocks are not on L1, as far as it accepts their messages", source: "opExplainer" },
        espresso: { value: "the rollup's validity or fraud proof for the state", source: "espressoArchitecture" },
      },
    },
    {
      property: "a source that fails later",
      ours: {
        value: "its importers rebuild their batches without it, in cascade; nothing is lost or doubled",
        test: "test/flow/void-facts-random.test.ts",
        title:
          "reverted batches at random, seed ${seed}: three chains with facts of each other rebuild, and balances are conserved",
      },
      others: {
        agglayer: { value: "can withdraw no more than it has received", source: "agglayerProof" },
        op: { value: "receiving blocks are replaced by blocks of deposits alone", source: "opSecurity" },
      },
    },
    {
      property: "if the operator in the middle stops",
      ours: {
        value: "each member proves alone after `aggregatorSeconds`, and nothing is void",
        test: "test/flow/hub.test.ts",
        title: "aggregators withhold: members show their batches alone, nothing is void, and the hub continues later",
      },
      others: {
        gateway: { value: "a chain can move its proofs back to L1", source: "gatewayQuestions" },
      },
    },
    {
      property: "assets are locked",
      ours: {
        value: "on L1",
        test: "test/flow/bridge.test.ts",
        title: "after a proven batch L1 pays it out of the chain's balance, once",
      },
      others: {
        gateway: { value: "on L1", source: "gatewayOverview" },
        agglayer: { value: "in a bridge contract on the source", source: "agglayerBridge" },
      },
    },
  ],
};
