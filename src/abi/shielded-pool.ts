// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** A pool of coins whose owners and amounts are hidden. */
export const shieldedPoolAbi = [
  {"inputs":[{"name":"limit","type":"uint256"},{"name":"actual","type":"uint256"}],"name":"FeeTooHigh","type":"error"},
  {"inputs":[{"name":"relayer","type":"address"},{"name":"sender","type":"address"}],"name":"NotTheRelayer","type":"error"},
  {"inputs":[{"name":"nullifier","type":"bytes32"}],"name":"NullifierSpent","type":"error"},
  {"inputs":[{"name":"expected","type":"uint256"},{"name":"actual","type":"uint256"}],"name":"PaymentMismatch","type":"error"},
  {"inputs":[{"name":"account","type":"address"}],"name":"PaymentRefused","type":"error"},
  {"inputs":[],"name":"TreeFull","type":"error"},
  {"inputs":[{"name":"root","type":"bytes32"}],"name":"UnknownRoot","type":"error"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"index","type":"uint256"},{"indexed":false,"name":"nullifiers","type":"bytes32[2]"},{"indexed":false,"name":"commitments","type":"bytes32[2]"},{"indexed":false,"name":"ciphertexts","type":"bytes[2]"}],"name":"Transacted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"recipient","type":"address"},{"indexed":false,"name":"amount","type":"uint256"},{"indexed":true,"name":"relayer","type":"address"},{"indexed":false,"name":"fee","type":"uint256"}],"name":"Withdrawn","type":"event"},
  {"inputs":[],"name":"commitmentCount","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"root","type":"bytes32"},{"name":"nullifiers","type":"bytes32[2]"},{"name":"commitments","type":"bytes32[2]"},{"name":"valueIn","type":"uint64"},{"name":"valueOut","type":"uint64"},{"name":"recipient","type":"address"},{"name":"relayer","type":"address"},{"name":"fee","type":"uint64"},{"name":"ciphertexts","type":"bytes[2]"}],"name":"transfer","type":"tuple"}],"name":"digestOf","outputs":[{"name":"","type":"bytes32"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"root","type":"bytes32"}],"name":"isRecentRoot","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"nullifier","type":"bytes32"}],"name":"isSpent","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"components":[{"name":"root","type":"bytes32"},{"name":"nullifiers","type":"bytes32[2]"},{"name":"commitments","type":"bytes32[2]"},{"name":"valueIn","type":"uint64"},{"name":"valueOut","type":"uint64"},{"name":"recipient","type":"address"},{"name":"relayer","type":"address"},{"name":"fee","type":"uint64"},{"name":"ciphertexts","type":"bytes[2]"}],"name":"transfer","type":"tuple"},{"name":"proof","type":"bytes"}],"name":"transact","outputs":[],"stateMutability":"payable","type":"function"},
] as const;
