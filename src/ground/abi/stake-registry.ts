// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Deposits that answer for validators' keys. */
export const stakeRegistryAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":true,"name":"service","type":"bytes32"},{"indexed":true,"name":"key","type":"address"}],"name":"Delisted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":false,"name":"amount","type":"uint256"}],"name":"Deposited","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":true,"name":"service","type":"bytes32"},{"indexed":true,"name":"key","type":"address"},{"indexed":false,"name":"evidence","type":"address"},{"indexed":false,"name":"data","type":"bytes"},{"indexed":false,"name":"shareBps","type":"uint16"}],"name":"Enlisted","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":true,"name":"service","type":"bytes32"},{"indexed":true,"name":"key","type":"address"},{"indexed":false,"name":"amount","type":"uint256"},{"indexed":false,"name":"evidenceId","type":"bytes32"},{"indexed":false,"name":"reporter","type":"address"},{"indexed":false,"name":"payee","type":"address"}],"name":"Slashed","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":false,"name":"amount","type":"uint256"},{"indexed":false,"name":"readyAt","type":"uint256"}],"name":"WithdrawalAnnounced","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"operator","type":"address"},{"indexed":false,"name":"amount","type":"uint256"}],"name":"Withdrawn","type":"event"},
  {"inputs":[{"name":"amount","type":"uint256"}],"name":"announceWithdrawal","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"service","type":"bytes32"}],"name":"delist","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"deposit","outputs":[],"stateMutability":"payable","type":"function"},
  {"inputs":[{"name":"operator","type":"address"}],"name":"depositOf","outputs":[{"components":[{"name":"active","type":"uint208"},{"name":"leaving","type":"uint208"},{"name":"announcedAt","type":"uint48"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"evidence","type":"address"},{"name":"data","type":"bytes"},{"name":"key","type":"address"},{"name":"shareBps","type":"uint16"},{"name":"keySignature","type":"bytes"}],"name":"enlist","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"service","type":"bytes32"},{"name":"key","type":"address"},{"name":"time","type":"uint48"},{"name":"delay","type":"uint48"}],"name":"lastingWeight","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"service","type":"bytes32"},{"name":"keys","type":"address[]"},{"name":"time","type":"uint48"},{"name":"delay","type":"uint48"},{"name":"minTotal","type":"uint256"}],"name":"lastingWeights","outputs":[{"name":"weights","type":"uint256[]"},{"name":"total","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"service","type":"bytes32"},{"name":"key","type":"address"}],"name":"operatorOf","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"unbonding","outputs":[{"name":"","type":"uint48"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"service","type":"bytes32"},{"name":"key","type":"address"},{"name":"time","type":"uint48"}],"name":"weightAt","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"withdraw","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
