// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Verifiers by protocol version. */
export const verifierRegistryAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"version","type":"uint256"},{"components":[{"name":"verifier","type":"address"},{"name":"aggregator","type":"address"},{"name":"tree","type":"address"},{"name":"reader","type":"address"},{"name":"genesisStateRoot","type":"bytes32"},{"name":"genesisLeafCount","type":"uint64"},{"name":"executionKey","type":"bytes32"}],"indexed":false,"name":"content","type":"tuple"}],"name":"ProtocolVersionAdded","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"version","type":"uint256"},{"indexed":false,"name":"retiresAt","type":"uint256"}],"name":"ProtocolVersionRetirementScheduled","type":"event"},
  {"inputs":[{"name":"version","type":"uint256"},{"components":[{"name":"verifier","type":"address"},{"name":"aggregator","type":"address"},{"name":"tree","type":"address"},{"name":"reader","type":"address"},{"name":"genesisStateRoot","type":"bytes32"},{"name":"genesisLeafCount","type":"uint64"},{"name":"executionKey","type":"bytes32"}],"name":"content","type":"tuple"}],"name":"addVersion","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"aggregatorOf","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"contentOf","outputs":[{"components":[{"name":"verifier","type":"address"},{"name":"aggregator","type":"address"},{"name":"tree","type":"address"},{"name":"reader","type":"address"},{"name":"genesisStateRoot","type":"bytes32"},{"name":"genesisLeafCount","type":"uint64"},{"name":"executionKey","type":"bytes32"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"governance","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"provesExecution","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"readerOf","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"requireActive","outputs":[],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"requireLasting","outputs":[],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"retirementNotice","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"retiresAt","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"scheduleRetirement","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"verifierOf","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
] as const;
