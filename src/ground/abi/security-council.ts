// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** A council that can freeze protocol versions, and agree to their halt. */
export const securityCouncilAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"nonce","type":"uint256"},{"indexed":false,"name":"signatures","type":"uint256"}],"name":"ActDone","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"nonce","type":"uint256"},{"indexed":false,"name":"signatures","type":"uint256"}],"name":"SoftFreezeDone","type":"event"},
  {"inputs":[{"name":"version","type":"uint256"},{"name":"replacement","type":"uint32"},{"name":"deadline","type":"uint256"},{"name":"signatures","type":"bytes[]"}],"name":"approveHalt","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"versions","type":"uint256[]"},{"name":"time","type":"uint64"},{"name":"deadline","type":"uint256"},{"name":"signatures","type":"bytes[]"}],"name":"freeze","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"account","type":"address"}],"name":"isMember","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"members","outputs":[{"name":"","type":"address[]"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"nonce","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"registry","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"versions","type":"uint256[]"},{"name":"time","type":"uint64"},{"name":"deadline","type":"uint256"},{"name":"signatures","type":"bytes[]"}],"name":"softFreeze","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"softLeft","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"softNonce","outputs":[{"name":"","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[],"name":"terms","outputs":[{"components":[{"name":"soft","type":"uint256"},{"name":"hard","type":"uint256"},{"name":"softTime","type":"uint256"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"version","type":"uint256"},{"name":"deadline","type":"uint256"},{"name":"signatures","type":"bytes[]"}],"name":"unfreeze","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
