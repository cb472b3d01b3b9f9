// Written by scripts/abi-generator from the compiled contracts; do not edit (npm run generate).
/** A verifier of LayerZero's packets by proven messages. */
export const provenDvnAbi = [
  {"anonymous":false,"inputs":[{"indexed":false,"name":"weiPerGas","type":"uint256"}],"name":"PriceSet","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"}],"name":"RemoteOpened","type":"event"},
  {"anonymous":false,"inputs":[{"indexed":true,"name":"chainId","type":"uint256"},{"indexed":false,"name":"id","type":"uint64"},{"indexed":false,"name":"peer","type":"address"},{"indexed":false,"name":"gateway","type":"address"}],"name":"RemoteSet","type":"event"},
  {"inputs":[{"name":"id","type":"uint64"}],"name":"chainOf","outputs":[{"name":"chainId","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"dstEid","type":"uint32"},{"name":"confirmations","type":"uint64"},{"name":"sender","type":"address"},{"name":"options","type":"bytes"}],"name":"getFee","outputs":[{"name":"fee","type":"uint256"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"isOpen","outputs":[{"name":"","type":"bool"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"open","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[],"name":"operator","outputs":[{"name":"","type":"address"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"}],"name":"remoteOf","outputs":[{"components":[{"name":"id","type":"uint64"},{"name":"peer","type":"address"},{"name":"gateway","type":"address"}],"name":"","type":"tuple"}],"stateMutability":"view","type":"function"},
  {"inputs":[{"name":"weiPerGas","type":"uint256"}],"name":"setPrice","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"chainId","type":"uint256"},{"components":[{"name":"id","type":"uint64"},{"name":"peer","type":"address"},{"name":"gateway","type":"address"}],"name":"remote","type":"tuple"}],"name":"setRemote","outputs":[],"stateMutability":"nonpayable","type":"function"},
  {"inputs":[{"name":"to","type":"address"},{"name":"amount","type":"uint256"}],"name":"withdrawFee","outputs":[],"stateMutability":"nonpayable","type":"function"},
] as const;
