/** Imports between folders that close a circle of folders. Each is to go; none is added. */
export const CIRCLE_CLOSERS: readonly string[] = [
  "src/chain/rpc/access -> src/chain/rpc",
  "src/devnet -> src/devnet/bridges",
  "src/devnet -> src/devnet/membership",
  "src/devnet -> src/devnet/view",
  "src/devnet/chains -> src/devnet/execution",
  "src/devnet/keeping -> src/devnet/chains",
  "src/devnet/quorum-member -> src/devnet/reconstruction",
  "src/devnet/snapshots -> src/devnet/l1",
  "src/stark -> src/stark/security",
  "src/stark -> src/stark/segments",
  "src/stark -> src/stark/stacked",
];
