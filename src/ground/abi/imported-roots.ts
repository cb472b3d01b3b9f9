// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Predeploy with the roots that a chain imported. */
export const importedRootsAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"registryIndex","type":"uint256"},{"indexed":false,"name":"root","type":"bytes32"}],"name":"RootImported","type":"event"},
  {"inputs":[],"name":"closeBatch","outputs":[{"name":"count","type":"uint64"},{"name":"rollingHash","type":"bytes32"}],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"factMask","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"registryIndex","type":"uint256"},{"name":"root","type":"bytes32"}],"name":"importRoot","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"registryIndex","type":"uint256"},{"name":"root","type":"bytes32"}],"name":"importRootFromL1","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"noteFacts","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"number","type":"uint256"}],"name":"recentFact","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"registryIndex","type":"uint256"}],"name":"rootAt","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
] as const;
