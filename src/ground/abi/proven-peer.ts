// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** Passes a bridge's records between members. */
export const provenPeerAbi = [
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"}],"name":"RemoteOpened","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":false,"name":"id","type":"uint64"},{"indexed":false,"name":"peer","type":"address"},{"indexed":false,"name":"gateway","type":"address"}],"name":"RemoteSet","type":"event"},
  {"inputs":[{"name":"id","type":"uint64"}],"name":"chainOf","outputs":[{"name":"chainId","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"isOpen","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"open","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"operator","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"remoteOf","outputs":[{"components":[{"name":"id","type":"uint64"},{"name":"peer","type":"address"},{"name":"gateway","type":"address"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"components":[{"name":"id","type":"uint64"},{"name":"peer","type":"address"},{"name":"gateway","type":"address"}],"name":"remote","type":"tuple"}],"name":"setRemote","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
