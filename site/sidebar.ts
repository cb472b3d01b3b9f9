/** Group of pages in the menu of the site: Markdown files, by their paths in the repository. */
export interface PageGroup {
  readonly label: string;
  readonly files: readonly string[];
}

const recipe = (name: string): string => `docs/recipes/${name}.md`;

/** The menu: what a reader does first comes first. Each page of the site is in one group. */
export const PAGE_GROUPS: readonly PageGroup[] = [
  {
    label: "Start",
    files: [
      "README.md",
      ...["tutorial", "cheat-sheet", "troubleshooting", "modes", "concepts", "glossary", "README"].map(
        (name) => `docs/${name}.md`,
      ),
    ],
  },
  {
    label: "Contracts that call",
    files: [
      ...["ask-another-chain", "calls", "legs-all-or-none", "links"],
      ...["read-another-chain", "read-l1", "swap-on-another-chain", "raffle", "instant-messages", "withdraw"],
    ].map(recipe),
  },
  {
    label: "Accounts and payments",
    files: [
      ...["send-to-a-name", "sponsored-call", "passkey-account", "pay-more-than-one-chain-has", "shielded-pool"],
      "openzeppelin-bridge",
    ].map(recipe),
  },
  {
    label: "Tests and scripts",
    files: ["docs/testing.md", "docs/clients.md", ...["ci", "deploy-contracts", "deliver-by-hand", "web-dapp"].map(recipe)],
  },
  {
    label: "Run an ecosystem",
    files: [
      ...["keep-an-ecosystem", "fork-l1", "upgrade-a-chain", "leave-a-chain", "convert-a-chain", "rebuild-from-l1"],
      ...["fleet-on-postgres", "several-sequencers", "shared-sequencer", "encrypted-mempool", "queue-only"],
    ].map(recipe),
  },
  {
    label: "Proofs and data",
    files: [
      ...[
        "prove-execution",
        "second-check",
        "hub",
        "batch-without-proof",
        "read-a-validium",
        "store-data-with-guardians",
        "rollup-and-porter",
        "held-accounts",
      ],
    ].map(recipe),
  },
  { label: "Coming from", files: ["layerzero", "hyperlane", "ccip", "superchain"].map(recipe) },
  {
    label: "Reference",
    files: [
      ...["configuration", "tasks", "rpc", "errors", "kit", "page", "compatibility", "l2-contracts", "figures"].map(
        (name) => `docs/${name}.md`,
      ),
      "CHANGELOG.md",
    ],
  },
  {
    label: "API",
    files: ["README", "plugin/README", "client/README", "viem/README", "kit/README", "shielded/README"].map(
      (name) => `api/${name}.md`,
    ),
  },
  {
    label: "Trust",
    files: ["docs/security.md", "SECURITY.md", "docs/governance.md", "docs/comparison.md", "docs/attacks.md"],
  },
  {
    label: "How it works",
    files: [
      ...["architecture", "protocol", "prover", "recursion", "zkevm", "native", "gpu", "reconstruction"].map(
        (name) => `docs/${name}.md`,
      ),
      ...["contracts/l1/README.md", "contracts/verifier/README.md", "docs/contributing.md", "docs/internals/how-to-add.md"],
    ],
  },
];
