/** Imports between folders that close a circle of folders. Each is to go; none is added. */
export const CIRCLE_CLOSERS: readonly string[] = [
  "src/chain/rpc/access -> src/chain/rpc",
  "src/stark -> src/stark/security",
  "src/stark -> src/stark/segments",
  "src/stark -> src/stark/stacked",
];
