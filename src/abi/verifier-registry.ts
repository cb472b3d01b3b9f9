// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Verifiers by protocol version. */
export const verifierRegistryAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"version","type":"uint256"},{"indexed":false,"name":"verifier","type":"address"},{"indexed":false,"name":"genesisStateRoot","type":"bytes32"},{"indexed":false,"name":"genesisLeafCount","type":"uint64"}],"name":"ProtocolVersionAdded","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"version","type":"uint256"},{"indexed":false,"name":"retiresAt","type":"uint256"}],"name":"ProtocolVersionRetirementScheduled","type":"event"},
  {"inputs":[{"name":"version","type":"uint256"},{"components":[{"name":"verifier","type":"address"},{"name":"genesisStateRoot","type":"bytes32"},{"name":"genesisLeafCount","type":"uint64"}],"name":"content","type":"tuple"}],"name":"addVersion","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"governance","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"requireActive","outputs":[{"components":[{"name":"verifier","type":"address"},{"name":"genesisStateRoot","type":"bytes32"},{"name":"genesisLeafCount","type":"uint64"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"retirementNotice","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"retiresAt","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"}],"name":"scheduleRetirement","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
