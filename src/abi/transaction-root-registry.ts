// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Registry of Transaction Roots. */
export const transactionRootRegistryAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"leafIndex","type":"uint256"},{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":true,"name":"batchNumber","type":"uint256"},{"indexed":false,"name":"logRoot","type":"bytes32"},{"indexed":false,"name":"root","type":"bytes32"}],"name":"TransactionRootUpdated","type":"event"},
  {"inputs":[{"name":"rootIndex","type":"uint256"},{"name":"leafIndex","type":"uint256"},{"name":"chainId","type":"uint256"},{"name":"batchNumber","type":"uint256"},{"name":"logRoot","type":"bytes32"},{"name":"siblings","type":"bytes32[]"}],"name":"isIncluded","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"latestRootIndex","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"rootIndex","type":"uint256"}],"name":"rootAt","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
